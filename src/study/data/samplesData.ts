/** Samples that were tokenised and preprocessed elsewhere. */
import { createHash } from "node:crypto";
import path from "node:path";
import { readSamples } from "../../tasks/index.js";
import { Pacer } from "../../tensor/index.js";
import type { DataOptions, StudyData, StudySample } from "./data.js";
import { chosen, type Splittable } from "./splits.js";

function pictureKey(values: Float32Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return createHash("sha256").update(bytes).digest("base64");
}

/**
 * Samples that were tokenised and preprocessed elsewhere (`readSamples`), split as described at `splitUp`.
 *
 * @throws EspalierError for a file that cannot be used; Stopped.
 *
 * @example
 * const data = await samplesData("samples.safetensors"); // tokenised elsewhere
 */
export async function samplesData(file: string, options: DataOptions = {}): Promise<StudyData> {
  const pacer = new Pacer(options.signal);
  const samples = readSamples(file);
  const items: (Splittable & { readonly sample: StudySample })[] = [];
  for (const [i, sample] of samples.entries()) {
    // A file without `split` reads as "train" throughout, so that alone decides nothing.
    items.push({ sample, split: sample.split, group: pictureKey(sample.pixelValues) });
    options.onProgress?.(i + 1, samples.length);
    await pacer.pause();
  }
  const { train, validation, test, notes, split } = chosen(items, path.basename(file), options, "first");
  const plain = (part: typeof items) => part.map(({ sample }): StudySample => sample);
  return {
    name: path.basename(file),
    train: plain(train),
    validation: plain(validation),
    test: plain(test),
    split,
    notes,
  };
}
