import { expect } from "chai";
import type { z } from "zod";
import type { Results, ResultsHead, resultsHeadSchema, resultsSchema } from "../../src/export/results.js";

/** True where two types are assignable to one another, in every part. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** Every field of both, also those that may be left out, which a type without them can be assigned to. */
type Fields<T> = T extends readonly (infer Item)[]
  ? Fields<Item>[]
  : T extends object
    ? { readonly [K in keyof T]-?: Fields<Exclude<T[K], undefined>> }
    : T;

describe("export/resultTypes", () => {
  it("says what the schemas check: it does not compile where it does not", () => {
    const same: [
      Same<z.infer<typeof resultsSchema>, Results>,
      Same<Fields<z.infer<typeof resultsSchema>>, Fields<Results>>,
      Same<Fields<z.infer<typeof resultsHeadSchema>>, Fields<ResultsHead>>,
    ] = [true, true, true];
    expect(same).to.have.length(3);
  });
});
