/**
 * FastV (Chen et al., arXiv 2403.06764): keep the tokens that the last prompt token attends to most in the layer before.
 */
import { reshape } from "../models/index.js";
import type { AttentionSelector } from "./selector.js";

export function fastv(): AttentionSelector {
  return {
    kind: "attention",
    name: "fastv",
    scoringPlaces: ({ promptLength }) => Int32Array.of(promptLength - 1),
    scores: (rows, tape) => reshape(rows, [rows.shape[0], rows.shape[2]], tape),
  };
}
