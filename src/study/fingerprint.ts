/** Fingerprints of weights and samples: what tells a study that it is being continued with the same ones. */
import { createHash, type Hash } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { fileError } from "../checkpoint/index.js";
import { pixelDigest } from "../evaluation/index.js";
import type { Pacer } from "../tensor/index.js";
import type { StudySample } from "./data/index.js";
import type { StudySettings } from "./entries.js";

const CHUNK = 1 << 20;
/** Larger files are sampled: their first mebibyte, which holds the header, and pieces at equal distances. */
const WHOLE_BYTES = 512 * 1024 * 1024;
const PIECES = 256;
const PIECE_BYTES = 64 * 1024;

async function addFile(hash: Hash, file: string): Promise<boolean> {
  const handle = await fs.open(file, "r");
  try {
    const { size } = await handle.stat();
    hash.update(`${path.basename(file)}:${size};`);
    const buffer = Buffer.allocUnsafe(CHUNK);
    const add = async (position: number, length: number) => {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(length, CHUNK), position);
      hash.update(buffer.subarray(0, bytesRead));
    };
    if (size <= WHOLE_BYTES) {
      for (let at = 0; at < size; at += CHUNK) await add(at, CHUNK);
      return true;
    }
    await add(0, CHUNK);
    for (let i = 1; i <= PIECES; i++) await add(Math.floor(((size - PIECE_BYTES) * i) / PIECES), PIECE_BYTES);
    return false;
  } finally {
    await handle.close();
  }
}

/**
 * The fingerprint of a checkpoint: config.json and the weights.
 *
 * @returns `sha256:…`; `sampled-sha256:…` where a file of weights is larger than 512 MiB, which is read in pieces.
 * @throws EspalierError when a file cannot be read.
 */
export async function fingerprintModel(directory: string): Promise<string> {
  const hash = createHash("sha256");
  let whole = true;
  try {
    const names = (await fs.readdir(directory)).filter(
      (name) => name === "config.json" || name.endsWith(".safetensors"),
    );
    for (const name of names.sort()) whole = (await addFile(hash, path.join(directory, name))) && whole;
  } catch (error) {
    throw fileError("read", directory, error);
  }
  return `${whole ? "" : "sampled-"}sha256:${hash.digest("hex").slice(0, 32)}`;
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** The fingerprint of samples in their order: ids, tokens, pictures, accepted answers, and what else a score goes by. */
export async function fingerprintSamples(samples: readonly StudySample[], pacer: Pacer): Promise<string> {
  const hash = createHash("sha256");
  for (const sample of samples) {
    const { id, task, promptLength, inputIds, gridThw, answers = [], category, unit } = sample;
    // Times of videos' grids change positions; pictures have none.
    const times = sample.secondsPerGrid?.some((seconds) => seconds > 0) ? [sample.secondsPerGrid] : [];
    const judged = category === undefined && unit === undefined ? [] : [category ?? null, unit ?? null];
    hash.update(JSON.stringify([id, task, promptLength, inputIds.length, gridThw, answers, ...judged, ...times]));
    hash.update(bytesOf(inputIds));
    hash.update(pixelDigest(sample.pixelValues));
    await pacer.pause();
  }
  return `sha256:${hash.digest("hex").slice(0, 32)}`;
}

const SETTING_NAMES: Readonly<Record<keyof StudySettings, string>> = {
  model: "the model",
  train: "the training samples",
  validation: "the validation samples",
  test: "the test samples",
  selector: "the selector",
  kernel: "the kernel function",
  cost: "the cost",
  conditioning: "the conditioning",
  budgetUnit: "the budget unit",
  seed: "the seed",
  calibration: "the latency calibration",
};

/**
 * What differs between the settings of a journal and those asked for, in words: `the selector (fastv there, random here)`.
 *
 * @returns one phrase a setting; empty when nothing differs.
 */
export function differences(there: StudySettings, here: StudySettings): string[] {
  return (Object.keys(SETTING_NAMES) as (keyof StudySettings)[])
    .filter((key) => there[key] !== here[key])
    .map((key) => {
      const opaque = String(here[key]).includes("sha256:") || String(there[key]).includes("sha256:");
      return opaque ? SETTING_NAMES[key] : `${SETTING_NAMES[key]} (${there[key]} there, ${here[key]} here)`;
    });
}
