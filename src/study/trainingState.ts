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

const schema = z.object({
  version: z.literal(VERSION),
  settings: z.record(z.string(), z.union([z.string(), z.number()])),
  step: z.int(),
  layerForwards: z.number(),
  random: z.array(z.number()),
  order: z.array(z.int()),
  lagrangian: z.object({
    buckets: z.array(z.object({ multiplier: z.number(), penalty: z.number(), violation: z.number() })),
    calm: z.int(),
  }),
  optimizerStep: z.int(),
  epochs: z.array(z.object({ divergence: z.number(), violation: z.number() })),
  converged: z.boolean(),
  seconds: z.number(),
  teacherLayerForwards: z.number(),
});

function flat(data: Float32Array): TensorToWrite {
  return { dtype: "F32", shape: [data.length], data };
}

/** Writes a state, whole or not at all. @throws EspalierError when the disk refuses; an earlier state stays. */
export function saveTraining(file: string, saved: SavedTraining): void {
  const { state, settings, epochs, converged, seconds, teacherLayerForwards } = saved;
  const tensors = new Map<string, TensorToWrite>();
  for (const [name, values] of state.variables) tensors.set(`variable/${name}`, flat(values));
  for (const [name, { first, second }] of state.optimizer.moments) {
    tensors.set(`first/${name}`, flat(first));
    tensors.set(`second/${name}`, flat(second));
  }
  const { step, layerForwards, random, order, lagrangian } = state;
  const rest: z.infer<typeof schema> = {
    version: VERSION,
    settings: { ...settings },
    step,
    layerForwards,
    random: [...random],
    order: [...order],
    lagrangian: { buckets: lagrangian.buckets.map((bucket) => ({ ...bucket })), calm: lagrangian.calm },
    optimizerStep: state.optimizer.step,
    epochs: epochs.map((epoch) => ({ ...epoch })),
    converged,
    seconds,
    teacherLayerForwards,
  };
  writeSafetensors(file, tensors, { espalier: JSON.stringify(rest) });
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
    const rest = schema.parse(JSON.parse(opened.metadata.get("espalier") ?? "null"));
    const part = (prefix: string) =>
      new Map(
        opened.names
          .filter((name) => name.startsWith(prefix))
          .map((name) => [name.slice(prefix.length), opened.readFloat32(name)] as const),
      );
    const [firsts, seconds] = [part("first/"), part("second/")];
    const { step, layerForwards, random, order, lagrangian, optimizerStep, ...about } = rest;
    const moments = new Map([...firsts].map(([name, first]) => [name, { first, second: seconds.get(name)! }] as const));
    const optimizer = { step: optimizerStep, moments };
    return {
      settings: about.settings,
      state: { step, layerForwards, random, order, lagrangian, optimizer, variables: part("variable/") },
      epochs: about.epochs,
      converged: about.converged,
      seconds: about.seconds,
      teacherLayerForwards: about.teacherLayerForwards,
    };
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
