/**
 * Evaluates many configurations at the cost of their distinct prefixes (METHOD §10): two schedules that agree on the counts
 * of their first layers share those layers' work, because kept sets are nested and depend on nothing else.
 */
import { Pacer } from "../tensor/index.js";
import { measureDivergence } from "./divergence.js";
import type { PreparedSample, PreparedSamples } from "./preparedSample.js";
import { firstStage, runLayer, type Stage } from "./prunedRun.js";

/** Results of one configuration on every sample, in the samples' order. */
export interface Evaluation {
  /** Nats. */
  readonly divergence: Float64Array;
  /** Whether the pruned model, teacher-forced, predicts every answer token. */
  readonly exact: boolean[];
}

/** Evaluations of many configurations, and the work that sharing prefixes saved. */
export interface SharedEvaluation {
  /** In the configurations' order. */
  readonly results: readonly Evaluation[];
  /** Layers run, summed over samples; layer 0 counts once a sample. */
  readonly layerForwards: number;
  /** What evaluating each configuration from layer 0 would have run. */
  readonly unsharedLayerForwards: number;
  /** Rows of tokens that the run layers saw, layer 0's once, and what they would have been unshared. */
  readonly tokens: { readonly shared: number; readonly unshared: number };
}

/** A node of the trie of counts: its children by the counts of the next layer. */
interface Node {
  readonly children: Map<number, Node>;
  /** Configurations that end here. */
  readonly leaves: number[];
}

/** Counts of configuration c for one sample, [L]. */
export type CountsOf = (configuration: number, sample: PreparedSample) => ArrayLike<number>;

function buildTrie(configurations: number, layers: number, countsOf: CountsOf, sample: PreparedSample): Node {
  const root: Node = { children: new Map(), leaves: [] };
  for (let c = 0; c < configurations; c++) {
    const counts = countsOf(c, sample);
    let node = root;
    for (let i = 1; i < layers; i++) {
      let child = node.children.get(counts[i]);
      if (!child) {
        child = { children: new Map(), leaves: [] };
        node.children.set(counts[i], child);
      }
      node = child;
    }
    node.leaves.push(c);
  }
  return root;
}

/** Samples that can walk one trie together: same visual tokens, so the same counts from the same shares. */
function groups(samples: readonly PreparedSample[], batch: number): number[][] {
  const bySize = new Map<number, number[]>();
  samples.forEach(({ tokens }, s) => {
    bySize.set(tokens.visual, [...(bySize.get(tokens.visual) ?? []), s]);
  });
  const result: number[][] = [];
  for (const members of bySize.values()) {
    for (let first = 0; first < members.length; first += batch) result.push(members.slice(first, first + batch));
  }
  return result;
}

/**
 * Divergence of every configuration on every sample, with shared prefixes.
 *
 * Memory: one batch of hidden states a layer. Time: the number of distinct prefixes, not of configurations.
 *
 * @param countsOf must give samples of the same number of visual tokens the same counts.
 * @param options.batch samples walked together; default 32.
 * @param options.onProgress called with the share of work done, 0 … 1.
 * @throws Stopped.
 *
 * @example
 * const schedules = referenceGrid(model.shape.layers, { singleStep: 20, random: 50 });
 * const { results, layerForwards } = await evaluateShared(prepared, schedules.length, (c, { tokens }) =>
 *   countsFromShares(schedules[c], tokens.visual),
 * ); // equal prefixes run once
 */
export async function evaluateShared(
  prepared: PreparedSamples,
  configurations: number,
  countsOf: CountsOf,
  options: { batch?: number; pacer?: Pacer; onProgress?: (share: number) => void } = {},
): Promise<SharedEvaluation> {
  const { model, samples } = prepared;
  const { layers } = model.shape;
  const pacer = options.pacer ?? new Pacer();
  const results = Array.from({ length: configurations }, () => ({
    divergence: new Float64Array(samples.length),
    exact: new Array<boolean>(samples.length).fill(false),
  }));
  let layerForwards = samples.length;
  let shared = samples.reduce((sum, { tokens }) => sum + tokens.text + tokens.visual, 0);
  let unshared = 0;
  for (const sample of samples) {
    for (let c = 0; c < configurations; c++) {
      const counts = countsOf(c, sample);
      for (let i = 0; i < layers; i++) unshared += sample.tokens.text + counts[i];
    }
  }
  let done = 0;
  for (const members of groups(samples, options.batch ?? 32)) {
    const batch = members.map((s) => samples[s]);
    const root = buildTrie(configurations, layers, countsOf, batch[0]);
    const walk = async (node: Node, stage: Stage): Promise<void> => {
      if (node.leaves.length > 0) {
        const { divergence, exact } = measureDivergence(model, batch, stage.hidden, stage.layout);
        for (const c of node.leaves) {
          members.forEach((s, b) => {
            results[c].divergence[s] = divergence[b];
            results[c].exact[s] = exact[b];
          });
        }
        done += node.leaves.length * members.length;
        options.onProgress?.(done / (configurations * samples.length));
      }
      for (const [count, child] of node.children) {
        const next = runLayer(prepared, stage, new Array<number>(batch.length).fill(count)).stage;
        layerForwards += batch.length;
        shared += batch.reduce((sum, { tokens }) => sum + tokens.text + count, 0);
        try {
          await pacer.pause();
          await walk(child, next);
        } finally {
          next.hidden.dispose();
        }
      }
    };
    const stage = firstStage(batch);
    try {
      await walk(root, stage);
    } finally {
      stage.hidden.dispose();
    }
  }
  return {
    results,
    layerForwards,
    unsharedLayerForwards: configurations * samples.length * layers,
    tokens: { shared, unshared },
  };
}
