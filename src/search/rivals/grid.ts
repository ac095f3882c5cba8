/** The reference grid: what a search is measured against (METHOD §9). */
import { EspalierError } from "../../errors.js";
import { Random } from "../../tensor/index.js";
import type { SearcherMethod } from "./searcher.js";

/**
 * The published seed of the reference grid's random part.
 *
 * @example
 * GRID_SEED; // → 20260415
 */
export const GRID_SEED = 20260415;

/** Which schedules the reference grid has. */
export interface GridOptions {
  /** Schedules with one cut; default 200. */
  readonly singleStep?: number;
  /** Random monotone schedules; default 500. */
  readonly random?: number;
  /** Default `GRID_SEED`. */
  readonly seed?: number;
}

/** `count` schedules with one cut: every layer from 1 on in turn, kept shares evenly from 0 up. */
function singleSteps(layers: number, count: number): number[][] {
  const cuts = Math.max(1, layers - 1);
  const levels = Math.ceil(count / cuts);
  return Array.from({ length: count }, (_, j) => {
    const cut = 1 + (j % cuts);
    const share = Math.floor(j / cuts) / levels;
    return Array.from({ length: layers }, (_, i) => (i < cut ? 1 : share));
  });
}

/**
 * A random non-increasing schedule. Half of them fall at two to four random layers, the others at every layer; a random
 * power spreads both over the whole range of costs, low ones included.
 */
function randomMonotone(layers: number, random: Random): number[] {
  const power = 2 ** random.between(-1, 2.5);
  const draw = (count: number) => Array.from({ length: count }, () => random.uniform() ** power).sort((a, b) => b - a);
  if (random.uniform() < 0.5) return [1, ...draw(layers - 1)];
  const steps = Math.min(layers - 1, random.integer(2, 4));
  const at = random
    .sample(
      Array.from({ length: layers - 1 }, (_, i) => i + 1),
      steps,
    )
    .sort((a, b) => a - b);
  const levels = draw(steps);
  return Array.from({ length: layers }, (_, i) => {
    const passed = at.filter((layer) => layer <= i).length;
    return passed === 0 ? 1 : levels[passed - 1];
  });
}

/**
 * The shares of every configuration of the grid, [configurations][L]: the same for the same options on every machine.
 *
 * @param layers L ≥ 1; with one layer nothing can be pruned, and every configuration is [1].
 *
 * @example
 * referenceGrid(8, { singleStep: 20, random: 50 }).length; // → 70
 */
export function referenceGrid(layers: number, options: GridOptions = {}): number[][] {
  const { singleStep = 200, random = 500, seed = GRID_SEED } = options;
  const draws = new Random(seed).fork("reference grid");
  if (layers === 1) return Array.from({ length: singleStep + random }, () => [1]);
  return [...singleSteps(layers, singleStep), ...Array.from({ length: random }, () => randomMonotone(layers, draws))];
}

/**
 * The grid as a searcher: every configuration at once, whatever comes of them. `evaluations` and `space` are not looked at; the
 * seed is the problem's.
 *
 * @throws EspalierError for a number of schedules that is no whole number from 0 up, and for none at all.
 *
 * @example
 * await study.grid({ singleStep: 20, random: 50 }); // runs gridSearch({ singleStep: 20, random: 50 }) on the validation samples
 */
export function gridSearch({ singleStep = 200, random = 500 }: Omit<GridOptions, "seed"> = {}): SearcherMethod {
  for (const [what, value] of Object.entries({ singleStep, random })) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new EspalierError(`The grid was asked for ${value} ${what} schedules; give a whole number from 0 up.`);
    }
  }
  if (singleStep + random === 0) throw new EspalierError("The grid was asked for no schedules; give at least one.");
  return {
    name: "grid",
    title: "reference grid",
    begin({ layers, seed }) {
      let shares: number[][] | null = referenceGrid(layers, { singleStep, random, seed });
      return {
        async ask() {
          const asked = shares;
          shares = null;
          return asked === null ? null : { shares: asked };
        },
        tell: () => undefined,
      };
    },
  };
}
