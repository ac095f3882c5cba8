/** The procedural embedded benchmark: pictures, questions and dense labels from seeds. */
export { embeddedItems, type ItemOptions } from "./items.js";
export { CELL_SIDE, GRID_SIDE, type Labels, PICTURE_SIDE } from "./labels.js";
export { EMBEDDED_METRICS } from "./metrics.js";
export { type EmbeddedPicture, generatePicture, type PictureOptions } from "./picture.js";
export { AUXILIARY_TASKS, EMBEDDED_TASKS, type Question } from "./question.js";
export { SPLIT_SEEDS, type Split, splitOfSeed } from "./splits.js";
export { CHARACTERS, COLORS, SHAPES, VOCABULARY } from "./vocabulary.js";
