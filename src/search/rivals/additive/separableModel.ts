/**
 * The additive model: a token dies at one layer, and what that does to the answers does not depend on where other tokens die.
 *
 * Tokens are ranked, and those ranked behind the share r_i are dead at layer i. With f(i, ρ) the divergence of the single cut
 * that keeps all tokens before layer i and the share ρ from there on, a schedule's divergence is
 * `D(r) = Σ_{i ≥ 1} f(i, r_i) − f(i, r_{i−1})`, f(i, 1) = 0: each layer adds what the tokens that die there are worth.
 * It is exact for single cuts, and assumes that a selector ranks tokens alike at every layer.
 *
 * Source of the idea, to measure what each part of a policy does alone and to add: DOP, arXiv 2507.02909. **Differs**: DOP
 * varies the depth of each token group and module alone; here whole tokens die, and a group's part is the difference of two
 * single cuts, so that no cut leaves out tokens that rank higher; and all budgets are solved at once.
 */
import { nonDecreasing } from "./isotonic.js";

/** Schedules that fall at some layers only, to some levels only, with what the model needs to know of them. */
export interface SeparableModel {
  /** L. */
  readonly layers: number;
  /** [P] layers at which a schedule may fall, ascending, ≥ 1; stage p is the layers from cuts[p] to before the next. */
  readonly cuts: readonly number[];
  /** [K] shares, from 1 down. */
  readonly levels: readonly number[];
  /** [P][K] nats: divergence of the single cut at cuts[p] to levels[k]; 0 at k = 0. */
  readonly divergence: readonly (readonly number[])[];
  /** Normalised cost of keeping everything. */
  readonly full: number;
  /** [P][K]: what stage p at levels[k] adds to `full`; 0 at k = 0. */
  readonly costChange: readonly (readonly number[])[];
}

/** Where schedules may fall and to what. */
export type Levels = Pick<SeparableModel, "layers" | "cuts" | "levels">;

/** Levels beyond which a finer grid is hardly seen: 32 is three percent of the tokens. */
const MOST_LEVELS = 32;
/** Levels under which layers are joined rather: with one or two a schedule can only cut all or nothing. */
const FEWEST_LEVELS = 4;

/**
 * As many levels below 1, evenly spaced down to 0, and as many layers as a number of measurements allows: all layers if each
 * can have four levels, otherwise fewer layers, evenly spaced from 1 on.
 *
 * @param layers L ≥ 2. @param measurements ≥ 1.
 */
export function chooseLevels(layers: number, measurements: number): Levels {
  const stages = Math.max(1, Math.min(layers - 1, Math.floor(measurements / FEWEST_LEVELS)));
  const steps = Math.min(MOST_LEVELS, Math.floor(measurements / stages));
  return {
    layers,
    cuts: Array.from({ length: stages }, (_, p) => 1 + Math.floor((p * (layers - 1)) / stages)),
    levels: Array.from({ length: steps + 1 }, (_, k) => 1 - k / steps),
  };
}

/** The schedule that is at levels[chosen[p]] in each stage; [L] shares. */
export function sharesAt({ layers, cuts, levels }: Levels, chosen: readonly number[]): number[] {
  const shares = new Array<number>(layers).fill(1);
  cuts.forEach((cut, p) => {
    shares.fill(levels[chosen[p]], cut);
  });
  return shares;
}

/** The single cut at cuts[p] to levels[k]. */
export function singleCut(grid: Levels, p: number, k: number): number[] {
  return sharesAt(
    grid,
    grid.cuts.map((_, q) => (q < p ? 0 : k)),
  );
}

/**
 * Measured single cuts as the model uses them: fewer tokens never do better, so what noise turned round is pooled
 * (`nonDecreasing`) within each layer; a rounding below 0 is 0.
 *
 * @param measured [P][K − 1] nats, without the level 1.
 * @returns [P][K].
 */
export function cleanDivergence(measured: readonly (readonly number[])[]): number[][] {
  return measured.map((row) => [0, ...nonDecreasing(row).map((value) => Math.max(0, value))]);
}
