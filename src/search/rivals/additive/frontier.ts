/** The whole frontier of the additive model by dynamic programming over stages and levels. */
import { Pacer } from "../../../tensor/index.js";
import { type SeparableModel, sharesAt } from "./separableModel.js";

/** A schedule with what the model says of it. */
export interface ModelPoint {
  /** [L] */
  readonly shares: number[];
  /** Normalised. */
  readonly cost: number;
  /** Nats. */
  readonly divergence: number;
}

export interface AdditiveFrontierOptions {
  /** Cells that the range of costs is divided into once more labels than these are not dominated; default 10,000. */
  readonly cells?: number;
  readonly pacer?: Pacer;
}

/** A way to the stages so far, the last of them at `level`. */
interface Label {
  readonly cost: number;
  readonly divergence: number;
  readonly level: number;
  readonly before: Label | null;
}

/** A label and its divergence less what its own tokens would be worth at the stage to come. */
interface Open {
  readonly label: Label;
  readonly value: number;
}

/**
 * All schedules of the model's levels that no other beats in both cost and divergence, from the cheapest to the dearest.
 *
 * Layer by layer, a label (cost, divergence) is kept for each level and each way to it that no other way to the same level
 * dominates. From the level j to the level k ≥ j a stage adds f(k) − f(j), so what comes before enters only through its
 * divergence less f(j): one list, which grows as k does, serves all of them.
 *
 * Exact while no level has more than `cells` labels. Then each cell of `range/cells` in cost keeps the label of least
 * divergence, once at each of P stages: for any schedule there is one in the result that diverges no more (to rounding) and
 * costs at most `P·range/cells` more; by default P·10⁻⁴ of the range.
 *
 * @throws Stopped.
 *
 * @example
 * const measured = { layers: 2, cuts: [1], levels: [1, 0.5], divergence: [[0, 0.2]], full: 1, costChange: [[0, -0.5]] };
 * (await additiveFrontier(measured)).length; // → 2
 */
export async function additiveFrontier(
  model: SeparableModel,
  { cells = 10_000, pacer = new Pacer() }: AdditiveFrontierOptions = {},
): Promise<ModelPoint[]> {
  const { cuts, levels, divergence, full, costChange } = model;
  const range = costChange.reduce((sum, row) => sum + Math.max(...row) - Math.min(...row), 0);
  const width = range > 0 ? range / cells : 1;
  const thin = (open: readonly Open[]): readonly Open[] =>
    open.length <= cells
      ? open
      : open.filter(
          ({ label }, i) =>
            i + 1 === open.length || Math.floor(label.cost / width) !== Math.floor(open[i + 1].label.cost / width),
        );
  let labels: Label[][] = levels.map((_, k) =>
    k === 0 ? [{ cost: full, divergence: 0, level: 0, before: null }] : [],
  );
  for (let p = 0; p < cuts.length; p++) {
    const next: Label[][] = [];
    let open: readonly Open[] = [];
    for (let k = 0; k < levels.length; k++) {
      const arriving = labels[k].map((label) => ({ label, value: label.divergence - divergence[p][k] }));
      open = thin(undominated(open, arriving));
      next.push(
        open.map(({ label, value }) => ({
          cost: label.cost + costChange[p][k],
          divergence: value + divergence[p][k],
          level: k,
          before: label,
        })),
      );
      await pacer.pause();
    }
    labels = next;
  }
  let best: readonly Open[] = [];
  for (const list of labels) {
    best = undominated(
      best,
      list.map((label) => ({ label, value: label.divergence })),
    );
  }
  return best.map(({ label }) => ({
    shares: sharesAt(model, levelsOf(label)),
    cost: label.cost,
    divergence: label.divergence,
  }));
}

/** Both lists in order of cost, without what another is no dearer and no worse than; so values fall strictly. */
function undominated(a: readonly Open[], b: readonly Open[]): Open[] {
  const merged: Open[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const first = j === b.length || (i < a.length && precedes(a[i], b[j])) ? a[i++] : b[j++];
    if (first.value >= least) continue;
    least = first.value;
    merged.push(first);
  }
  return merged;
}

/** The cheaper one, then the better one, comes first: then only earlier ones can dominate. */
function precedes(a: Open, b: Open): boolean {
  return a.label.cost < b.label.cost || (a.label.cost === b.label.cost && a.value <= b.value);
}

/** [P] the level of each stage on the way to a label. */
function levelsOf(last: Label): number[] {
  const chosen: number[] = [];
  // The first label of a way stands before all stages.
  for (let label = last; label.before !== null; label = label.before) chosen.push(label.level);
  return chosen.reverse();
}
