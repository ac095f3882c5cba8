/**
 * Runs a searcher: what it asks for is measured on the validation samples, and what that chooses on the test samples.
 *
 * The journal holds every block of samples as it is finished. A searcher that is gone on with is a fresh one, asked again and
 * told what the journal holds, until it asks for something new.
 */
import { EspalierError } from "../../errors.js";
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

/** A part of a batch: its schedules on some of its samples. */
interface Block {
  /** Where its samples begin in the batch's. */
  readonly first: number;
  readonly samples: readonly number[];
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
  const { series } = run;
  const { visual } = context.header.data.validation;
  const { shares, samples = [...visual.keys()] } = batch;
  const rows = shares.map(() => new Float64Array(samples.length));
  const { configurations, fresh } = numbering.number(shares);
  const blocks: Block[] = [];
  for (let first = 0; first < samples.length; first += run.block) {
    blocks.push({ first, samples: samples.slice(first, first + run.block) });
  }
  for (const [b, entry] of recorded.entries()) {
    const { samples: own, first } = blocks[b] ?? { samples: [], first: 0 };
    if (entry.samples.join() !== own.join() || entry.configurations.join() !== configurations.join()) {
      throw new EspalierError(
        `The searcher ${series} asks for other schedules than this study's journal has of it; it was begun by another version of Espalier: choose another name for the study.`,
      );
    }
    decodeRows(entry).forEach((row, c) => {
      rows[c].set(row, first);
    });
  }
  const open = blocks.slice(recorded.length);
  if (open.length === 0) return rows;
  // The teacher is charged as its own.
  await context.prepared("validation", pacer);
  const jobs = open.map((block) =>
    context.job(
      "validation",
      shares.flatMap(() => block.samples),
      shares.flatMap((row) => block.samples.map((s) => countsFromShares(row, visual[s]))),
    ),
  );
  const share = (fraction: number) => onShare((recorded.length + fraction * open.length) / blocks.length);
  await context.compute(
    "validation",
    {
      jobs,
      priority: "normal",
      onProgress: share,
      onResult: (i, { divergence, layerForwards, seconds }) => {
        const { first, samples: own } = open[i];
        const measured = shares.map((_, c) => divergence.slice(c * own.length, (c + 1) * own.length));
        for (const [c, row] of measured.entries()) rows[c].set(row, first);
        context.append({
          kind: "searcherBlock",
          series,
          batch: index,
          configurations,
          // Those that no earlier block has.
          shares: recorded.length + i === 0 ? fresh : [],
          samples: own,
          divergence: encodeRows(measured),
          layerForwards,
          unsharedLayerForwards: shares.length * own.length * context.layers,
          seconds,
        });
      },
    },
    pacer,
  );
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
