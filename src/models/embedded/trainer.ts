/** One training step of the embedded model: forward, loss, backward, update. */
import * as tf from "@tensorflow/tfjs";
import { AdamW, Tape } from "../../tensor/index.js";
import { advance, denseMask, gatherRows, linear, MASKED } from "../blocks/index.js";
import { layoutFrom } from "../layout.js";
import { Parameters, type WeightSource } from "../parameters.js";
import { Qwen25Vl } from "../qwen2_5_vl/index.js";
import { EMBEDDED_CONFIG } from "./config.js";
import { LABEL_CLASSES, type LabelKind, PATCH_WIDTH, type PackedSequence, PICTURE_GRID } from "./trainingBatch.js";

export interface TrainingBatch {
  /** [B·256, 1176] */
  readonly pixels: Float32Array;
  readonly sequences: readonly PackedSequence[];
  /** For each question of each sequence, its task. */
  readonly tasks: readonly (readonly string[])[];
  /** [B·64] each */
  readonly labels: Readonly<Record<LabelKind, Uint8Array>>;
}

export interface StepReport {
  readonly answerLoss: number;
  readonly labelLoss: number;
  readonly labelAccuracy: Readonly<Record<LabelKind, number>>;
  /** Per task: questions answered right in full (teacher-forced), and questions asked. */
  readonly right: ReadonlyMap<string, { readonly right: number; readonly asked: number }>;
  readonly gradientNorm: number;
}

const KINDS = Object.keys(LABEL_CLASSES) as LabelKind[];
/** Weight of tokens that show nothing: most do, and that is learnt at once. */
const BACKGROUND_WEIGHT = 0.1;

/**
 * Weighted softmax cross-entropy. Seeds the tape with `scale` times its gradient.
 *
 * @returns the mean loss and, for each row, whether the target had the largest logit.
 */
function crossEntropy(
  logits: tf.Tensor2D,
  targets: Int32Array,
  weights: Float32Array,
  scale: number,
  tape: Tape,
): { loss: number; hit: Uint8Array } {
  const total = weights.reduce((a, b) => a + b, 0);
  const [loss, best, gradient] = tf.tidy(() => {
    const w = tf.div(tf.tensor1d(weights), total);
    const truth = tf.oneHot(tf.tensor1d(targets, "int32"), logits.shape[1]);
    const logProbabilities = tf.logSoftmax(logits);
    const picked = tf.sum(tf.mul(logProbabilities, truth), 1);
    const error = tf.sub(tf.exp(logProbabilities), truth);
    return [tf.neg(tf.sum(tf.mul(picked, w))), tf.argMax(logits, 1), tf.mul(error, tf.expandDims(tf.mul(w, scale), 1))];
  });
  tape.accumulate(logits, gradient);
  const prediction = best.dataSync();
  const value = loss.dataSync()[0];
  tf.dispose([loss, best]);
  return { loss: value, hit: Uint8Array.from(targets, (target, i) => (prediction[i] === target ? 1 : 0)) };
}

/** [B, 1, N, N]: causal within the picture and a question; questions see the picture, not each other. */
function packedBias(sequences: readonly PackedSequence[], length: number): tf.Tensor4D {
  const mask = new Float32Array(sequences.length * length * length).fill(MASKED);
  sequences.forEach(({ block }, b) => {
    for (let q = 0; q < length; q++) {
      const row = (b * length + q) * length;
      mask[row] = 0;
      for (let k = 0; k <= q && q < block.length; k++) {
        if (block[k] === 0 || block[k] === block[q]) mask[row + k] = 0;
      }
    }
  });
  return tf.tensor4d(mask, [sequences.length, 1, length, length]);
}

export class EmbeddedTrainer {
  readonly model: Qwen25Vl;
  readonly optimizer = new AdamW({ beta2: 0.98, weightDecay: 0.05, clipNorm: 1 });
  readonly #heads: Parameters;
  readonly #readers: Record<LabelKind, ReturnType<Parameters["linear"]>>;

  /** @param source weights of the model and, under "labels.", of the three label readers. */
  constructor(source: WeightSource) {
    this.model = new Qwen25Vl(EMBEDDED_CONFIG, source, { trainable: true });
    this.#heads = new Parameters(source, { trainable: true });
    const width = EMBEDDED_CONFIG.vision.outHiddenSize;
    const reader = (kind: LabelKind) => this.#heads.linear(`labels.${kind}`, width, LABEL_CLASSES[kind], true);
    this.#readers = { color: reader("color"), shape: reader("shape"), character: reader("character") };
  }

  /** All variables by name: the model's under their checkpoint names, the label readers under "labels.". */
  variables(): Map<string, tf.Variable> {
    return new Map([...this.model.parameters.entries(), ...this.#heads.entries()]) as Map<string, tf.Variable>;
  }

  /**
   * @param labelWeight weight of the dense label loss beside the answers'.
   * @param answers whether the decoder takes part; the first stage trains the vision tower on labels alone.
   */
  step(batch: TrainingBatch, learningRate: number, labelWeight: number, answers: boolean): StepReport {
    let report!: StepReport;
    tf.tidy(() => {
      report = this.#step(batch, learningRate, labelWeight, answers);
    });
    return report;
  }

  #step(batch: TrainingBatch, learningRate: number, labelWeight: number, answers: boolean): StepReport {
    const tape = new Tape();
    const variables = this.variables();
    for (const variable of variables.values()) tape.watch(variable);
    const count = batch.sequences.length;
    const pixels = tf.tensor2d(batch.pixels, [batch.pixels.length / PATCH_WIDTH, PATCH_WIDTH]);
    const visual = this.model.encodePictures(pixels, new Array(count).fill(PICTURE_GRID), tape);
    const labels = this.#labelLoss(visual, batch, labelWeight, tape);
    const answer = answers
      ? this.#answerLoss(visual, batch, tape)
      : { loss: 0, right: new Map<string, { right: number; asked: number }>() };
    tape.backward();
    const gradients = new Map<string, tf.Tensor>();
    for (const [name, variable] of variables) {
      const gradient = tape.gradient(variable);
      if (gradient) gradients.set(name, gradient);
    }
    const gradientNorm = this.optimizer.apply(variables, gradients, learningRate);
    tape.dispose();
    return {
      answerLoss: answer.loss,
      labelLoss: labels.loss,
      labelAccuracy: labels.accuracy,
      right: answer.right,
      gradientNorm,
    };
  }

  #labelLoss(visual: tf.Tensor2D, batch: TrainingBatch, weight: number, tape: Tape) {
    let loss = 0;
    const accuracy = {} as Record<LabelKind, number>;
    for (const kind of KINDS) {
      const targets = Int32Array.from(batch.labels[kind]);
      const weights = Float32Array.from(targets, (label) => (label === 0 ? BACKGROUND_WEIGHT : 1));
      const result = crossEntropy(linear(visual, this.#readers[kind], tape), targets, weights, weight, tape);
      loss += result.loss;
      const shown = targets.reduce((sum, label) => sum + (label > 0 ? 1 : 0), 0);
      accuracy[kind] = targets.reduce((sum, label, i) => sum + (label > 0 ? result.hit[i] : 0), 0) / Math.max(1, shown);
    }
    return { loss, accuracy };
  }

  #answerLoss(visual: tf.Tensor2D, batch: TrainingBatch, tape: Tape) {
    const { model } = this;
    const { sequences } = batch;
    const count = sequences.length;
    const layout = layoutFrom(sequences.map(({ ids }) => Int32Array.from(ids.keys())));
    const ids = new Int32Array(count * layout.length).fill(model.padTokenId);
    sequences.forEach((sequence, b) => {
      ids.set(sequence.ids, b * layout.length);
    });
    const rotary = model.rotary(
      sequences.map(({ positions }) => positions),
      layout,
    );
    const mask = denseMask(packedBias(sequences, layout.length));
    let hidden = model.embed(ids, visual, tape);
    for (let i = 0; i < model.shape.layers; i++) {
      hidden = advance(hidden, () => model.layer(i, { hidden, batch: count, rotary, mask }, tape).hidden);
    }
    const rows = Int32Array.from(sequences.flatMap((s, b) => [...s.rows].map((row) => b * layout.length + row)));
    const targets = Int32Array.from(sequences.flatMap((s) => [...s.targets]));
    // Every question counts the same, however long its answer, up to a square root: long answers carry more to learn.
    const weights = Float32Array.from(
      sequences.flatMap(({ question }) => {
        const lengths = new Map<number, number>();
        for (const q of question) lengths.set(q, (lengths.get(q) ?? 0) + 1);
        return [...question].map((q) => lengths.get(q)! ** -0.5);
      }),
    );
    const logits = model.logits(gatherRows(hidden, rows, tape), tape);
    const { loss, hit } = crossEntropy(logits, targets, weights, 1, tape);
    const right = new Map<string, { right: number; asked: number }>();
    let first = 0;
    sequences.forEach(({ question }, b) => {
      const whole = new Uint8Array(batch.tasks[b].length).fill(1);
      question.forEach((number, i) => {
        whole[number] &= hit[first + i];
      });
      first += question.length;
      batch.tasks[b].forEach((task, number) => {
        const tally = right.get(task) ?? { right: 0, asked: 0 };
        right.set(task, { right: tally.right + whole[number], asked: tally.asked + 1 });
      });
    });
    return { loss, right };
  }

  dispose(): void {
    this.model.dispose();
    this.#heads.dispose();
    this.optimizer.dispose();
  }
}
