/** The reference grid: every configuration on the validation samples, and those that it chooses on the test samples. */
import { costModel, costRange, toNormalised, totalCost } from "../cost/index.js";
import { EspalierError } from "../errors.js";
import { evaluateShared } from "../evaluation/index.js";
import { type CostedPoint, FRONTIER_BUDGETS, frontierAtBudgets } from "../pareto/index.js";
import { countsFromShares } from "../schedules/index.js";
import { GRID_SEED, type GridOptions, referenceGrid } from "../search/index.js";
import type { Pacer } from "../tensor/index.js";
import { meanOf, type StudyContext } from "./context.js";
import { demandSamples } from "./data/index.js";
import { type GridBlockEntry, type GridEntry, type HeaderEntry, type JournalEntry, SERIES } from "./entries.js";
import { evaluatedBudgets } from "./reading.js";
import { evaluateUnpruned } from "./unpruned.js";

export interface StudyGridOptions extends GridOptions {
  /** Samples walked together, and lost at most when a process is killed; default 16. */
  readonly block?: number;
}

/** Divergences of every configuration on the validation samples, from the journal; null while blocks are missing. */
export function gridDivergences(entries: readonly JournalEntry[], header: HeaderEntry): Float64Array[] | null {
  const grid = entries.find((entry): entry is GridEntry => entry.kind === "grid");
  if (!grid) return null;
  const samples = header.data.validation.ids.length;
  const configurations = grid.singleStep + grid.random;
  const result = Array.from({ length: configurations }, () => new Float64Array(samples));
  let seen = 0;
  for (const block of entries) {
    if (block.kind !== "gridBlock") continue;
    const bytes = Buffer.from(block.divergence, "base64");
    for (let c = 0; c < configurations; c++) {
      for (let s = 0; s < block.samples; s++) {
        result[c][block.index * grid.block + s] = bytes.readDoubleLE(8 * (c * block.samples + s));
      }
    }
    seen += block.samples;
  }
  return seen === samples ? result : null;
}

/** A grid's shares, [configurations][L], from its entry. */
export function gridShares({ singleStep, random, seed }: GridEntry, layers: number): number[][] {
  return referenceGrid(layers, { singleStep, random, seed });
}

/** Mean normalised cost and mean divergence of every configuration on the validation samples; null until all are there. */
export function gridPoints(entries: readonly JournalEntry[], header: HeaderEntry): CostedPoint[] | null {
  const divergences = gridDivergences(entries, header);
  const grid = entries.find((entry): entry is GridEntry => entry.kind === "grid");
  if (divergences === null || !grid) return null;
  const cost = costModel(header.settings.cost, header.model.shape);
  const { text, visual } = header.data.validation;
  return gridShares(grid, header.model.shape.layers).map((shares, c) => {
    // Samples of one size share their cost.
    const known = new Map<string, number>();
    const costs = text.map((t, s) => {
      const key = `${t},${visual[s]}`;
      const tokens = { text: t, visual: visual[s] };
      const found =
        known.get(key) ??
        toNormalised(totalCost(cost, countsFromShares(shares, visual[s]), t), costRange(cost, tokens));
      known.set(key, found);
      return found;
    });
    return { cost: meanOf(costs), divergence: meanOf(divergences[c]) };
  });
}

/** The configuration that the validation samples choose at each normalised budget; null where none is cheap enough. */
export function gridChoices(points: readonly CostedPoint[], budgets: readonly number[]): (number | null)[] {
  return frontierAtBudgets(points, budgets).map(({ index }) => index);
}

/** Name of a configuration of the grid. */
export function gridConfiguration(index: number): string {
  return `grid-${index}`;
}

function distinctPrefixes(shares: readonly number[][], visual: readonly number[]): number {
  const seen = new Set<string>();
  for (const tokens of new Set(visual)) {
    for (const row of shares) {
      let prefix = "";
      for (const count of countsFromShares(row, tokens)) {
        prefix += `${count},`;
        seen.add(prefix);
      }
    }
  }
  return seen.size;
}

function beginGrid(context: StudyContext, options: StudyGridOptions): GridEntry {
  const { singleStep = 200, random = 500, seed = GRID_SEED, block = 16 } = options;
  for (const [what, value] of Object.entries({ singleStep, random })) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new EspalierError(`The grid was asked for ${value} ${what} schedules; give a whole number from 0 up.`);
    }
  }
  if (singleStep + random === 0) throw new EspalierError("The grid was asked for no schedules; give at least one.");
  if (!Number.isSafeInteger(block) || block < 1) {
    throw new EspalierError(`The grid's blocks were asked to have ${block} samples; give a whole number from 1 up.`);
  }
  const [begun] = context.entriesOf("grid");
  const asked = { singleStep, random, seed, block };
  if (begun) {
    const differing = (Object.keys(asked) as (keyof typeof asked)[]).filter((key) => begun[key] !== asked[key]);
    if (differing.length === 0) return begun;
    const changes = differing.map((key) => `${key} (${begun[key]} there, ${asked[key]} here)`).join(", ");
    throw new EspalierError(
      `The grid of this study was begun with other settings: ${changes}. Give the same, or choose another name for the study.`,
    );
  }
  const shares = referenceGrid(context.layers, { singleStep, random, seed });
  const prefixes = distinctPrefixes(shares, context.header.data.validation.visual);
  const entry: GridEntry = { kind: "grid", ...asked, distinctPrefixes: prefixes };
  context.append(entry);
  return entry;
}

/** Evaluates the blocks of the grid that are not in the journal yet, then what they choose on the test samples. */
export async function runGrid(context: StudyContext, options: StudyGridOptions, pacer: Pacer): Promise<void> {
  for (const split of ["validation", "test"] as const) demandSamples(context.data, split);
  const grid = beginGrid(context, options);
  const shares = gridShares(grid, context.layers);
  const samples = context.data.validation.length;
  const finished = new Set(context.entriesOf("gridBlock").map(({ index }) => index));
  const label = `grid of ${shares.length} schedules`;
  for (let index = 0; index * grid.block < samples; index++) {
    if (finished.has(index)) continue;
    const started = performance.now();
    const prepared = await context.prepared("validation", pacer);
    const members = prepared.samples.slice(index * grid.block, (index + 1) * grid.block);
    const shared = await evaluateShared(
      { ...prepared, samples: members },
      shares.length,
      (c, sample) => countsFromShares(shares[c], sample.tokens.visual),
      {
        batch: grid.block,
        pacer,
        onProgress: (share) => context.progress("grid", label, index * grid.block + share * members.length, samples),
      },
    );
    const bytes = Buffer.alloc(8 * shares.length * members.length);
    shared.results.forEach(({ divergence }, c) => {
      divergence.forEach((value, s) => {
        if (!Number.isFinite(value)) {
          throw new EspalierError(
            `The divergence of sample ${members[s].id} is ${value} under ${gridConfiguration(c)}; the model's weights or its pictures hold values that are not finite. Check them with "espalier parity".`,
          );
        }
        bytes.writeDoubleLE(value, 8 * (c * members.length + s));
      });
    });
    const entry: GridBlockEntry = {
      kind: "gridBlock",
      index,
      samples: members.length,
      divergence: bytes.toString("base64"),
      layerForwards: shared.layerForwards,
      unsharedLayerForwards: shared.unsharedLayerForwards,
      seconds: (performance.now() - started) / 1000,
    };
    context.append(entry);
  }
  await evaluateChosen(context, grid, shares, pacer);
  await evaluateUnpruned(context, pacer);
}

/** What the grid chooses at the budgets of METHOD §9, and at those that the search was asked for, on the test samples. */
async function evaluateChosen(context: StudyContext, grid: GridEntry, shares: number[][], pacer: Pacer): Promise<void> {
  const points = gridPoints(context.entries, context.header)!;
  const budgets = [...FRONTIER_BUDGETS, ...evaluatedBudgets(context.entries, context.header).map((b) => b.normalised)];
  const chosen = [...new Set(gridChoices(points, budgets))].filter((index) => index !== null);
  for (const [done, index] of chosen.entries()) {
    context.progress(
      "evaluation",
      `${grid.singleStep + grid.random} schedules' best on test samples`,
      done,
      chosen.length,
    );
    const key = { split: "test", series: SERIES.grid, configuration: gridConfiguration(index) } as const;
    if (context.finished(key)) continue;
    const counts = context.header.data.test.visual.map((visual) => countsFromShares(shares[index], visual));
    await context.evaluate({ ...key, budget: null, counts }, pacer);
  }
}
