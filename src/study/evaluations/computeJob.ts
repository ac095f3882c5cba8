/** Computes an evaluation: in the study's own process, or in a worker's. The same job gives the same numbers in both. */
import { EspalierError } from "../../errors.js";
import { evaluateCounts, evaluateShared, type PreparedSamples } from "../../evaluation/index.js";
import type { EvaluationJob, EvaluationResult } from "../../queue/index.js";
import type { Pacer } from "../../tensor/index.js";
import type { Scorer } from "../accuracy.js";
import type { StudySample } from "../data/index.js";

/** How accuracy is counted where nothing is reported of it: whether the forced answer is predicted. */
export const FORCED_METRIC = "teacher-forced exact match";

/** The samples that a job names, and how they are scored. */
export interface JobSamples {
  /** All samples of the list, with the job's selector. */
  readonly prepared: PreparedSamples;
  /** The same as they were given. */
  readonly samples: readonly StudySample[];
  readonly scorer: Scorer;
}

/** Samples walked together. */
const BATCH = 16;

/** Whether a job names samples more than once: then it has several schedules for the same samples, block after block. */
function repeated(indices: readonly number[]): number {
  const block = new Set(indices).size;
  if (block === indices.length) return 1;
  const whole = indices.length % block === 0 && indices.every((index, i) => index === indices[i % block]);
  if (!whole) {
    throw new EspalierError("The job names some samples more often than others; give every schedule the same samples.");
  }
  return indices.length / block;
}

/**
 * Runs a job's schedules, tokens physically removed. Several schedules for the same samples share their prefixes.
 *
 * @param progress told the part that is done, 0 … 1.
 * @throws EspalierError for samples that the list does not have; Stopped.
 */
export async function computeJob(
  job: EvaluationJob,
  { prepared, samples, scorer }: JobSamples,
  pacer: Pacer,
  progress: (fraction: number) => void = () => undefined,
): Promise<EvaluationResult> {
  const started = performance.now();
  const { indices } = job.samples;
  const missing = indices.find((index) => index >= samples.length);
  if (missing !== undefined) {
    throw new EspalierError(`The job names sample ${missing} of a list that has ${samples.length}.`);
  }
  const { counts } = job;
  const layers = prepared.model.shape.layers;
  const schedules = repeated(indices);
  const block = indices.slice(0, indices.length / schedules);
  const members: PreparedSamples = { ...prepared, samples: block.map((s) => prepared.samples[s]) };
  const done = (result: { divergence: Float64Array; exact: boolean[] }, layerForwards: number) => ({
    divergence: [...result.divergence],
    exact: result.exact,
    layerForwards,
  });
  let found: Pick<EvaluationResult, "divergence" | "exact" | "layerForwards">;
  if (schedules === 1) {
    found = done(await evaluateCounts(members, counts, { pacer }), block.length * (layers - 1));
  } else {
    const place = new Map(members.samples.map((sample, s) => [sample, s]));
    const shared = await evaluateShared(
      members,
      schedules,
      (schedule, sample) => counts[schedule * block.length + place.get(sample)!],
      { batch: BATCH, pacer, onProgress: progress },
    );
    found = {
      divergence: shared.results.flatMap(({ divergence }) => [...divergence]),
      exact: shared.results.flatMap(({ exact }) => exact),
      layerForwards: shared.layerForwards,
    };
  }
  const accuracy =
    job.metric === FORCED_METRIC
      ? found.exact.map(Number)
      : await scorer.score(
          members,
          block.map((s) => samples[s]),
          counts,
          found.exact,
          pacer,
        );
  return { ...found, accuracy, seconds: (performance.now() - started) / 1000 };
}
