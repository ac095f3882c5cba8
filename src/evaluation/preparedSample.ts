/**
 * What never changes while schedules change, computed once per sample: the teacher's answers, the picture's features, and
 * the decoder's first layer (METHOD §10).
 *
 * Layer 0 always sees every token, so its output, and the scores that layer 1 ranks by, do not depend on the schedule.
 */
import * as tf from "@tensorflow/tfjs";
import { EspalierError } from "../errors.js";
import type { VisionLanguageModel } from "../models/index.js";
import type { Selector } from "../selectors/index.js";
import { Pacer } from "../tensor/index.js";
import type { PixelValues } from "./pixels.js";
import {
  checkPictures,
  type EncodedPromptLike,
  embedBatch,
  encodePictures,
  initialScores,
  type RunSample,
  splitPlaces,
  withRelevance,
} from "./promptBatch.js";

/** A tokenised sample with its answer, as a processor or a samples file gives it: `inputIds` are prompt, then answer. */
export interface EncodedSampleLike<Pixels extends PixelValues = PixelValues> extends EncodedPromptLike<Pixels> {
  /** Its task's name. */
  readonly task: string;
  /** Tokens of the prompt; the answer's follow. */
  readonly promptLength: number;
}

/** One sample, ready for any schedule. Its tensors are owned by the `PreparedSamples` it belongs to. */
export interface PreparedSample extends RunSample {
  /** Its task's name. */
  readonly task: string;
  /** [n] token ids: prompt, then answer. */
  readonly ids: Int32Array;
  /** T and V: prompt text tokens and visual tokens. */
  readonly tokens: { readonly text: number; readonly visual: number };
  /** Places whose rows predict answer tokens, and the tokens they predict. */
  readonly answerPlaces: Int32Array;
  /** [A] token ids. */
  readonly targets: Int32Array;
  /** [n, H] after layer 0. */
  readonly hidden: tf.Tensor2D;
  /** [n, H] before layer 0: what the predictor reads, the answer's rows excepted. */
  readonly embeddings: tf.Tensor2D;
  /** [V] scores by which layer 1 ranks. */
  readonly firstScores: Float32Array;
  /** [A, vocabulary] log probabilities of the unpruned model at the answer's places. */
  readonly teacher: tf.Tensor2D;
  /** Whether the unpruned model, teacher-forced, predicts every answer token. */
  readonly teacherExact: boolean;
}

/** Samples of one model and selector, ready for any schedule. */
export interface PreparedSamples {
  readonly model: VisionLanguageModel;
  readonly selector: Selector;
  readonly samples: readonly PreparedSample[];
  /** Layer-forwards spent on the teacher (METHOD §8). */
  readonly layerForwards: number;
  /** Lets go of the samples' tensors. */
  dispose(): void;
}

/** Samples run through the teacher at a time. */
const BATCH = 16;

function encodedPlaces(sample: EncodedSampleLike, visualTokenIds: readonly number[]) {
  const { visual, text } = splitPlaces(sample.inputIds, visualTokenIds);
  const answers = sample.inputIds.length - sample.promptLength;
  if (answers < 1) {
    throw new EspalierError(
      `Sample ${sample.id} has no answer tokens; divergence is measured where the answer is predicted.`,
    );
  }
  if (visual.length > 0 && visual[visual.length - 1] >= sample.promptLength) {
    throw new EspalierError(`Sample ${sample.id} has visual tokens in its answer; pictures belong to the prompt.`);
  }
  return { visual, text };
}

/**
 * Runs the unpruned model over samples and keeps what every schedule shares.
 *
 * @param options `onProgress` is called with the number of samples done.
 * @returns owns its tensors: about 2·n·H + A·vocabulary float32 numbers a sample; dispose it.
 * @throws EspalierError for a sample without answer, or whose pictures and image tokens do not agree; Stopped.
 *
 * @example
 * const prepared = await prepareSamples(model, selector("fastv"), readSamples("samples.safetensors"));
 * prepared.samples[0].tokens.visual;
 * prepared.dispose();
 */
export async function prepareSamples(
  model: VisionLanguageModel,
  selector: Selector,
  encoded: readonly EncodedSampleLike[],
  options: { pacer?: Pacer; onProgress?: (done: number) => void } = {},
): Promise<PreparedSamples> {
  const pacer = options.pacer ?? new Pacer();
  const samples: PreparedSample[] = [];
  const dispose = () => {
    for (const sample of samples) tf.dispose([sample.hidden, sample.embeddings, sample.teacher]);
    samples.length = 0;
  };
  try {
    for (let first = 0; first < encoded.length; first += BATCH) {
      samples.push(...(await prepareBatch(model, selector, encoded.slice(first, first + BATCH), pacer)));
      options.onProgress?.(samples.length);
    }
  } catch (error) {
    dispose();
    throw error;
  }
  return { model, selector, samples, layerForwards: samples.length * model.shape.layers, dispose };
}

async function prepareBatch(
  model: VisionLanguageModel,
  selector: Selector,
  encoded: readonly EncodedSampleLike[],
  pacer: Pacer,
): Promise<PreparedSample[]> {
  for (const sample of encoded) checkPictures(model, sample);
  const places = encoded.map((sample) => encodedPlaces(sample, model.visualTokenIds));
  const positions = encoded.map(({ inputIds, gridThw, secondsPerGrid }) =>
    model.positions(inputIds, gridThw, secondsPerGrid),
  );
  const visual = await encodePictures(model, encoded, pacer);
  const { layout, embeddings } = embedBatch(model, encoded, visual);
  visual?.dispose();
  const rotary = model.rotary(positions, layout);
  const sources = withRelevance(
    selector,
    encoded.map((sample, b) => ({ ...sample, ...places[b], positions: positions[b] })),
    { layout, embeddings },
  );

  let hidden = embeddings;
  let first: tf.Tensor2D = embeddings;
  let firstScores: Float32Array[] = [];
  for (let i = 0; i < model.shape.layers; i++) {
    const mask = model.mask(i, positions, layout, layout);
    const output = model.layer(i, { hidden, batch: layout.batch, rotary, mask });
    if (i === 0) {
      first = output.hidden;
      firstScores = initialScores(model, selector, sources, output, layout);
    } else {
      if (hidden !== first) hidden.dispose();
    }
    tf.dispose([output.keys, output.values, output.queries]);
    hidden = output.hidden;
    await pacer.pause();
  }
  tf.dispose([...rotary.tensors]);

  const result = encoded.map((sample, b): PreparedSample => {
    const n = sample.inputIds.length;
    const from = b * layout.length;
    const answers = n - sample.promptLength;
    const targets = sample.inputIds.slice(sample.promptLength);
    const [own, ownFirst, teacher] = tf.tidy(() => {
      const logits = model.logits(tf.slice(hidden, [from + sample.promptLength - 1, 0], [answers, -1]));
      return [
        tf.slice(embeddings, [from, 0], [n, -1]),
        tf.slice(first, [from, 0], [n, -1]),
        tf.logSoftmax(logits) as tf.Tensor2D,
      ];
    });
    const best = tf.tidy(() => tf.argMax(teacher, 1).dataSync());
    return {
      id: sample.id,
      task: sample.task,
      promptLength: sample.promptLength,
      ids: sample.inputIds,
      positions: positions[b],
      visual: places[b].visual,
      text: places[b].text,
      relevance: sources[b].relevance,
      tokens: { text: sample.promptLength - places[b].visual.length, visual: places[b].visual.length },
      answerPlaces: Int32Array.from({ length: answers }, (_, a) => sample.promptLength - 1 + a),
      targets,
      hidden: ownFirst,
      embeddings: own,
      firstScores: firstScores[b],
      teacher,
      teacherExact: targets.every((target, a) => best[a] === target),
    };
  });
  tf.dispose(hidden === first ? [embeddings, first] : [embeddings, first, hidden]);
  return result;
}
