/** A thread that draws training batches ahead of the trainer. */
import { parentPort } from "node:worker_threads";
import { generatePicture } from "../../tasks/index.js";
import type { TrainingBatch } from "./trainer.js";
import { LABEL_CLASSES, type LabelKind, PATCH_WIDTH, PATCHES, packSequence, patchify } from "./trainingBatch.js";

export interface BatchRequest {
  /** Seed of the first picture; the others follow. */
  readonly seed: number;
  readonly size: number;
  readonly questions: number;
  readonly taskWeights: Readonly<Record<string, number>>;
}

/** Draws a batch: the same request gives the same batch. */
export function drawBatch({ seed, size, questions, taskWeights }: BatchRequest): TrainingBatch {
  const pictures = Array.from({ length: size }, (_, i) => generatePicture(seed + i, { questions, taskWeights }));
  const pixels = new Float32Array(size * PATCHES * PATCH_WIDTH);
  pictures.forEach(({ image }, i) => {
    patchify(image, pixels, i * PATCHES * PATCH_WIDTH);
  });
  const joined = (kind: LabelKind): Uint8Array => {
    const all = new Uint8Array(size * 64);
    pictures.forEach(({ labels }, i) => {
      all.set(labels[kind], i * 64);
    });
    return all;
  };
  return {
    pixels,
    sequences: pictures.map(packSequence),
    tasks: pictures.map((picture) => picture.questions.map(({ task }) => task)),
    labels: Object.fromEntries(Object.keys(LABEL_CLASSES).map((kind) => [kind, joined(kind as LabelKind)])) as Record<
      LabelKind,
      Uint8Array
    >,
  };
}

parentPort?.on("message", (request: BatchRequest) => {
  const batch = drawBatch(request);
  parentPort!.postMessage(batch, [batch.pixels.buffer as ArrayBuffer]);
});
