/**
 * SparseVLM's recipe (Zhang et al., arXiv 2410.04417): three cuts, with published numbers of tokens for an average of 192,
 * 128 and 64 of 576.
 *
 * The numbers are those of the released code without what recycling adds to them: here, tokens only stay or go. The paper's
 * other rule, to drop in proportion to what the rank of the raters' attention leaves, is not part of it.
 */
import { EspalierError } from "../../../errors.js";
import type { Recipe } from "./recipe.js";
import { scaledLayers, stagedShares } from "./stages.js";

/** The cuts follow layers 2, 6 and 15 of 32: these are the first layers that see fewer tokens. */
const FIRSTS = [3, 7, 16];
const TOKENS = 576;
/** Tokens behind each cut, by the average over all layers. */
const PUBLISHED: readonly (readonly [average: number, kept: readonly number[]])[] = [
  [64, [66, 30, 17]],
  [128, [303, 110, 36]],
  [192, [300, 200, 110]],
];
/** Average tokens at which the family begins and ends: nothing behind the cuts, and everything. */
const LINE: typeof PUBLISHED = [[0, [0, 0, 0]], ...PUBLISHED, [TOKENS, [TOKENS, TOKENS, TOKENS]]];

/**
 * SparseVLM's schedule (arXiv 2410.04417) for a published average of tokens.
 *
 * @param average of 576 tokens over all layers: 192, 128 or 64.
 * @throws EspalierError for another average.
 *
 * @example
 * sparsevlmShares(32, 192)[31]; // → 0.191
 */
export function sparsevlmShares(layers: number, average: number): number[] {
  const found = PUBLISHED.find(([one]) => one === average);
  if (!found) {
    throw new EspalierError(
      `SparseVLM publishes no numbers for an average of ${average} tokens; choose one of ${PUBLISHED.map(([one]) => one).join(", ")}.`,
    );
  }
  return sharesOf(layers, found[1]);
}

function sharesOf(layers: number, kept: readonly number[]): number[] {
  return stagedShares(
    layers,
    scaledLayers(FIRSTS, layers),
    kept.map((tokens) => tokens / TOKENS),
  );
}

/**
 * The family over the average, along straight lines between the published numbers. The first cut keeps 303 at an average of
 * 128 and 300 at 192, so in decoders of fewer than four layers, where it is nearly alone, a setting can be a token cheaper
 * than the one before.
 */
export function sparsevlmRecipe(layers: number): Recipe {
  return {
    name: "sparsevlm",
    shares(keep) {
      const average = keep * TOKENS;
      const upper = Math.max(
        1,
        LINE.findIndex(([one]) => one >= average),
      );
      const [[from, low], [to, high]] = [LINE[upper - 1], LINE[upper]];
      const part = (average - from) / (to - from);
      return sharesOf(
        layers,
        low.map((tokens, stage) => tokens + part * (high[stage] - tokens)),
      );
    },
  };
}
