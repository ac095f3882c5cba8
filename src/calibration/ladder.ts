/** Numbers of tokens at which times are measured, and which layers share them. */
import type { DecoderShape } from "../cost/index.js";

/**
 * Geometric steps between two numbers of tokens.
 *
 * @param to the largest, always the last.
 * @param steps most numbers.
 * @returns ascending whole numbers, each once.
 */
export function tokenLadder(from: number, to: number, steps: number): number[] {
  const start = Math.min(from, to);
  const rungs = Array.from({ length: steps }, (_, k) =>
    Math.round(start * (to / start) ** (steps === 1 ? 1 : k / (steps - 1))),
  );
  return [...new Set(rungs)].sort((a, b) => a - b);
}

/** Every `step`th of a ladder, counted from the largest. */
export function thinned(ladder: readonly number[], step: number): number[] {
  return ladder.filter((_, k) => (ladder.length - 1 - k) % step === 0);
}

/** Layers that work alike. */
export interface LayerKind {
  readonly window: number | null;
  readonly layers: readonly number[];
}

/** The kinds of a decoder's layers, in the order in which they first come. */
export function layerKinds({ windows }: DecoderShape): LayerKind[] {
  return [...new Set(windows)].map((window) => ({
    window,
    layers: windows.flatMap((own, i) => (own === window ? [i] : [])),
  }));
}
