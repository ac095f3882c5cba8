/** Prompts on their way to the decoder's first layer: places, pictures, embeddings, and the scores behind that layer. */
import * as tf from "@tensorflow/tfjs";
import { EspalierError } from "../errors.js";
import {
  type GridThw,
  type LayerOutput,
  layoutFrom,
  type TokenLayout,
  type VisionLanguageModel,
} from "../models/index.js";
import { attentionScores, pictureRelevance, type RankedSample, type Selector } from "../selectors/index.js";
import type { Pacer } from "../tensor/index.js";
import { type PixelValues, readPixels } from "./pixels.js";

/** Token ids with the pictures they speak of, as a processor gives them. */
export interface EncodedPromptLike<Pixels extends PixelValues = PixelValues> {
  readonly id: string;
  /** Unpadded. */
  readonly inputIds: Int32Array;
  /** [Σ patches · patchWidth] */
  readonly pixelValues: Pixels;
  /** Of its pictures and videos, in the order of their tokens. */
  readonly gridThw: readonly GridThw[];
  /** Per grid: seconds between the times of a video's grid, default 1; a picture's is not read. */
  readonly secondsPerGrid?: readonly number[];
}

/** What a run with tokens removed needs to know of a sample. */
export interface RunSample extends RankedSample {
  /** Places of everything that is not a visual token, ascending. */
  readonly text: Int32Array;
}

/** Places of visual tokens and of everything else, both ascending. */
export function splitPlaces(
  ids: Int32Array,
  visualTokenIds: readonly number[],
): { visual: Int32Array; text: Int32Array } {
  const places = Int32Array.from(ids.keys());
  const isVisual = (place: number) => visualTokenIds.includes(ids[place]);
  return {
    visual: places.filter(isVisual),
    text: places.filter((place) => !isVisual(place)),
  };
}

/** @throws EspalierError where a prompt has more or fewer visual tokens than its pictures and videos give. */
export function checkPictures(model: VisionLanguageModel, { id, inputIds, gridThw }: EncodedPromptLike): void {
  const wanted = inputIds.reduce((count, token) => count + (model.visualTokenIds.includes(token) ? 1 : 0), 0);
  const given = gridThw.reduce((sum, grid) => sum + model.visualTokens(grid), 0);
  if (wanted === given) return;
  throw new EspalierError(
    `Sample ${id} has ${wanted} tokens for pictures and videos, but its ${gridThw.length} grids give ${given} visual tokens; its prompt should have one for each.`,
  );
}

/**
 * Features of every picture of a batch, one after the other, the caller's; null where there are none. Samples go through the
 * tower one by one, so that others get a turn between them.
 *
 * @throws EspalierError where grids and pixels disagree; Stopped.
 */
export async function encodePictures(
  model: VisionLanguageModel,
  encoded: readonly EncodedPromptLike[],
  pacer: Pacer,
): Promise<tf.Tensor2D | null> {
  const parts: tf.Tensor2D[] = [];
  try {
    for (const { id, pixelValues: values, gridThw } of encoded) {
      if (gridThw.length === 0) continue;
      const pixelValues = await readPixels(values);
      const patches = gridThw.reduce((sum, [t, h, w]) => sum + t * h * w, 0);
      if (pixelValues.length % patches !== 0) {
        throw new EspalierError(
          `The pictures of ${id} have ${pixelValues.length} numbers for ${patches} patches; their grids and pixels do not belong together: preprocess them again.`,
        );
      }
      const width = pixelValues.length / patches;
      parts.push(tf.tidy(() => model.encodePictures(tf.tensor2d(pixelValues, [patches, width]), gridThw)));
      await pacer.pause();
    }
    return parts.length === 0 ? null : tf.concat(parts, 0);
  } finally {
    tf.dispose(parts);
  }
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

/** The samples with their relevance to their pictures, where the selector uses it; otherwise as they are. */
export function withRelevance<Sample extends RankedSample>(
  selector: Selector,
  samples: readonly Sample[],
  { embeddings, layout }: EmbeddedBatch,
): readonly (Sample & Pick<RankedSample, "relevance">)[] {
  if (selector.kind === "static" || !selector.usesRelevance) return samples;
  return samples.map((sample, b) => ({
    ...sample,
    relevance: pictureRelevance(embeddings, b * layout.length, sample),
  }));
}

/**
 * The scores by which layer 1 ranks, for each sample over its visual tokens.
 *
 * @param output of layer 0 over all rows of `layout`.
 */
export function initialScores(
  model: VisionLanguageModel,
  selector: Selector,
  samples: readonly RankedSample[],
  output: LayerOutput,
  layout: TokenLayout,
): Float32Array[] {
  if (selector.kind === "static") return samples.map((sample) => selector.scores(sample));
  const scores = tf.tidy(() =>
    attentionScores(model, selector, samples, {
      layer: 0,
      output,
      queries: layout,
      keys: layout,
      survivors: samples.map(({ visual }) => visual),
    }).dataSync<"float32">(),
  );
  return samples.map(({ visual }, b) => Float32Array.from(visual, (place) => scores[b * layout.length + place]));
}
