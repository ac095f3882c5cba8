/** Training a predictor within a study: resumable between epochs, with the same numbers as if never interrupted. */

import { freemem } from "node:os";
import { EspalierError } from "../errors.js";
import { heldSamples, type PreparedSamples, StreamedSamples, samplesThatFit } from "../evaluation/index.js";
import { type KernelFunction, type KernelSpec, kernelFunction } from "../schedules/index.js";
import { type Conditioning, DifferentiableSearch, type SearchOptions } from "../search/index.js";
import type { Pacer } from "../tensor/index.js";
import { meanOf, type StudyContext } from "./context.js";
import { demandSamples } from "./data/index.js";
import { type EpochRecord, SERIES } from "./entries.js";
import { loadTraining, type SavedTraining, saveTraining } from "./trainingState.js";

/** How a predictor is trained; what is left out is the study's or the search's default. */
export interface TrainingOptions
  extends Omit<SearchOptions, "kernel" | "cost" | "budgets" | "conditioning" | "validation" | "seed"> {
  /** Default the study's. */
  readonly kernel?: KernelSpec;
  /** Default the study's. */
  readonly conditioning?: Conditioning;
  /** Normalised budgets that are trained; those that are evaluated may be others. */
  readonly trainedBudgets?: readonly number[];
  /**
   * Bytes of training samples that are held behind the teacher; the others go through it again each time they are drawn, which
   * is charged. Default half of the memory that is free; 0 holds none. May differ when a training is gone on with.
   */
  readonly preparedMemory?: number;
}

/** One training of a study: the study's own, or one with another kernel function or conditioning. */
export interface Training {
  readonly series: string;
  readonly options: SearchOptions;
  readonly preparedMemory?: number;
}

/** A kernel function with its options, as settings and reports write it. */
export function kernelLabel({ name, options }: KernelFunction): string {
  const parts = Object.entries(options).map(([key, value]) => `${key} ${value}`);
  return parts.length === 0 ? name : `${name} (${parts.join(", ")})`;
}

/** Series: "search" for the study's own settings, with what differs behind it for others. */
export function trainingOf(context: StudyContext, options: TrainingOptions): Training {
  const kernel = options.kernel === undefined ? context.kernel : kernelFunction(options.kernel);
  const conditioning = options.conditioning ?? context.settings.conditioning;
  const own = kernelLabel(context.kernel);
  const differs = [
    ...(kernelLabel(kernel) === own ? [] : [kernel.name === context.kernel.name ? kernelLabel(kernel) : kernel.name]),
    ...(conditioning === context.settings.conditioning ? [] : [conditioning]),
  ];
  const { kernel: _kernel, conditioning: _conditioning, trainedBudgets, preparedMemory, ...rest } = options;
  return {
    ...(preparedMemory === undefined ? {} : { preparedMemory }),
    series: [SERIES.search, ...differs].join(":"),
    options: {
      kernel,
      cost: context.cost,
      conditioning,
      seed: context.settings.seed,
      ...(trainedBudgets === undefined ? {} : { budgets: trainedBudgets }),
      ...rest,
    },
  };
}

/** Every setting of a training in plain values, defaults filled in. */
function settingsOf(search: DifferentiableSearch, { options }: Training): Record<string, string | number> {
  const { kernel, cost, budgets, ...numbers } = search.options;
  return {
    kernel: kernelLabel(kernel),
    cost: cost.name,
    budgets: budgets.join(" "),
    ...numbers,
    lagrangian: JSON.stringify(options.lagrangian ?? {}),
  };
}

function demandSame(saved: SavedTraining["settings"], asked: SavedTraining["settings"], series: string): void {
  const keys = [...new Set([...Object.keys(saved), ...Object.keys(asked)])].filter((key) => saved[key] !== asked[key]);
  if (keys.length === 0) return;
  const changes = keys.map((key) => `${key} (${saved[key] ?? "none"} there, ${asked[key] ?? "none"} here)`);
  throw new EspalierError(
    `The training "${series}" of this study was begun with other settings: ${changes.join("; ")}. Give the same settings, or choose another name for the study.`,
  );
}

function stateFile(series: string): string {
  const suffix =
    series === SERIES.search ? "" : `.${series.slice(SERIES.search.length + 1).replaceAll(/[^\w-]+/g, "-")}`;
  return `state${suffix}.safetensors`;
}

/**
 * What a training was begun with, as options, but for its kernel function and conditioning, which its series says; empty where
 * none was begun. A training whose state has been deleted is told by the journal.
 */
export function begunOptions(context: StudyContext, series: string): TrainingOptions {
  const settings =
    load(context, series)?.settings ?? context.entriesOf("training").find((entry) => entry.series === series)?.settings;
  if (settings === undefined) return {};
  const { kernel: _kernel, cost: _cost, conditioning: _conditioning, seed: _seed, ...rest } = settings;
  const { budgets, lagrangian, ...numbers } = rest;
  return {
    ...numbers,
    trainedBudgets: String(budgets).split(" ").map(Number),
    lagrangian: JSON.parse(String(lagrangian)),
  };
}

/** Trainings of studies in memory, by context and series. */
const inMemory = new WeakMap<StudyContext, Map<string, SavedTraining>>();

function load(context: StudyContext, series: string): SavedTraining | null {
  const file = context.file(stateFile(series));
  return file === null ? (inMemory.get(context)?.get(series) ?? null) : loadTraining(file);
}

function save(context: StudyContext, series: string, saved: SavedTraining): void {
  const file = context.file(stateFile(series));
  if (file !== null) {
    saveTraining(file, saved);
    return;
  }
  const all = inMemory.get(context) ?? new Map<string, SavedTraining>();
  inMemory.set(context, all.set(series, saved));
}

/**
 * A trained search: trained now, gone on with, or read from the disk.
 *
 * @param like samples of the same model, which the search needs to be built where nothing is left to train.
 * @returns the caller disposes it.
 * @throws EspalierError when an earlier training of that series had other settings; Stopped, after which a later call goes on
 *   from the last finished epoch.
 */
export async function trainedSearch(
  context: StudyContext,
  training: Training,
  like: PreparedSamples,
  pacer: Pacer,
): Promise<DifferentiableSearch> {
  const { series, options } = training;
  const saved = load(context, series);
  // Settings are compared before the teacher runs.
  const shell = new DifferentiableSearch(heldSamples(like), options);
  try {
    if (saved !== null) demandSame(saved.settings, settingsOf(shell, training), series);
    if (saved !== null && context.entriesOf("training").some((entry) => entry.series === series)) {
      shell.restore(saved.state);
      return shell;
    }
  } catch (error) {
    shell.dispose();
    throw error;
  }
  shell.dispose();
  return train(context, training, saved, pacer);
}

async function train(
  context: StudyContext,
  training: Training,
  saved: SavedTraining | null,
  pacer: Pacer,
): Promise<DifferentiableSearch> {
  const { series, options } = training;
  demandSamples(context.data, "train");
  let started = performance.now();
  const validation = await context.prepared("validation", pacer);
  const { train } = context.data;
  const held = samplesThatFit(context.studyModel.model, train, training.preparedMemory ?? freemem() / 2);
  if (held < train.length) {
    context.warn(
      `${train.length - held} of ${train.length} training samples do not fit in memory behind the teacher; they go through it again each time they are drawn.`,
    );
  }
  const prepared = await context.prepare(train.slice(0, held), "teacher on training samples", pacer);
  let search: DifferentiableSearch | undefined;
  try {
    const source = new StreamedSamples(prepared, train.slice(held));
    search = new DifferentiableSearch(source, { ...options, validation });
    if (saved !== null) search.restore(saved.state);
    const settings = settingsOf(search, training);
    const epochs: EpochRecord[] = [...(saved?.epochs ?? [])];
    let seconds = saved?.seconds ?? 0;
    let converged = saved?.converged ?? false;
    const teacherLayerForwards = prepared.layerForwards;
    let divergences: number[] = [];
    let violations: number[] = [];
    const label = `training ${series}`;
    context.progress("training", label, epochs.length * search.stepsPerEpoch, search.steps);
    while (!search.finished) {
      const step = await search.step(pacer);
      divergences.push(step.divergence);
      violations.push(step.violation);
      context.progress("training", label, step.step, step.steps);
      if (!search.betweenEpochs) continue;
      const record = { divergence: meanOf(divergences), violation: meanOf(violations) };
      epochs.push(record);
      [divergences, violations] = [[], []];
      converged = step.converged;
      seconds += (performance.now() - started) / 1000;
      started = performance.now();
      save(context, series, { settings, state: search.state, epochs, converged, seconds, teacherLayerForwards });
      context.emitter.emit("epoch", {
        series,
        epoch: step.epoch,
        epochs: search.options.epochs,
        ...record,
        converged,
      });
    }
    const layerForwards = teacherLayerForwards + search.state.layerForwards;
    // Deleting a state on the disk trains again; what the search cost is known already.
    if (!context.entriesOf("training").some((entry) => entry.series === series)) {
      context.append({ kind: "training", series, settings, layerForwards, seconds, epochs, converged });
    }
    return search;
  } catch (error) {
    search?.dispose();
    throw error;
  } finally {
    prepared.dispose();
  }
}
