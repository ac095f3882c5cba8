/** Controls that give the whole model fewer visual tokens. A new one is one file here and one line below. */
import { downsampledPictures } from "./downsample.js";
import type { PictureControl } from "./pictureControl.js";
import { pooledTokens } from "./pool.js";

export { runPictureControl } from "./run.js";

/** Every control of this kind; a model has at most one of them today. */
export const PICTURE_CONTROLS: readonly PictureControl[] = [downsampledPictures, pooledTokens];
