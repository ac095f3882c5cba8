/** Prompts on their way to the decoder's first layer: places, pictures, embeddings, and the scores behind that layer. */
import * as tf from "@tensorflow/tfjs";
import { EspalierError } from "../errors.js";
import {
  type GridThw,
  type LayerOutput,
  layoutFrom,
  type Positions,
  type TokenLayout,
  type VisionLanguageModel,
} from "../models/index.js";
import { attentionScores, type Selector, type SelectorSample } from "../selectors/index.js";

/** Token ids with the pictures they speak of, as a processor gives them. */
export interface EncodedPromptLike {
  readonly id: string;
  /** Unpadded. */
  readonly inputIds: Int32Array;
  /** [Σ patches · patchWidth] */
  readonly pixelValues: Float32Array;
  readonly gridThw: readonly GridThw[];
}

/** What a run with tokens removed needs to know of a sample. */
export interface RunSample extends SelectorSample {
  readonly positions: Positions;
  /** Places of everything that is not a visual token, ascending. */
  readonly text: Int32Array;
}

/** Places of visual tokens and of everything else, both ascending. */
export function splitPlaces(ids: Int32Array, imageTokenId: number): { visual: Int32Array; text: Int32Array } {
  const places = Int32Array.from(ids.keys());
  return {
    visual: places.filter((place) => ids[place] === imageTokenId),
    text: places.filter((place) => ids[place] !== imageTokenId),
  };
}

/** Features of every picture of a batch, one after the other, the caller's; null where there are none. */
export function encodePictures(model: VisionLanguageModel, encoded: readonly EncodedPromptLike[]): tf.Tensor2D | null {
  const grids = encoded.flatMap(({ gridThw }) => gridThw);
  if (grids.length === 0) return null;
  const total = encoded.reduce((sum, { pixelValues }) => sum + pixelValues.length, 0);
  const patches = grids.reduce((sum, [t, h, w]) => sum + t * h * w, 0);
  if (total % patches !== 0) {
    throw new EspalierError(
      `The pictures of ${encoded.map(({ id }) => id).join(", ")} have ${total} numbers for ${patches} patches; their grids and pixels do not belong together.`,
    );
  }
  const pixels = new Float32Array(total);
  let at = 0;
  for (const { pixelValues } of encoded) {
    pixels.set(pixelValues, at);
    at += pixelValues.length;
  }
  return tf.tidy(() => model.encodePictures(tf.tensor2d(pixels, [patches, total / patches]), grids));
}

/** A batch right-padded to its longest, before layer 0. */
export interface EmbeddedBatch {
  readonly layout: TokenLayout;
  /** [B·N, H], the caller's. */
  readonly embeddings: tf.Tensor2D;
}

/** @param visual what `encodePictures` gave; not disposed. */
export function embedBatch(
  model: VisionLanguageModel,
  encoded: readonly EncodedPromptLike[],
  visual: tf.Tensor2D | null,
): EmbeddedBatch {
  const layout = layoutFrom(encoded.map(({ inputIds }) => Int32Array.from(inputIds.keys())));
  const ids = new Int32Array(layout.index.length).fill(model.padTokenId);
  encoded.forEach(({ inputIds }, b) => {
    ids.set(inputIds, b * layout.length);
  });
  return { layout, embeddings: model.embed(ids, visual) };
}

/**
 * The scores by which layer 1 ranks, for each sample over its visual tokens.
 *
 * @param output of layer 0 over all rows of `layout`.
 */
export function initialScores(
  model: VisionLanguageModel,
  selector: Selector,
  samples: readonly SelectorSample[],
  output: LayerOutput,
  layout: TokenLayout,
): Float32Array[] {
  if (selector.kind === "static") return samples.map((sample) => selector.scores(sample));
  const scores = tf.tidy(() =>
    attentionScores(model, 0, selector, samples, output, layout, layout, null).dataSync<"float32">(),
  );
  return samples.map(({ visual }, b) => Float32Array.from(visual, (place) => scores[b * layout.length + place]));
}
