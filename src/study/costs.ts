/** What executed schedules of a study's samples cost, in every unit. */
import { type CostOptions, type CostVector, costVector } from "../cost/index.js";
import type { EvaluationEntry, HeaderEntry } from "./entries.js";

/** Most that are remembered: a study of many thousand evaluations has more, but each looks at its own. */
const MOST_KNOWN = 20_000;

/** Options of the cost models that only a study's header has: what its machine takes, where that was measured. */
export function costOptions({ calibration }: Pick<HeaderEntry, "calibration">): CostOptions {
  return calibration === undefined ? {} : { latency: calibration.latency };
}

/** Costs that are worked out once: samples of one size share those of a schedule. */
export class StudyCosts {
  readonly #header: HeaderEntry;
  readonly #known = new Map<string, CostVector>();

  constructor(header: HeaderEntry) {
    this.#header = header;
  }

  /**
   * Of one sample.
   *
   * @param counts [L] of the `s`th sample of the split.
   */
  of(counts: readonly number[], split: EvaluationEntry["split"], s: number): CostVector {
    const { text, visual } = this.#header.data[split];
    const key = `${text[s]},${visual[s]}:${counts.join(",")}`;
    const { model, settings } = this.#header;
    const tokens = { text: text[s], visual: visual[s] };
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = costVector(counts, tokens, model.shape, { ...costOptions(this.#header), cost: settings.cost });
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(key, found);
    return found;
  }

  /** The mean over all samples of a split. @param rows [S][L] */
  mean(rows: readonly (readonly number[])[], split: EvaluationEntry["split"]): CostVector {
    const costs = rows.map((counts, s) => this.of(counts, split, s));
    const keys = Object.keys(costs[0]) as (keyof CostVector)[];
    const entries = keys.map((key) => [key, costs.reduce((sum, cost) => sum + (cost[key] ?? 0), 0) / costs.length]);
    return Object.fromEntries(entries) as unknown as CostVector;
  }
}
