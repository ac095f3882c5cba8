import { EspalierError } from "../errors.js";
import { fastv } from "./fastv.js";
import { fitprune } from "./fitprune.js";
import { random } from "./random.js";
import type { Selector } from "./selector.js";
import { sparsevlm } from "./sparsevlm.js";
import { uniformStride } from "./uniformStride.js";

export { attentionScores, type RankedSample, type ScoredLayer } from "./attentionScores.js";
export { fitprune } from "./fitprune.js";
export { questionPlaces } from "./question.js";
export { pictureRelevance } from "./relevance.js";
export {
  type AttentionSelector,
  keepBest,
  type Selector,
  type SelectorSample,
  type StaticSelector,
} from "./selector.js";

const NAMED = { fastv, sparsevlm, fitprune, random, uniformStride } satisfies Record<
  string,
  (seed?: number) => Selector
>;

/** A selector's name; any string is taken and checked when it is used. */
export type SelectorName = keyof typeof NAMED | (string & Record<never, never>);

/**
 * Every selector by name; `seed` is for those that draw.
 *
 * @example
 * Object.keys(SELECTORS); // → ["fastv", "sparsevlm", "fitprune", "random", "uniformStride"]
 */
export const SELECTORS: Readonly<Record<string, (seed?: number) => Selector>> = NAMED;

/**
 * The selector of that name.
 *
 * @throws EspalierError for an unknown name.
 *
 * @example
 * selector("random", 7).kind; // → "static"
 */
export function selector(name: string, seed?: number): Selector {
  if (!Object.hasOwn(SELECTORS, name)) {
    throw new EspalierError(`There is no selector "${name}"; choose one of ${Object.keys(SELECTORS).join(", ")}.`);
  }
  return SELECTORS[name](seed);
}
