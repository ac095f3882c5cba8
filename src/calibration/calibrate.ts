/** Measures what a model takes on the active backend. Source: METHOD §2. */
import { EspalierError } from "../errors.js";
import { USUAL_TOKENS, type VisionLanguageModel } from "../models/index.js";
import { type SelectorName, selector as selectorOf } from "../selectors/index.js";
import { Pacer, Random, useBackend } from "../tensor/index.js";
import { besideKey, endWorks, HEAD_KEY, predictorWorks, selectorWorks } from "./besideWorks.js";
import {
  BATCHES,
  batchKey,
  batchWorks,
  concurrentLayers,
  concurrentWorks,
  decodeKey,
  decodeWorks,
  prefillKey,
  prefillWorks,
  TOGETHER,
  togetherKey,
  type WorkSet,
} from "./decoderWorks.js";
import { agreement, endToEndWorks, plannedRuns, predictedMilliseconds } from "./endToEnd.js";
import { fitLatency } from "./fit.js";
import { layerKinds, thinned, tokenLadder } from "./ladder.js";
import { concurrencyMeaning, describeMachine } from "./machine.js";
import { type Clock, measure } from "./measure.js";
import { measuredPrompt } from "./prompt.js";
import { CALIBRATION_FORMAT, CALIBRATION_VERSION, type Calibration, type TimingAt } from "./types.js";

/** What is calibrated; `loadStudyModel` gives one. */
export interface CalibratedModel {
  readonly model: VisionLanguageModel;
  readonly name: string;
  readonly fingerprint: string;
}

/** What is measured, and for how long. */
export interface CalibrateOptions {
  /** Of the longest prompt; default 1,024. Longer ones are extrapolated. */
  readonly tokens?: number;
  /** Whose overhead is measured; default "fastv". */
  readonly selector?: SelectorName;
  /** Limit of time in seconds, default 120; the first rounds are finished beyond it. */
  readonly seconds?: number;
  /** A work is settled when the standard error of its median is at most this part of it; default 0.02. */
  readonly spread?: number;
  /** Of prompts and of the order of the works; default 0. */
  readonly seed?: number;
  /** Default the process's; another one makes the measuring itself testable. */
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  /** Called with the seconds that went by, the limit, and how many of the works are settled. */
  readonly onProgress?: (progress: CalibrationProgress) => void;
}

/** How far a calibration is. */
export interface CalibrationProgress {
  /** That went by. */
  readonly seconds: number;
  /** The limit of time in seconds. */
  readonly limit: number;
  /** How many of the works are known well enough. */
  readonly settled: number;
  /** How many there are. */
  readonly works: number;
}

const SHORTEST = 8;
const RUNGS = 12;
const WARM_UPS = 1;

/**
 * Measures layers, selector, predictor, embedding and head, batches, prompts at the same time, and whole pruned runs, all of them
 * in rounds of random order, until medians are known well enough or the time is up.
 *
 * @throws EspalierError for options out of range; Stopped. Nothing stays allocated.
 *
 * @example
 * const calibration = await calibrate(studyModel, { tokens: 1024, seconds: 60 });
 * await writeCalibration("here.json", calibration);
 */
export async function calibrate(
  { model, name, fingerprint }: CalibratedModel,
  options: CalibrateOptions = {},
): Promise<Calibration> {
  const { tokens = USUAL_TOKENS, seconds = 120, spread = 0.02, seed = 0, clock = performance } = options;
  if (!(Number.isSafeInteger(tokens) && tokens >= SHORTEST)) {
    throw new EspalierError(
      `The longest prompt was asked to have ${tokens} tokens; give a whole number from ${SHORTEST} up.`,
    );
  }
  for (const [what, value] of Object.entries({ seconds, spread })) {
    if (!(value > 0)) throw new EspalierError(`The calibration's ${what} are ${value}; give a number above 0.`);
  }
  const { onProgress } = options;
  const machine = describeMachine(await useBackend());
  const selector = selectorOf(options.selector ?? "fastv", seed);
  const pacer = new Pacer(options.signal);
  const random = new Random(seed).fork("calibration");
  const ladder = tokenLadder(SHORTEST, tokens, RUNGS);
  const [coarse, few] = [thinned(ladder, 2), thinned(ladder, 5)];
  const kinds = layerKinds(model.shape);
  const prompts = new Map(ladder.map((rung) => [rung, measuredPrompt(model, rung, random)]));
  const promptsAt = (rungs: readonly number[]) => rungs.map((rung) => prompts.get(rung)!);
  // Long enough to be no overhead's time, short enough to fit eight times.
  const middle = ladder[Math.floor((2 * (ladder.length - 1)) / 3)];
  const runs = plannedRuns(model.shape, promptsAt([...new Set([middle, tokens])]));

  const sets: WorkSet[] = [];
  try {
    const makers: (() => WorkSet)[] = [
      () => prefillWorks(model, kinds, promptsAt(ladder), random),
      () => decodeWorks(model, kinds, coarse, random),
      () => endWorks(model, promptsAt(few), random),
      () => selectorWorks(model, selector, promptsAt(coarse), random),
      () => predictorWorks(model, promptsAt(few), random),
      () => batchWorks(model, kinds[0], prompts.get(middle)!, random),
      () => concurrentWorks(model, prompts.get(middle)!, random),
      () => endToEndWorks(model, selector, runs, random, pacer),
    ];
    for (const make of makers) {
      sets.push(make());
      await pacer.pause();
    }
    const works = sets.flatMap((set) => set.works);
    const measured = await measure(works, {
      ...{ clock, random, pacer, seconds, spread, warmUps: WARM_UPS },
      onProgress: (elapsed, settled) =>
        onProgress?.({ seconds: elapsed, limit: seconds, settled, works: works.length }),
    });
    const timing = (key: string) => measured.timings.get(key)!;
    const along = (rungs: readonly number[], key: (rung: number) => string): TimingAt[] =>
      rungs.map((rung) => ({ tokens: rung, ...timing(key(rung)) }));
    const at = (count: number, key: string) => ({ tokens: count, ...timing(key) });

    const parts = {
      settings: { tokens, selector: selector.name, seconds, spread, warmUps: WARM_UPS, seed },
      layers: kinds.map((kind, k) => ({
        ...kind,
        prefill: along(ladder, (rung) => prefillKey(k, rung, true)),
        prefillWithoutCache: along(ladder, (rung) => prefillKey(k, rung, false)),
        decode: along(coarse, (rung) => decodeKey(k, rung)),
      })),
      selector: {
        scoring: selector.kind === "static" ? [] : along(coarse, (rung) => besideKey("scoring", rung)),
        removal: along(coarse, (rung) => besideKey("removal", rung)),
      },
      embedding: along(few, (rung) => besideKey("embedding", rung)),
      predictor: along(few, (rung) => besideKey("predictor", rung)),
      head: timing(HEAD_KEY),
    };
    const latency = fitLatency(parts, model.shape.layers);
    const endToEnd = runs.map(({ key, schedule, counts, prompt }) => ({
      ...{ schedule, text: prompt.text, counts, ...timing(key) },
      predicted: predictedMilliseconds(model.shape, latency, { counts, prompt }),
    }));
    const { settled, widestSpread } = measured;
    const depth = concurrentLayers(model.shape.layers);
    const rate = (count: number, key: string) => (1000 * count) / timing(key).median;
    return {
      format: CALIBRATION_FORMAT,
      version: CALIBRATION_VERSION,
      created: new Date().toISOString(),
      machine,
      model: { name, architecture: model.architecture, fingerprint, shape: model.shape },
      ...parts,
      effort: { seconds: measured.seconds, works: works.length, settled, widestSpread },
      batch: BATCHES.map((size) => ({
        size,
        ...at(middle, batchKey(size)),
        tokensPerSecond: rate(size * middle, batchKey(size)),
      })),
      concurrency: {
        meaning: concurrencyMeaning(machine),
        runs: TOGETHER.map((together) => ({
          ...{ together, layers: depth },
          ...at(middle, togetherKey(together)),
          tokensPerSecond: rate(together * middle, togetherKey(together)),
        })),
      },
      endToEnd: { runs: endToEnd, ...agreement(endToEnd) },
      latency,
    };
  } finally {
    for (const set of sets) set.dispose();
  }
}
