/** The model of a study, with what reports say of it. */
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { ModelConfig } from "../checkpoint/index.js";
import { EspalierError } from "../errors.js";
import { type LoadOptions, loadModel, type VisionLanguageModel } from "../models/index.js";
import { fingerprintModel } from "./fingerprint.js";

/** A loaded model with what reports say of it; made by `loadStudyModel`. */
export interface StudyModel {
  readonly model: VisionLanguageModel;
  readonly config: ModelConfig;
  /** In reports. */
  readonly name: string;
  /** Of configuration and weights; of very large files, of samples of them. */
  readonly fingerprint: string;
  /** Whether it is the tiny model that ships with Espalier, which every report must say. */
  readonly embedded: boolean;
}

/**
 * The directory of the embedded model; in the package's root, from dist/src/study.
 *
 * @example
 * const processor = Processor.fromDirectory(EMBEDDED_DIRECTORY);
 */
export const EMBEDDED_DIRECTORY = fileURLToPath(new URL("../../../embedded", import.meta.url));

/** @throws EspalierError when the embedded model is not in this checkout. */
export function demandEmbedded(): string {
  if (existsSync(path.join(EMBEDDED_DIRECTORY, "config.json"))) return EMBEDDED_DIRECTORY;
  throw new EspalierError(
    `The embedded model is not in ${EMBEDDED_DIRECTORY}; name a checkpoint with --model DIR, or train it with: npm run train:embedded.`,
  );
}

/**
 * Loads a checkpoint and makes the best tensor backend active.
 *
 * @param directory in the layout of Hugging Face.
 * @param options as of `loadModel`.
 * @returns the caller disposes `model`.
 * @throws EspalierError as `loadModel`.
 *
 * @example
 * const studyModel = await loadStudyModel(EMBEDDED_DIRECTORY);
 * studyModel.name; // → "espalier-tiny"
 * studyModel.model.dispose();
 */
export async function loadStudyModel(directory: string, options: LoadOptions = {}): Promise<StudyModel> {
  const { model, config } = await loadModel(directory, options);
  const embedded = path.resolve(directory) === EMBEDDED_DIRECTORY;
  const name = embedded ? "espalier-tiny" : path.basename(path.resolve(directory));
  return { model, config, name, fingerprint: await fingerprintModel(directory), embedded };
}
