/** The searchers that see the model only through measured divergences. A new one is one file or folder here and one line below. */
import { EspalierError } from "../../errors.js";
import { additive } from "./additive/index.js";
import { gridSearch } from "./grid.js";
import { gSearch } from "./gSearch/index.js";
import { nsga2Search } from "./nsga2/index.js";
import { raced } from "./raced.js";
import { randomSearch } from "./random.js";
import type { SearcherMethod } from "./searcher.js";
import { tpe } from "./tpe/index.js";

/**
 * Every searcher by name, with its default options.
 *
 * @example
 * for (const name of ["random", "tpe"]) await study.rival(SEARCHERS[name], { evaluations: 100 });
 */
export const SEARCHERS: Readonly<Record<string, SearcherMethod>> = Object.fromEntries(
  [gridSearch(), randomSearch, nsga2Search, tpe(), gSearch(), additive, raced].map((method) => [method.name, method]),
);

/**
 * The searcher of that name, with its default options.
 *
 * @throws EspalierError for an unknown name.
 *
 * @example
 * searcherMethod("random").title; // → "Random search"
 */
export function searcherMethod(name: string): SearcherMethod {
  if (Object.hasOwn(SEARCHERS, name)) return SEARCHERS[name];
  throw new EspalierError(`There is no searcher "${name}"; choose one of ${Object.keys(SEARCHERS).join(", ")}.`);
}
