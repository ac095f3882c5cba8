/**
 * Runs a searcher: what it asks for is measured on the validation samples, and what that chooses on the test samples.
 *
 * The journal holds every block of samples as it is finished. A searcher that is gone on with is a fresh one, asked again and
 * told what the journal holds, until it asks for something new.
 */
import { EspalierError } from "../../errors.js";
import { evaluateShared } from "../../evaluation/index.js";
import { FRONTIER_BUDGETS } from "../../pareto/index.js";
import { countsFromShares } from "../../schedules/index.js";
import { type Batch, kernelSpace, type SearcherMethod } from "../../search/index.js";
import type { Pacer } from "../../tensor/index.js";
import type { StudyContext } from "../context.js";
import { demandSamples } from "../data/index.js";
import type { SearcherBlockEntry, SearcherEntry } from "../entries.js";
import { evaluatedBudgets } from "../reading.js";
import { evaluateUnpruned } from "../unpruned.js";
import {
  decodeRows,
  encodeRows,
  searcherChoices,
  searcherConfiguration,
  searcherPoints,
  searcherRecord,
} from "./record.js";
import { validationCosts } from "./validationCosts.js";

/** What a searcher is run with. */
export interface SearcherRun {
  readonly method: SearcherMethod;
  readonly series: string;
  readonly seed: number;
  /** Configurations on all validation samples, or their equal in parts. */
  readonly evaluations: number;
  /** What must be the same when it is gone on with, beyond the seed. */
  readonly settings: Readonly<Record<string, string | number>>;
  /** Samples walked together, and lost at most when a process is killed. */
  readonly block: number;
}

/** Writes that it begins; where it has begun already, demands the same settings. */
function begin(context: StudyContext, { method, series, seed, settings }: SearcherRun): void {
  const begun = context.entriesOf("searcher").find((entry) => entry.series === series);
  const entry: SearcherEntry = { kind: "searcher", series, method: method.name, seed, settings };
  if (begun === undefined) {
    context.append(entry);
    return;
  }
  const [there, here] = [begun, entry].map((one) => ({ ...one.settings, seed: one.seed }) as Record<string, unknown>);
  const keys = [...new Set([...Object.keys(there), ...Object.keys(here)])].filter((key) => there[key] !== here[key]);
  if (keys.length === 0) return;
  const changes = keys.map((key) => `${key} (${there[key] ?? "none"} there, ${here[key] ?? "none"} here)`);
  throw new EspalierError(
    `The searcher ${series} of this study was begun with other settings: ${changes.join(", ")}. Give the same, or choose another name for the study.`,
  );
}

/** Configurations by their shares, numbered in the order in which they come. */
class Numbering {
  readonly #known = new Map<string, number>();

  /** @returns the numbers of rows, and the rows that are new among them. */
  number(rows: Batch["shares"]): { configurations: number[]; fresh: (readonly number[])[] } {
    const fresh: (readonly number[])[] = [];
    const configurations = rows.map((row) => {
      const key = row.join();
      const known = this.#known.get(key);
      if (known !== undefined) return known;
      const next = this.#known.size;
      this.#known.set(key, next);
      fresh.push(row);
      return next;
    });
    return { configurations, fresh };
  }
}

/** @throws EspalierError where a measured divergence is not finite. */
function demandFinite(series: string, values: ArrayLike<number>, ids: readonly string[]): void {
  for (let s = 0; s < values.length; s++) {
    if (Number.isFinite(values[s])) continue;
    throw new EspalierError(
      `The divergence of sample ${ids[s]} is ${values[s]} under a schedule of ${series}; the model's weights or its pictures hold values that are not finite. Check them with "espalier parity".`,
    );
  }
}

/** Measures a batch, block by block; what the journal has of it is taken from there. */
async function measure(
  context: StudyContext,
  run: SearcherRun,
  batch: Batch,
  index: number,
  numbering: Numbering,
  recorded: readonly SearcherBlockEntry[],
  onShare: (share: number) => void,
  pacer: Pacer,
): Promise<Float64Array[]> {
  const { series, block } = run;
  const { shares, samples = Array.from({ length: context.data.validation.length }, (_, s) => s) } = batch;
  const rows = shares.map(() => new Float64Array(samples.length));
  const { configurations, fresh } = numbering.number(shares);
  let unwritten = fresh;
  for (let first = 0; first < samples.length; first += block) {
    const own = samples.slice(first, first + block);
    const known = recorded[first / block];
    if (known !== undefined) {
      if (known.samples.join() !== own.join() || known.configurations.join() !== configurations.join()) {
        throw new EspalierError(
          `The searcher ${series} asks for other schedules than this study's journal has of it; it was begun by another version of Espalier: choose another name for the study.`,
        );
      }
      decodeRows(known).forEach((row, c) => {
        rows[c].set(row, first);
      });
      unwritten = [];
      continue;
    }
    const started = performance.now();
    const prepared = await context.prepared("validation", pacer);
    const members = own.map((s) => prepared.samples[s]);
    const { results, layerForwards, unsharedLayerForwards } = await evaluateShared(
      { ...prepared, samples: members },
      shares.length,
      (c, sample) => countsFromShares(shares[c], sample.tokens.visual),
      { batch: block, pacer, onProgress: (share) => onShare((first + share * members.length) / samples.length) },
    );
    const ids = members.map(({ id }) => id);
    results.forEach(({ divergence }, c) => {
      demandFinite(series, divergence, ids);
      rows[c].set(divergence, first);
    });
    context.append({
      kind: "searcherBlock",
      series,
      batch: index,
      configurations,
      shares: unwritten,
      samples: own,
      divergence: encodeRows(results.map(({ divergence }) => divergence)),
      layerForwards,
      unsharedLayerForwards,
      seconds: (performance.now() - started) / 1000,
    });
    unwritten = [];
  }
  return rows;
}

/**
 * Runs a searcher to its end, and what it chooses on the test samples at the budgets of METHOD §9 and those of the search.
 *
 * @throws EspalierError for settings other than those that it was begun with; Stopped, after which a later call goes on from
 *   the last finished block.
 */
export async function runSearcher(context: StudyContext, run: SearcherRun, pacer: Pacer): Promise<void> {
  for (const split of ["validation", "test"] as const) demandSamples(context.data, split);
  begin(context, run);
  const { method, series, seed, evaluations } = run;
  const samples = context.data.validation.length;
  const searcher = method.begin({
    layers: context.layers,
    samples,
    cost: validationCosts(context.header),
    evaluations,
    space: kernelSpace(context.kernel, context.layers),
    seed,
  });
  const recorded = context.entriesOf("searcherBlock").filter((entry) => entry.series === series);
  const numbering = new Numbering();
  let used = 0;
  for (let index = 0; ; index++) {
    const batch = await searcher.ask(pacer);
    if (batch === null) break;
    const part = (batch.shares.length * (batch.samples?.length ?? samples)) / samples;
    const rows = await measure(
      context,
      run,
      batch,
      index,
      numbering,
      recorded.filter((entry) => entry.batch === index),
      (share) => context.progress("searcher", method.title, Math.min(used + share * part, evaluations), evaluations),
      pacer,
    );
    searcher.tell(rows);
    used += part;
  }
  context.progress("searcher", method.title, evaluations, evaluations);
  await evaluateChosen(context, run, pacer);
  await evaluateUnpruned(context, pacer);
}

async function evaluateChosen(context: StudyContext, { method, series }: SearcherRun, pacer: Pacer): Promise<void> {
  const { header, entries } = context;
  const record = searcherRecord(entries, header, series)!;
  const points = searcherPoints(record, header);
  const budgets = [...FRONTIER_BUDGETS, ...evaluatedBudgets(entries, header).map((b) => b.normalised)];
  const chosen = [...new Set(searcherChoices(record, points, budgets))].filter((one) => one !== null);
  for (const [done, { index, shares }] of chosen.entries()) {
    context.progress("evaluation", `best of ${method.title} on test samples`, done, chosen.length);
    const key = { split: "test", series, configuration: searcherConfiguration(method.name, index) } as const;
    if (context.finished(key)) continue;
    const counts = header.data.test.visual.map((visual) => countsFromShares(shares, visual));
    await context.evaluate({ ...key, budget: null, counts }, pacer);
  }
}
