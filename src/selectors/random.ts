/** The random control: tokens stay by lot, drawn once per sample. */
import { Random } from "../tensor/index.js";
import type { StaticSelector } from "./selector.js";

/** @param seed another seed, another lot; default 0. */
export function random(seed = 0): StaticSelector {
  return {
    kind: "static",
    name: "random",
    scores({ id, visual }) {
      const lots = new Random(seed).fork(id);
      return Float32Array.from(visual, () => lots.uniform());
    },
  };
}
