/** One prompt through the whole of a model, unpruned, and the gradient of its embeddings. */
import * as tf from "@tensorflow/tfjs";
import type { EncodedPromptLike } from "../../src/evaluation/index.js";
import { layoutFrom, type VisionLanguageModel } from "../../src/models/index.js";
import { Tape } from "../../src/tensor/index.js";

export interface WholeRun {
  /** Visual tokens, embeddings, the rows behind each layer, logits, and the gradient of the embeddings. */
  readonly numbers: ReadonlyMap<string, Float32Array>;
  /** Bytes that were alive between the way there and the way back, beyond those before the run. */
  readonly keptBytes: number;
}

/** Runs every layer on a tape and goes back from the sum of the logits. Leaves no tensors. */
export function wholeRun(
  model: VisionLanguageModel,
  { inputIds, gridThw, pixelValues }: EncodedPromptLike<Float32Array>,
): WholeRun {
  const before = tf.memory().numBytes;
  const numbers = new Map<string, Float32Array>();
  const note = (name: string, x: tf.Tensor) => numbers.set(name, x.dataSync<"float32">().slice());
  const layout = layoutFrom([Int32Array.from(inputIds.keys())], inputIds.length);
  const positions = [model.positions(inputIds, gridThw)];
  const tape = new Tape();
  let keptBytes = 0;
  tf.tidy(() => {
    const patches = gridThw.reduce((sum, [t, h, w]) => sum + t * h * w, 0);
    const visual = model.encodePictures(tf.tensor2d(pixelValues, [patches, pixelValues.length / patches]), gridThw);
    note("visual tokens", visual);
    const embeddings = model.embed(inputIds, visual);
    note("embeddings", embeddings);
    tape.watch(embeddings);
    const rotary = model.rotary(positions, layout);
    let hidden = embeddings;
    for (let i = 0; i < model.shape.layers; i++) {
      const input = hidden;
      const mask = model.mask(i, positions, layout, layout);
      hidden = tf.tidy(() => model.layer(i, { hidden: input, batch: 1, rotary, mask }, tape).hidden);
      note(`layer ${i}`, hidden);
    }
    const logits = model.logits(hidden, tape);
    note("logits", logits);
    keptBytes = tf.memory().numBytes - before;
    tape.accumulate(logits, tf.onesLike(logits));
    tape.backward();
    note("gradient", tape.gradient(embeddings)!);
    tape.dispose();
  });
  return { numbers, keptBytes };
}
