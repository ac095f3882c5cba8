/** The state of a training on disk: a safetensors file with the tensors, and the rest as JSON in its metadata. */
import { existsSync } from "node:fs";
import { z } from "zod";
import { openSafetensors, type TensorToWrite, writeSafetensors } from "../checkpoint/index.js";
import { EspalierError } from "../errors.js";
import type { SearchState } from "../search/index.js";
import type { EpochRecord } from "./entries.js";

const VERSION = 1;

/** A training between two epochs. */
export interface SavedTraining {
  readonly settings: Readonly<Record<string, string | number>>;
  readonly state: SearchState;
  readonly epochs: readonly EpochRecord[];
  readonly converged: boolean;
  readonly seconds: number;
  /** The teacher's, on the training samples. */
  readonly teacherLayerForwards: number;
}

const aboutSchema = z.object({
  version: z.literal(VERSION),
  settings: z.record(z.string(), z.union([z.string(), z.number()])),
  epochs: z.array(z.object({ divergence: z.number(), violation: z.number() })),
  converged: z.boolean(),
  seconds: z.number(),
  teacherLayerForwards: z.number(),
  state: z.unknown(),
});

/**
 * Plain data with arrays of float32 and maps as JSON: an array becomes `{"$tensor": name}` and goes to `tensors`, a map
 * `{"$map": [[key, value], …]}`. Whatever a search's state consists of is stored without being known here.
 */
function pack(value: unknown, name: string, tensors: Map<string, TensorToWrite>): unknown {
  if (value instanceof Float32Array) {
    tensors.set(name, { dtype: "F32", shape: [value.length], data: value });
    return { $tensor: name };
  }
  if (value instanceof Map) {
    return { $map: [...value].map(([key, part]) => [key, pack(part, `${name}/${key}`, tensors)]) };
  }
  if (Array.isArray(value)) return value.map((part, i) => pack(part, `${name}/${i}`, tensors));
  if (typeof value === "number" && !Number.isFinite(value)) return { $number: String(value) };
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, pack(part, `${name}/${key}`, tensors)]));
}

function unpack(value: unknown, read: (name: string) => Float32Array): unknown {
  if (Array.isArray(value)) return value.map((part) => unpack(part, read));
  if (typeof value !== "object" || value === null) return value;
  const { $tensor, $map, $number } = value as { $tensor?: string; $map?: [unknown, unknown][]; $number?: string };
  if ($tensor !== undefined) return read($tensor);
  if ($map !== undefined) return new Map($map.map(([key, part]) => [key, unpack(part, read)]));
  if ($number !== undefined) return Number($number);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, unpack(part, read)]));
}

/** Writes a state, whole or not at all. @throws EspalierError when the disk refuses; an earlier state stays. */
export function saveTraining(file: string, saved: SavedTraining): void {
  const tensors = new Map<string, TensorToWrite>();
  const state = pack(saved.state, "state", tensors);
  writeSafetensors(file, tensors, { espalier: JSON.stringify({ version: VERSION, ...saved, state }) });
}

/**
 * Reads a state; null when there is none.
 *
 * @throws EspalierError for a file that is damaged, or of another version.
 */
export function loadTraining(file: string): SavedTraining | null {
  if (!existsSync(file)) return null;
  const opened = openSafetensors(file);
  try {
    const about = aboutSchema.parse(JSON.parse(opened.metadata.get("espalier") ?? "null"));
    return { ...about, state: unpack(about.state, (name) => opened.readFloat32(name)) as SearchState };
  } catch (cause) {
    if (cause instanceof EspalierError) throw cause;
    throw new EspalierError(
      `The training state ${file} cannot be read: it is damaged or of another version. Delete it to train again from the start; finished evaluations are kept.`,
      { cause },
    );
  } finally {
    opened.close();
  }
}
