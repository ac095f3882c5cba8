/** Training samples, prepared: all at once, or as many as memory holds and the others whenever they are drawn. */
import type { VisionLanguageModel } from "../models/index.js";
import type { Selector } from "../selectors/index.js";
import type { Pacer } from "../tensor/index.js";
import { type EncodedSampleLike, type PreparedSamples, prepareSamples } from "./preparedSample.js";

/** Samples of one model and selector, by index. */
export interface SampleSource {
  readonly model: VisionLanguageModel;
  readonly selector: Selector;
  /** How many samples. */
  readonly size: number;
  /**
   * Has some samples prepared for the time of `work`.
   *
   * @param indices each from 0 to before `size`.
   * @param work is given them in that order; its `layerForwards` are those of samples that were prepared just for this.
   * @throws Stopped, and what preparing throws.
   */
  borrow<T>(indices: readonly number[], pacer: Pacer, work: (members: PreparedSamples) => Promise<T>): Promise<T>;
}

/**
 * Samples that are prepared already; owned by the caller as before.
 *
 * @example
 * const source = heldSamples(prepared);
 * source.size === prepared.samples.length; // true
 */
export function heldSamples(prepared: PreparedSamples): SampleSource {
  return new StreamedSamples(prepared, []);
}

/**
 * Bytes that a sample takes while it is prepared: its rows before and behind layer 0, and the teacher's log probabilities.
 *
 * @param sample unpadded.
 */
export function preparedBytes(
  { shape, vocabulary }: Pick<VisionLanguageModel, "shape" | "vocabulary">,
  { inputIds, promptLength }: Pick<EncodedSampleLike, "inputIds" | "promptLength">,
): number {
  return 4 * (2 * inputIds.length * shape.hidden + (inputIds.length - promptLength) * vocabulary);
}

/**
 * Samples of which the first are held and the others prepared each time they are drawn, for the price of the teacher's forward
 * pass. Their numbers are those of held ones up to the rounding of sums.
 *
 * @example
 * const samples = readSamples("train.safetensors");
 * const first = await prepareSamples(model, selector("fastv"), samples.slice(0, 1000));
 * const source = new StreamedSamples(first, samples.slice(1000)); // the others are prepared whenever they are drawn
 */
export class StreamedSamples implements SampleSource {
  readonly #held: PreparedSamples;
  readonly #others: readonly EncodedSampleLike[];

  /**
   * @param held the first samples; stay their owner's.
   * @param others what follows them.
   */
  constructor(held: PreparedSamples, others: readonly EncodedSampleLike[]) {
    this.#held = held;
    this.#others = others;
  }

  get model(): VisionLanguageModel {
    return this.#held.model;
  }

  get selector(): Selector {
    return this.#held.selector;
  }

  get size(): number {
    return this.#held.samples.length + this.#others.length;
  }

  async borrow<T>(
    indices: readonly number[],
    pacer: Pacer,
    work: (members: PreparedSamples) => Promise<T>,
  ): Promise<T> {
    const held = this.#held.samples;
    const drawn = indices.filter((index) => index >= held.length);
    if (drawn.length === 0) {
      return work({ ...this.#held, samples: indices.map((index) => held[index]), layerForwards: 0 });
    }
    const encoded = drawn.map((index) => this.#others[index - held.length]);
    const prepared = await prepareSamples(this.model, this.selector, encoded, { pacer });
    try {
      const made = new Map(drawn.map((index, i) => [index, prepared.samples[i]]));
      return await work({ ...prepared, samples: indices.map((index) => held[index] ?? made.get(index)!) });
    } finally {
      prepared.dispose();
    }
  }
}

/** How many of the first samples fit into so many bytes. */
export function samplesThatFit(
  model: Pick<VisionLanguageModel, "shape" | "vocabulary">,
  samples: readonly Pick<EncodedSampleLike, "inputIds" | "promptLength">[],
  bytes: number,
): number {
  let left = bytes;
  const first = samples.findIndex((sample) => {
    left -= preparedBytes(model, sample);
    return left < 0;
  });
  return first < 0 ? samples.length : first;
}
