import { readFileSync } from "node:fs";
import type { Random } from "../../../../src/tensor/index.js";

interface Golden {
  sorts: { points: number[][]; ranks: number[]; violations: number[]; constrained: number[] }[];
  crowding: { front: number[][]; distances: (number | null)[] }[];
  crossover: { parents: [number[], number[]]; uniform: number[]; children: number[][] }[];
  mutation: { point: number[]; uniform: number[]; mutated: number[] }[];
  runs: { problem: string; variables: number; evaluations: number; reference: number[]; hypervolumes: number[] }[];
}

const file = new URL("../../../../../tests/golden/search/nsga2.json", import.meta.url);

/** Values that pymoo gives, see `make_nsga2.py`. */
export const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;

/** Hands out given numbers; `left` says how many are still to come. */
export function given(numbers: readonly number[]): Pick<Random, "uniform"> & { left(): number } {
  let next = 0;
  return {
    left: () => numbers.length - next,
    uniform() {
      if (next >= numbers.length) throw new Error("More numbers are drawn than the golden file has.");
      return numbers[next++];
    },
  };
}
