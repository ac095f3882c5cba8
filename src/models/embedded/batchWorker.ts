/** A thread that draws training batches ahead of the trainer. */
import { parentPort } from "node:worker_threads";
import { patchImages } from "../../checkpoint/index.js";
import { generatePicture } from "../../tasks/index.js";
import { EMBEDDED_IMAGES } from "./config.js";
import type { TrainingBatch } from "./trainer.js";
import { LABEL_CLASSES, type LabelKind, packSequence } from "./trainingBatch.js";

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
  const { pixelValues } = patchImages(
    pictures.map(({ image }) => image),
    EMBEDDED_IMAGES,
  );
  const joined = (kind: LabelKind): Uint8Array => {
    const all = new Uint8Array(size * 64);
    pictures.forEach(({ labels }, i) => {
      all.set(labels[kind], i * 64);
    });
    return all;
  };
  return {
    pixels: pixelValues,
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
