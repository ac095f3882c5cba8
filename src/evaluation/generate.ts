/**
 * Greedy decoding behind a prompt whose visual tokens were physically removed (METHOD §7): each layer's cache holds its own
 * survivors, and decoding goes on at the positions that follow the unpruned prompt.
 */
import * as tf from "@tensorflow/tfjs";
import { EspalierError } from "../errors.js";
import type { KeyValues, Positions, TokenLayout, VisionLanguageModel } from "../models/index.js";
import type { Selector } from "../selectors/index.js";
import { Pacer } from "../tensor/index.js";
import {
  checkPictures,
  type EncodedPromptLike,
  embedBatch,
  encodePictures,
  initialScores,
  type RunSample,
  splitPlaces,
  withRelevance,
} from "./promptBatch.js";
import { runLayer, type Stage } from "./prunedRun.js";

/** How prompts are continued. */
export interface GenerateOptions {
  /** Tokens after which a prompt without an end token is left; default 32. */
  readonly maxNewTokens?: number;
  /** Prompts run together, those of similar length; default 16. */
  readonly batch?: number;
  readonly pacer?: Pacer;
  /** Called with the number of prompts done. */
  readonly onProgress?: (done: number) => void;
}

/** A layer's keys and values with the places of their rows. */
interface Cache extends KeyValues {
  readonly layout: TokenLayout;
}

/** Ranks nothing: stands in where every token stays. */
const KEEP_ALL: Selector = {
  kind: "static",
  name: "keepAll",
  scores: ({ visual }) => new Float32Array(visual.length),
};

/**
 * Continues prompts greedily.
 *
 * @param prompts without answers; the last token is the one that is continued.
 * @param counts [S][L]: for each prompt, the visual tokens of each layer (layer 0 sees all of them, whatever it says); null
 *   removes none.
 * @returns for each prompt, in their order, the new token ids, the end token left out; `maxNewTokens` of them where none came.
 * @throws EspalierError for an empty prompt, counts of the wrong size, and pictures that do not fit; Stopped. Nothing stays
 *   allocated.
 *
 * @example
 * const prompt = { id: "1", ...processor.encode({ images: [await readImage("chart.png")], question: "Which year?" }) };
 * const [answer] = await generate(model, selector("fastv"), [prompt], null); // null prunes nothing
 * processor.decode(answer);
 */
export async function generate(
  model: VisionLanguageModel,
  selector: Selector,
  prompts: readonly EncodedPromptLike[],
  counts: readonly ArrayLike<number>[] | null,
  options: GenerateOptions = {},
): Promise<Int32Array[]> {
  check(model, prompts, counts);
  const pacer = options.pacer ?? new Pacer();
  const size = options.batch ?? 16;
  const order = [...prompts.keys()].sort((a, b) => prompts[a].inputIds.length - prompts[b].inputIds.length || a - b);
  const results = new Array<Int32Array>(prompts.length);
  for (let first = 0; first < order.length; first += size) {
    const members = order.slice(first, first + size);
    const answers = await new Decoding(
      model,
      counts ? selector : KEEP_ALL,
      members.map((s) => prompts[s]),
      counts ? members.map((s) => counts[s]) : null,
      pacer,
    ).run(options.maxNewTokens ?? 32);
    members.forEach((s, b) => {
      results[s] = answers[b];
    });
    options.onProgress?.(first + members.length);
  }
  return results;
}

function check(
  model: VisionLanguageModel,
  prompts: readonly EncodedPromptLike[],
  counts: readonly ArrayLike<number>[] | null,
): void {
  const empty = prompts.find(({ inputIds }) => inputIds.length === 0);
  if (empty) throw new EspalierError(`Prompt ${empty.id} has no tokens; there is nothing to continue.`);
  const open = prompts.find(({ inputIds }) => model.visualTokenIds.includes(inputIds[inputIds.length - 1]));
  if (open) {
    throw new EspalierError(
      `Prompt ${open.id} ends with a visual token; text must follow, from which decoding goes on.`,
    );
  }
  for (const prompt of prompts) checkPictures(model, prompt);
  if (!counts) return;
  const { layers } = model.shape;
  if (counts.length !== prompts.length || counts.some((row) => row.length !== layers)) {
    throw new EspalierError(
      `Counts of ${counts.length} prompts with ${counts.map((row) => row.length).join(", ")} layers were given; ${prompts.length} prompts with ${layers} layers each are wanted.`,
    );
  }
}

/** One batch of prompts, from their embeddings to their answers. */
class Decoding {
  readonly #model: VisionLanguageModel;
  readonly #selector: Selector;
  readonly #encoded: readonly EncodedPromptLike[];
  readonly #counts: readonly ArrayLike<number>[] | null;
  readonly #pacer: Pacer;
  #samples: readonly RunSample[];
  /** Positions of the prompts and of what follows them. */
  #positions: readonly Positions[] = [];
  /** One a layer; owned. */
  readonly #caches: Cache[] = [];

  constructor(
    model: VisionLanguageModel,
    selector: Selector,
    encoded: readonly EncodedPromptLike[],
    counts: readonly ArrayLike<number>[] | null,
    pacer: Pacer,
  ) {
    this.#model = model;
    this.#selector = selector;
    this.#encoded = encoded;
    this.#counts = counts;
    this.#pacer = pacer;
    this.#samples = encoded.map(({ id, inputIds, gridThw, secondsPerGrid }) => ({
      id,
      promptLength: inputIds.length,
      positions: model.positions(inputIds, gridThw, secondsPerGrid),
      ...splitPlaces(inputIds, model.visualTokenIds),
    }));
  }

  async run(maxNewTokens: number): Promise<Int32Array[]> {
    const answers = this.#samples.map((): number[] => []);
    this.#positions = this.#samples.map(({ positions }) => continued(positions, maxNewTokens));
    try {
      if (maxNewTokens < 1) return answers.map(() => new Int32Array(0));
      let next = await this.#prefill();
      const open = new Set(answers.keys());
      for (let t = 0; ; t++) {
        for (const b of open) {
          if (this.#model.eosTokenIds.includes(next[b])) open.delete(b);
          else if (answers[b].push(next[b]) === maxNewTokens) open.delete(b);
        }
        if (open.size === 0) break;
        next = await this.#step(next, t);
      }
    } finally {
      tf.dispose(this.#caches.flatMap(({ keys, values }) => [keys, values]));
    }
    return answers.map((answer) => Int32Array.from(answer));
  }

  /** Runs the prompts through every layer, filling the caches. Returns each prompt's first new token. */
  async #prefill(): Promise<Int32Array> {
    let stage = await this.#firstLayer();
    try {
      for (let i = 1; i < this.#model.shape.layers; i++) {
        const counts = this.#samples.map(({ visual }, b) => this.#counts?.[b][i] ?? visual.length);
        const next = runLayer({ model: this.#model, selector: this.#selector }, stage, counts, true);
        stage.hidden.dispose();
        stage = next.stage;
        this.#caches.push({ ...next.cache!, layout: stage.layout });
        await this.#pacer.pause();
      }
      const rows = Int32Array.from(
        this.#samples.keys(),
        (b) => b * stage.layout.length + lengthOf(stage.layout, b) - 1,
      );
      return this.#choose(() => tf.gather(stage.hidden, tf.tensor1d(rows, "int32")));
    } finally {
      stage.hidden.dispose();
    }
  }

  /** Layer 0, which sees every token. */
  async #firstLayer(): Promise<Stage<RunSample>> {
    const model = this.#model;
    const visual = await encodePictures(model, this.#encoded, this.#pacer);
    try {
      await this.#pacer.pause();
      const { layout, embeddings } = embedBatch(model, this.#encoded, visual);
      this.#samples = withRelevance(this.#selector, this.#samples, { layout, embeddings });
      const { hidden, keys, values, queries } = tf.tidy(() => {
        const positions = this.#samples.map((sample) => sample.positions);
        const rotary = model.rotary(positions, layout);
        const mask = model.mask(0, positions, layout, layout);
        return { ...model.layer(0, { hidden: embeddings, batch: layout.batch, rotary, mask }) };
      });
      embeddings.dispose();
      const scores = initialScores(model, this.#selector, this.#samples, { hidden, keys, values, queries }, layout);
      queries.dispose();
      this.#caches.push({ keys, values, layout });
      return {
        layer: 1,
        samples: this.#samples,
        hidden,
        layout,
        survivors: this.#samples.map((sample) => sample.visual),
        scores,
      };
    } finally {
      visual?.dispose();
    }
  }

  /** Feeds the `t`th new token of every prompt, those that have ended included, and returns what follows. */
  async #step(tokens: Int32Array, t: number): Promise<Int32Array> {
    const model = this.#model;
    const samples = this.#samples;
    const places = Int32Array.from(samples, ({ promptLength }) => promptLength + t);
    const row: TokenLayout = { batch: samples.length, length: 1, index: places };
    const rotary = model.rotary(this.#positions, row);
    let hidden = model.embed(tokens, null);
    try {
      for (let i = 0; i < model.shape.layers; i++) {
        const past = this.#caches[i];
        const layout = appended(past.layout, places);
        const output = tf.tidy(() => {
          const mask = model.mask(i, this.#positions, row, layout);
          const { keys, values, ...all } = model.layer(i, { hidden, batch: row.batch, rotary, mask, past });
          return { keys, values, hidden: all.hidden };
        });
        tf.dispose([past.keys, past.values, hidden]);
        hidden = output.hidden;
        this.#caches[i] = { keys: output.keys, values: output.values, layout };
        await this.#pacer.pause();
      }
      return this.#choose(() => hidden);
    } finally {
      tf.dispose([hidden, ...rotary.tensors]);
    }
  }

  /** The likeliest token behind each row of [B, H]. */
  #choose(rows: () => tf.Tensor2D): Int32Array {
    return tf.tidy(() => tf.argMax(this.#model.logits(rows()), 1).dataSync<"int32">());
  }
}

/** Number of a sample's rows, padding left out. */
function lengthOf({ index, length }: TokenLayout, b: number): number {
  const end = index.subarray(b * length, (b + 1) * length).indexOf(-1);
  return end < 0 ? length : end;
}

/** A layout with one more row behind each sample's, padding included. */
function appended({ batch, length, index }: TokenLayout, places: Int32Array): TokenLayout {
  const longer = new Int32Array(batch * (length + 1));
  for (let b = 0; b < batch; b++) {
    longer.set(index.subarray(b * length, (b + 1) * length), b * (length + 1));
    longer[b * (length + 1) + length] = places[b];
  }
  return { batch, length: length + 1, index: longer };
}

/** Positions of a prompt and of `extra` tokens behind it. */
function continued({ axes, values, next, ...rest }: Positions, extra: number): Positions {
  const n = values.length / axes;
  const longer = new Int32Array(axes * (n + extra));
  for (let axis = 0; axis < axes; axis++) {
    longer.set(values.subarray(axis * n, (axis + 1) * n), axis * (n + extra));
    for (let t = 0; t < extra; t++) longer[axis * (n + extra) + n + t] = next + t;
  }
  return { ...rest, axes, values: longer, next: next + extra };
}
