/**
 * FastV (Chen et al., arXiv 2403.06764): keep the tokens that the last prompt token attends to most in the layer before.
 */
import { reshape } from "../models/index.js";
import type { AttentionSelector } from "./selector.js";

export function fastv(): AttentionSelector {
  return {
    kind: "attention",
    name: "fastv",
    raters: ({ promptLength }) => [Int32Array.of(promptLength - 1)],
    mostRows: () => 1,
    scores: (means, tape) => reshape(means, [means.shape[0], means.shape[2]], tape),
  };
}
