/**
 * How much memory a model takes, before it is loaded: from its configuration and its checkpoint's headers alone.
 *
 * Counts are those of the code: which rows are alive at the fullest moment of a layer. What runs have alive, as TensorFlow.js
 * counts it, lies between 0.6 and 1.6 of the estimate of a layer, the tower or a tape, at all architectures
 * (tests/models/memory.test.ts); the resident memory of whole runs at real sizes is compared by the bench `sizes`.
 */
import { type ModelConfig, visualTokens } from "../checkpoint/index.js";
import type { DecoderShape } from "../cost/index.js";
import { LOGITS_AT_ONCE, WEIGHTS_AT_ONCE } from "./blocks/index.js";
import { PICTURES_AT_ONCE } from "./fixedTower.js";
import type { PlannedWeight } from "./parameters.js";

/** Node, TensorFlow and this program, without a model. */
const PROGRAM = 0.4e9;
/** Bytes of a float32. */
const FLOAT = 4;

/** What an estimate needs of a model, loaded or planned. */
export interface SizedModel {
  readonly shape: DecoderShape;
  readonly config: ModelConfig;
  readonly parameters: { readonly plan: readonly PlannedWeight[] };
}

/** What is alive at the fullest moment of a layer, in bytes. */
export interface Alive {
  readonly activations: number;
  /** Attention logits, of the pieces that long attention is cut into. */
  readonly attention: number;
}

/** Bytes throughout, but for counts. */
export interface MemoryEstimate {
  /** Tokens of one sample, all of them in every layer. */
  readonly tokens: number;
  readonly parameters: number;
  /** Of the weights that are held, by residency. */
  readonly weights: { readonly float32: number; readonly stored: number };
  /** The most of a stored matrix that is in float32 at once. */
  readonly widened: number;
  /** A layer of the decoder while it runs. */
  readonly layer: Alive;
  /** A block of the vision tower while it runs. */
  readonly tower: Alive;
  /** Keys and values of all layers. */
  readonly cache: number;
  /** What a search's tape keeps of all layers, of one unpruned sample. */
  readonly tape: number;
  /** The program itself. */
  readonly program: number;
}

interface BlockShape {
  readonly hidden: number;
  /** Width of all query heads, of all key heads. */
  readonly queries: number;
  readonly keys: number;
  readonly inner: number;
}

/** Numbers that a row of a transformer block has alive at its fullest moment: while its gate is computed, or its activation. */
function alivePerRow({ hidden, queries, keys, inner }: BlockShape): number {
  return 8 * hidden + 6 * queries + 6 * keys + 7 * inner;
}

/** Numbers that a tape keeps of a row: what the norms, the attention and the gate save. */
function savedPerRow({ hidden, queries, keys, inner }: BlockShape): number {
  return 4 * hidden + 3 * queries + 3 * keys + 4 * inner;
}

/** Sequences of the vision tower that are run together for so many visual tokens, and the rows of each. */
function towerRows(config: ModelConfig, tokens: number): { sequences: number; rows: number } {
  if (config.architecture === "qwen2_5_vl") return { sequences: 1, rows: tokens * config.vision.spatialMergeSize ** 2 };
  const side = config.vision.imageSize / config.vision.patchSize;
  const pictures = Math.ceil(tokens / visualTokens(config, [1, side, side]));
  return { sequences: Math.min(PICTURES_AT_ONCE, pictures), rows: side ** 2 + 1 };
}

/** What a block has alive: its rows, and its attention logits, their masked copy and their probabilities. */
function aliveInBlock(block: BlockShape, heads: number, sequences: number, rows: number): Alive {
  return {
    activations: FLOAT * sequences * rows * alivePerRow(block),
    attention: 3 * FLOAT * Math.min(LOGITS_AT_ONCE, sequences * heads * rows ** 2),
  };
}

/** @param tokens of one sample; all of them are taken to be visual for the tower. */
export function estimateMemory({ shape, config, parameters }: SizedModel, tokens: number): MemoryEstimate {
  const { plan } = parameters;
  const { layers, hidden, intermediate, heads, kvHeads, headDim } = shape;
  const decoder = { hidden, queries: heads * headDim, keys: kvHeads * headDim, inner: intermediate };
  const { hiddenSize, intermediateSize, heads: towerHeads } = config.vision;
  const tower = { hidden: hiddenSize, queries: hiddenSize, keys: hiddenSize, inner: intermediateSize };
  const sum = (of: (weight: PlannedWeight) => number) => plan.reduce((total, weight) => total + of(weight), 0);
  const { sequences, rows } = towerRows(config, tokens);
  const atOnce = Math.max(0, ...plan.map(({ widened, parameters }) => (widened ? parameters : 0)));
  const logits = heads * tokens ** 2;
  const parametersOfAll = sum((weight) => weight.parameters);
  return {
    tokens,
    parameters: parametersOfAll,
    weights: { float32: FLOAT * parametersOfAll, stored: sum(({ storedBytes }) => storedBytes) },
    widened: FLOAT * Math.min(WEIGHTS_AT_ONCE, atOnce),
    layer: aliveInBlock(decoder, heads, 1, tokens),
    tower: aliveInBlock(tower, towerHeads, sequences, rows),
    cache: 2 * FLOAT * layers * tokens * decoder.keys,
    // Attention that is one piece keeps its probabilities.
    tape: FLOAT * layers * (tokens * savedPerRow(decoder) + (logits <= LOGITS_AT_ONCE ? logits : 0)),
    program: PROGRAM,
  };
}

/** What a run takes at its peak, in bytes. */
export function peakMemory(
  estimate: MemoryEstimate,
  residency: "float32" | "stored",
  use: "prefill" | "search",
): number {
  const { weights, widened, layer, tower, cache, tape, program } = estimate;
  const held = residency === "stored" ? weights.stored + widened : weights.float32;
  const [decoding, seeing] = [layer, tower].map(({ activations, attention }) => activations + attention);
  // On the way back a layer has its gradients beside what it recomputes.
  return program + held + Math.max(seeing, use === "prefill" ? decoding + cache : 2 * decoding + tape);
}
