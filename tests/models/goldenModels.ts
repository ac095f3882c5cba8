/** The tiny checkpoints under tests/golden/models, with what transformers computed from them. */
import path from "node:path";
import { openSafetensors } from "../../src/checkpoint/index.js";
import type { EncodedPromptLike } from "../../src/evaluation/index.js";
import { type GridThw, type LoadedModel, loadModel } from "../../src/models/index.js";

/** By architecture. */
export const GOLDEN_CASES = {
  qwen2_5_vl: ["grouped", "multiQuery", "fullHeads", "sliding", "video"],
  llava: ["llava", "llavaGrouped"],
  gemma3: ["gemma3", "gemma3Own"],
} as const;
export type GoldenCase = (typeof GOLDEN_CASES)[keyof typeof GOLDEN_CASES][number];

/** A file of tests/golden/models; tests run from dist/tests/models or from the root. */
export function goldenModel(...parts: string[]): string {
  return path.join(import.meta.dirname, "..", "..", "..", "tests", "golden", "models", ...parts);
}

export interface GoldenModel extends LoadedModel {
  readonly prompts: EncodedPromptLike<Float32Array>[];
  /** Greedy continuations, the end token left out. */
  readonly generated: number[][];
}

/** Loads a case; the caller disposes the model. */
export async function loadGolden(name: GoldenCase): Promise<GoldenModel> {
  const loaded = await loadModel(goldenModel(name), {
    warn: (sentence) => {
      throw new Error(sentence);
    },
  });
  const { model } = loaded;
  const file = openSafetensors(goldenModel(name, "reference.safetensors"));
  const [batch, length] = file.info("input_ids").shape;
  const ids = file.readInt32("input_ids");
  const mask = file.readInt32("attention_mask");
  const flat = file.readInt32("image_grid_thw");
  const pixels = file.readFloat32("pixel_values");
  const patchWidth = file.info("pixel_values").shape[1];
  const seconds = file.has("seconds_per_grid") ? [...file.readFloat32("seconds_per_grid")] : [];
  const [, most] = file.info("generated").shape;
  const tokens = file.readInt32("generated");
  file.close();
  let picture = 0;
  let patch = 0;
  const prompts = Array.from({ length: batch }, (_, b): EncodedPromptLike<Float32Array> => {
    const inputIds = ids.slice(b * length, (b + 1) * length).filter((_, i) => mask[b * length + i] === 1);
    let visual = inputIds.filter((id) => model.visualTokenIds.includes(id)).length;
    const gridThw: GridThw[] = [];
    const [begin, first] = [patch, picture];
    while (visual > 0) {
      const grid: GridThw = [flat[3 * picture], flat[3 * picture + 1], flat[3 * picture + 2]];
      gridThw.push(grid);
      visual -= model.visualTokens(grid);
      patch += grid[0] * grid[1] * grid[2];
      picture++;
    }
    return {
      id: `${name}${b}`,
      inputIds,
      gridThw,
      secondsPerGrid: seconds.slice(first, picture),
      pixelValues: pixels.slice(begin * patchWidth, patch * patchWidth),
    };
  });
  const generated = Array.from({ length: batch }, (_, b) =>
    [...tokens.subarray(b * most, (b + 1) * most)].filter((id) => id >= 0 && !model.eosTokenIds.includes(id)),
  );
  return { ...loaded, prompts, generated };
}
