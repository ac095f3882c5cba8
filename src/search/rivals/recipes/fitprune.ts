/**
 * FitPrune's recipe (Ye et al., arXiv 2409.10197): how many tokens each layer deletes, read off calibration samples' attention.
 *
 * At every layer the tokens that receive the least attention may go, as long as those that stay receive at least the part
 * 1 − α of what all of them receive in the unpruned run; that must hold for what pictures pay and for what the question
 * pays, so only tokens go that are low in both. The least α that meets a budget is found by bisection, and deletion ends at
 * the layer where the budget is met.
 */
import {
  type PreparedSample,
  type PreparedSamples,
  runLayer,
  type Stage,
  stackHidden,
} from "../../../evaluation/index.js";
import { layoutFrom, type VisionLanguageModel } from "../../../models/index.js";
import { type AttentionSelector, fitprune } from "../../../selectors/index.js";
import { Pacer } from "../../../tensor/index.js";
import type { Recipe } from "./recipe.js";

/** The published step of α. */
const STEPS = 100;

/** What survivors of one sample receive at one layer, in prompt order. */
export interface ReceivedAttention {
  /** From the survivors themselves, mean over those that pay and over heads. */
  readonly self: readonly number[];
  /** From the question. */
  readonly cross: readonly number[];
}

/**
 * Which survivors may go.
 *
 * @param least what those that stay must receive together, of either kind.
 * @returns 1 for each that stays, 0 for each that is among the lowest of both kinds.
 */
export function deletable(received: ReceivedAttention, least: { self: number; cross: number }): Uint8Array {
  const [self, cross] = [lowest(received.self, least.self), lowest(received.cross, least.cross)];
  return self.map((low, j) => (low && cross[j] ? 0 : 1));
}

/** 1 for the longest run of lowest values without which the sum is still at least `least`. */
function lowest(values: readonly number[], least: number): Uint8Array {
  const low = new Uint8Array(values.length).fill(1);
  // From the other end: the shortest run of highest values that are enough.
  const order = [...values.keys()].sort((a, b) => values[b] - values[a] || b - a);
  let enough = 0;
  for (const j of order) {
    if (enough >= least) break;
    enough += values[j];
    low[j] = 0;
  }
  return low;
}

/**
 * The family over α = 1 − keep, on steps of .01: calibration runs once for each that is asked for.
 *
 * @example
 * const recipe = await fitpruneRecipe(prepared);
 * const shares = await recipe.shares(0.5);
 */
export async function fitpruneRecipe(prepared: PreparedSamples, options: { pacer?: Pacer } = {}): Promise<Recipe> {
  const { model } = prepared;
  const pacer = options.pacer ?? new Pacer();
  const samples = prepared.samples.filter(({ tokens }) => tokens.visual > 0);
  const { layers } = model.shape;
  /** [layer][sample] */
  const unpruned: { self: number; cross: number }[][] = Array.from({ length: layers }, () => []);
  const known = new Map<number, number[]>([[0, new Array<number>(layers).fill(1)]]);
  let layerForwards = 0;
  const calibrate = (choose: Parameters<typeof walk>[3]) => {
    layerForwards += samples.length * (layers - 1);
    return walk(model, samples, pacer, choose);
  };
  if (samples.length > 0) {
    await calibrate((layer, s, received) => {
      unpruned[layer][s] = { self: sum(received.self), cross: sum(received.cross) };
      return new Uint8Array(received.self.length).fill(1);
    });
  }
  return {
    name: "fitprune",
    get layerForwards() {
      return layerForwards;
    },
    async shares(keep) {
      const step = samples.length > 0 ? Math.ceil((1 - keep) * STEPS - 1e-9) : 0;
      const found = known.get(step);
      if (found) return found;
      const part = 1 - step / STEPS;
      const shares = new Array<number>(layers).fill(1);
      await calibrate((layer, s, received) => {
        const { self, cross } = unpruned[layer][s];
        const stays = deletable(received, { self: part * self, cross: part * cross });
        const gone = stays.length - sum(stays);
        for (let i = layer + 1; i < layers; i++) shares[i] -= gone / samples[s].tokens.visual / samples.length;
        return stays;
      });
      const clean = shares.map((share) => Math.max(0, share));
      known.set(step, clean);
      return clean;
    },
    stop(shares, affordable) {
      for (let last = 0; last < layers; last++) {
        const flat = shares.map((share, i) => (i <= last ? share : shares[last]));
        if (affordable(flat)) return flat;
      }
      return [...shares];
    },
  };
}

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((total, value) => total + value, 0);
}

/** A prompt run in which each layer's attention says at once who goes. */
async function walk(
  model: VisionLanguageModel,
  samples: readonly PreparedSample[],
  pacer: Pacer,
  choose: (layer: number, sample: number, received: ReceivedAttention) => Uint8Array,
): Promise<void> {
  let means: number[][][] = [];
  const product = fitprune();
  const watching: AttentionSelector = {
    ...product,
    scores(both, tape) {
      means = both.arraySync();
      return product.scores(both, tape);
    },
  };
  const layout = layoutFrom(samples.map(({ ids }) => Int32Array.from(ids.keys())));
  let stage: Stage = {
    layer: 0,
    samples,
    hidden: stackHidden(
      samples.map((sample) => ({ ...sample, hidden: sample.embeddings })),
      layout,
    ),
    layout,
    survivors: samples.map(({ visual }) => visual),
    scores: samples.map(({ visual }) => new Float32Array(visual.length).fill(1)),
  };
  try {
    // The last layer's attention decides about no layer behind it.
    for (let layer = 0; layer < model.shape.layers - 1; layer++) {
      const { stage: next } = runLayer({ model, selector: watching }, stage, stage.scores.map(sum));
      stage.hidden.dispose();
      const scores = next.survivors.map((places, s) => {
        const row = next.layout.index.subarray(s * next.layout.length, (s + 1) * next.layout.length);
        const slots = Array.from(places, (place) => row.indexOf(place));
        const [self, cross] = means[s].map((all) => slots.map((slot) => all[slot]));
        return Float32Array.from(choose(layer, s, { self, cross }));
      });
      stage = { ...next, scores };
      await pacer.pause();
    }
  } finally {
    stage.hidden.dispose();
  }
}
