/** Frontiers read at fixed budgets, and how much one falls short of another. Source: METHOD §9. */
import { EspalierError } from "../errors.js";
import { checkPoints } from "./dominance.js";
import { hypervolume } from "./hypervolume.js";

/** A configuration on one scale of cost. */
export interface CostedPoint {
  /** In the unit of the budgets it is read at; for the quality of a frontier: normalised. */
  readonly cost: number;
  /** Nats. */
  readonly divergence: number;
}

/** What a frontier offers at one budget. */
export interface FrontierReading {
  readonly budget: number;
  /** Index of the best configuration within the budget, or null where none is. */
  readonly index: number | null;
  /** Its divergence, or null. */
  readonly divergence: number | null;
}

/**
 * The budgets, normalised, at which every frontier is read: .01, .05, .10 … .95.
 *
 * @example
 * FRONTIER_BUDGETS.slice(0, 3); // → [0.01, 0.05, 0.1]
 */
export const FRONTIER_BUDGETS: readonly number[] = [0.01, ...Array.from({ length: 19 }, (_, i) => (i + 1) / 20)];

/** A cost above its budget by less than this is the budget: conversion between units rounds. */
const ROUNDING = 1e-9;

/**
 * At each budget the configuration of least divergence among those that cost no more.
 *
 * @param points in any order; equal divergences go to the cheaper one, then to the earlier.
 * @param budgets in the unit of `cost`, any order; the readings come in the same order.
 * @throws EspalierError for NaN.
 *
 * @example
 * const points = [{ cost: 0.1, divergence: 0.8 }, { cost: 0.3, divergence: 0.1 }];
 * frontierAtBudgets(points, [0.05, 0.2, 0.5]).map(({ divergence }) => divergence); // → [null, 0.8, 0.1]
 */
export function frontierAtBudgets(points: readonly CostedPoint[], budgets: readonly number[]): FrontierReading[] {
  checkPoints(points.map(({ cost, divergence }) => [cost, divergence]));
  return budgets.map((budget) => {
    let best: number | null = null;
    for (const [i, point] of points.entries()) {
      if (point.cost > budget + ROUNDING) continue;
      const rival = best === null ? null : points[best];
      if (
        rival === null ||
        point.divergence < rival.divergence ||
        (point.divergence === rival.divergence && point.cost < rival.cost)
      ) {
        best = i;
      }
    }
    return { budget, index: best, divergence: best === null ? null : points[best].divergence };
  });
}

/**
 * The quality of a frontier as one number between 0 and 1: read at the budgets, divergence divided by its value at budget 0 and
 * clipped to 1, hypervolume with reference point (1, 1).
 *
 * @param points costs normalised.
 * @param divergenceAtZero nats: the divergence when every visual token goes after layer 0; above 0.
 * @param budgets default `FRONTIER_BUDGETS`; two frontiers are comparable only at the same ones.
 * @throws EspalierError when `divergenceAtZero` is not a finite number above 0, or for NaN.
 *
 * @example
 * normalisedHypervolume([{ cost: 0.5, divergence: 0.2 }], 2); // → 0.45
 */
export function normalisedHypervolume(
  points: readonly CostedPoint[],
  divergenceAtZero: number,
  budgets: readonly number[] = FRONTIER_BUDGETS,
): number {
  if (!(divergenceAtZero > 0 && Number.isFinite(divergenceAtZero))) {
    throw new EspalierError(
      `The divergence at budget 0 is ${divergenceAtZero}; a frontier is measured against it, so it must be a finite number ` +
        "above 0. A model whose answers do not depend on the picture has no frontier.",
    );
  }
  const readings = frontierAtBudgets(points, budgets).map(({ budget, divergence }) => [
    budget,
    divergence === null ? 1 : Math.min(1, divergence / divergenceAtZero),
  ]);
  return hypervolume(readings, [1, 1]);
}

/**
 * Hypervolume regret, `1 − found / reference`: 0 when the found frontier is as good, below 0 when it is better.
 *
 * @param found from `normalisedHypervolume`.
 * @param reference likewise, with the same budgets and divergence at 0.
 * @throws EspalierError when the reference is not above 0: then nothing can be missed.
 *
 * @example
 * regret(0.72, 0.75); // → 0.04
 */
export function regret(found: number, reference: number): number {
  if (!(reference > 0)) {
    throw new EspalierError(
      `The reference frontier has the hypervolume ${reference}; regret needs one above 0, so evaluate more configurations.`,
    );
  }
  return 1 - found / reference;
}
