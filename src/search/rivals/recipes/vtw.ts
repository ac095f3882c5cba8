/** VTW's recipe (Lin et al., arXiv 2405.05803): every visual token is withdrawn at one layer. */
import { evaluateCounts, type PreparedSamples } from "../../../evaluation/index.js";
import type { Pacer } from "../../../tensor/index.js";
import type { Recipe } from "./recipe.js";
import { stagedShares } from "./stages.js";

/** The published η: the mean divergence, in nats, below which a layer may withdraw. */
const THRESHOLD = 0.003;

/**
 * VTW's schedule (arXiv 2405.05803): every visual token is withdrawn at one layer.
 *
 * @param layer K, the first layer without visual tokens, 1 … L; L withdraws nothing.
 *
 * @example
 * vtwShares(4, 2); // → [1, 1, 0, 0]
 */
export function vtwShares(layers: number, layer: number): number[] {
  return stagedShares(layers, [layer], [0]);
}

/** The family over K. */
export function vtwRecipe(layers: number): Recipe {
  return { name: "vtw", shares: (keep) => vtwShares(layers, Math.max(1, Math.floor(keep * layers))) };
}

/**
 * The published choice of K: the first layer at which withdrawing changes the answers of calibration samples by less than a
 * threshold.
 *
 * @param prepared the calibration samples; published are 20.
 * @param options `threshold`: nats, mean over samples; default the published .003.
 * @returns 1 … L; L where no layer may withdraw.
 * @throws Stopped.
 *
 * @example
 * const layer = await chooseVtwLayer(prepared, { threshold: 0.003 });
 * const shares = vtwShares(model.shape.layers, layer);
 */
export async function chooseVtwLayer(
  prepared: PreparedSamples,
  options: { readonly threshold?: number; readonly pacer?: Pacer } = {},
): Promise<number> {
  const { threshold = THRESHOLD, pacer } = options;
  const { layers } = prepared.model.shape;
  for (let layer = 1; layer < layers; layer++) {
    const shares = vtwShares(layers, layer);
    const counts = prepared.samples.map(({ tokens }) => shares.map((share) => share * tokens.visual));
    const { divergence } = await evaluateCounts(prepared, counts, { pacer });
    const mean = divergence.reduce((sum, one) => sum + one, 0) / divergence.length;
    if (mean < threshold) return layer;
  }
  return layers;
}
