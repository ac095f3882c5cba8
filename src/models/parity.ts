/** How far a model's numbers are from a reference's: embeddings, every layer, logits. */
import * as tf from "@tensorflow/tfjs";
import { openSafetensors, type SafetensorsFile } from "../checkpoint/index.js";
import { EspalierError } from "../errors.js";
import { gatherRows } from "./blocks/index.js";
import { layoutFrom } from "./layout.js";
import type { GridThw, VisionLanguageModel } from "./model.js";

/** One line of the comparison. */
export interface ParityRow {
  /** "embeddings", "layer 0" … "layer L−1 + norm", "logits". */
  readonly name: string;
  /** max |x| of the reference, pads excluded. */
  readonly magnitude: number;
  /** max |Δ|, pads excluded; NaN where either side has one. */
  readonly difference: number;
  /** What is held against the tolerance: max |Δ| / max |x| for layers, max |Δ| for logits. */
  readonly error: number;
  readonly tolerance: number;
  readonly passed: boolean;
}

export interface ParityReport {
  readonly architecture: string;
  readonly samples: number;
  /** Unpadded tokens of all samples. */
  readonly tokens: number;
  readonly pictures: number;
  readonly rows: readonly ParityRow[];
  readonly passed: boolean;
}

export interface ParityTolerances {
  /** Relative, for embeddings and layers; default 1e-4. */
  readonly layers?: number;
  /** Absolute; default 1e-3. */
  readonly logits?: number;
}

/** Logits compared at a time, in numbers. */
const LOGITS_AT_ONCE = 1 << 24;

/** The inputs of a reference file, checked against the model. */
interface ReferenceInputs {
  readonly batch: number;
  readonly length: number;
  /** For each sample, its unpadded ids and its pictures. */
  readonly ids: readonly Int32Array[];
  readonly grids: readonly (readonly GridThw[])[];
  readonly pixels: { readonly values: Float32Array; readonly shape: [number, number] } | null;
}

function shapeOf(file: SafetensorsFile, name: string, wanted: readonly (number | string)[]): readonly number[] {
  const { shape } = file.info(name);
  if (shape.length !== wanted.length || shape.some((n, i) => typeof wanted[i] === "number" && n !== wanted[i])) {
    throw new EspalierError(
      `Tensor ${JSON.stringify(name)} of ${file.path} has shape [${shape}], [${wanted.join(",")}] is wanted; ` +
        "write the file with scripts/dump_reference.py from this checkpoint.",
    );
  }
  return shape;
}

/** Lengths of right-padded samples. */
function lengthsOf(file: SafetensorsFile, batch: number, length: number): number[] {
  const mask = file.readInt32("attention_mask");
  return Array.from({ length: batch }, (_, b) => {
    const row = mask.subarray(b * length, (b + 1) * length);
    const count = row.reduce((sum, value) => sum + (value !== 0 ? 1 : 0), 0);
    if (count === 0) throw new EspalierError(`Sample ${b} of ${file.path} is all padding; leave it out.`);
    if (row.subarray(0, count).includes(0)) {
      throw new EspalierError(
        `The attention_mask of sample ${b} of ${file.path} has zeros before ones; right-padded samples are wanted: ` +
          "tokenise with padding_side='right'.",
      );
    }
    return count;
  });
}

/** Deals the pictures out to the samples by their image tokens. */
function dealGrids(
  model: VisionLanguageModel,
  ids: readonly Int32Array[],
  grids: readonly GridThw[],
  path: string,
): GridThw[][] {
  let next = 0;
  const dealt = ids.map((row, b) => {
    let left = row.reduce((sum, id) => sum + (id === model.imageTokenId ? 1 : 0), 0);
    const own: GridThw[] = [];
    while (left > 0 && next < grids.length) {
      own.push(grids[next]);
      left -= model.visualTokens(grids[next++]);
    }
    if (left !== 0) {
      throw new EspalierError(
        `The image tokens of sample ${b} of ${path} do not fit its pictures in image_grid_thw; input_ids and pictures do not belong together.`,
      );
    }
    return own;
  });
  if (next < grids.length) {
    throw new EspalierError(
      `${path} has ${grids.length} pictures, but its input_ids have image tokens for ${next}; input_ids and pictures do not belong together.`,
    );
  }
  return dealt;
}

function readInputs(file: SafetensorsFile, model: VisionLanguageModel): ReferenceInputs {
  const [batch, length] = shapeOf(file, "input_ids", ["B", "N"]);
  for (const name of ["attention_mask", "token_type_ids"]) {
    if (name === "attention_mask" || file.has(name)) shapeOf(file, name, [batch, length]);
  }
  const lengths = lengthsOf(file, batch, length);
  const all = file.readInt32("input_ids");
  const ids = lengths.map((n, b) => all.slice(b * length, b * length + n));
  for (const [b, row] of ids.entries()) {
    const outside = row.find((id) => id < 0 || id >= model.vocabulary);
    if (outside !== undefined) {
      throw new EspalierError(
        `Sample ${b} of ${file.path} has the token id ${outside}; the model's vocabulary ends at ${model.vocabulary - 1}.`,
      );
    }
  }
  const grids: GridThw[] = [];
  let pixels: ReferenceInputs["pixels"] = null;
  if (file.has("image_grid_thw")) {
    const [pictures] = shapeOf(file, "image_grid_thw", ["pictures", 3]);
    const flat = file.readInt32("image_grid_thw");
    for (let p = 0; p < pictures; p++) grids.push([flat[3 * p], flat[3 * p + 1], flat[3 * p + 2]]);
    const odd = grids.find((grid) => grid.some((n) => n < 1) || !Number.isInteger(model.visualTokens(grid)));
    if (odd) {
      throw new EspalierError(
        `${file.path} has a picture of [${odd}] patches in image_grid_thw; sizes ≥ 1 that the merging divides are wanted.`,
      );
    }
  }
  if (grids.length > 0) {
    const patches = grids.reduce((sum, [t, h, w]) => sum + t * h * w, 0);
    const shape = shapeOf(file, "pixel_values", [patches, "patch width"]);
    pixels = { values: file.readFloat32("pixel_values"), shape: [shape[0], shape[1]] };
  }
  return { batch, length, ids, grids: dealGrids(model, ids, grids, file.path), pixels };
}

/** Largest magnitude and difference over some rows of `width` numbers; NaN if a NaN is among them. */
function compareRows(
  ours: Float32Array,
  theirs: Float32Array,
  rows: Iterable<number>,
  width: number,
): { magnitude: number; difference: number } {
  let magnitude = 0;
  let difference = 0;
  for (const row of rows) {
    for (let at = row * width; at < (row + 1) * width; at++) {
      const delta = Math.abs(ours[at] - theirs[at]);
      // A NaN wins every comparison that is written like this, and stays.
      if (!(delta <= difference)) difference = Number.isNaN(difference) ? difference : delta;
      const size = Math.abs(theirs[at]);
      if (size > magnitude) magnitude = size;
    }
  }
  return { magnitude, difference };
}

/**
 * Compares a model with a reference file, one layer of the reference in memory at a time.
 *
 * @param path safetensors as scripts/dump_reference.py writes it: I64 `input_ids`, `attention_mask` [B, N], right-padded; F32
 *   `pixel_values` and I64 `image_grid_thw` unless there are no pictures; F32 `hidden_states` [L+1, B, N, H] with the last
 *   after the final norm, `logits` [B, N, V]. Other tensors are ignored.
 * @throws EspalierError for a tensor that is missing, has another shape, or contradicts another or the model.
 */
export function compareWithReference(
  model: VisionLanguageModel,
  path: string,
  tolerances: ParityTolerances = {},
): ParityReport {
  const file = openSafetensors(path);
  try {
    return compare(model, file, tolerances);
  } finally {
    file.close();
  }
}

function compare(model: VisionLanguageModel, file: SafetensorsFile, tolerances: ParityTolerances): ParityReport {
  const inputs = readInputs(file, model);
  const { batch, length, ids } = inputs;
  const { layers, hidden: width } = model.shape;
  shapeOf(file, "hidden_states", [layers + 1, batch, length, width]);
  shapeOf(file, "logits", [batch, length, model.vocabulary]);
  const layout = layoutFrom(
    ids.map((row) => Int32Array.from(row.keys())),
    length,
  );
  const real = [...layout.index.keys()].filter((row) => layout.index[row] >= 0);
  const rows: ParityRow[] = [];
  const add = (name: string, { magnitude, difference }: ReturnType<typeof compareRows>, relative: boolean) => {
    // Where the reference is all zeros, any difference counts in full.
    const error = relative && magnitude > 0 ? difference / magnitude : difference;
    const tolerance = relative ? (tolerances.layers ?? 1e-4) : (tolerances.logits ?? 1e-3);
    rows.push({ name, magnitude, difference, error, tolerance, passed: error <= tolerance });
  };
  const addLayer = (name: string, at: number, ours: tf.Tensor2D) => {
    const count = batch * length * width;
    const theirs = file.readFloat32("hidden_states", { start: at * count, count });
    add(name, compareRows(ours.dataSync<"float32">(), theirs, real, width), true);
  };
  let last: tf.Tensor2D | undefined;
  tf.tidy(() => {
    let hidden = embedInputs(model, inputs, layout.index);
    addLayer("embeddings", 0, hidden);
    const positions = ids.map((row, b) => model.positions(row, inputs.grids[b]));
    const rotary = model.rotary(positions, layout);
    for (let i = 0; i < layers; i++) {
      const before = hidden;
      hidden = tf.tidy(
        () => model.layer(i, { hidden, batch, rotary, mask: model.mask(i, positions, layout, layout) }).hidden,
      );
      before.dispose();
      if (i < layers - 1) addLayer(`layer ${i}`, i + 1, hidden);
      else addLayer(`layer ${i} + norm`, layers, model.norm(hidden));
    }
    last = tf.keep(hidden);
  });
  try {
    add("logits", compareLogits(model, file, last!, ids, length), false);
  } finally {
    last?.dispose();
  }
  return {
    architecture: model.architecture,
    samples: batch,
    tokens: real.length,
    pictures: inputs.grids.reduce((sum, own) => sum + own.length, 0),
    rows,
    passed: rows.every(({ passed }) => passed),
  };
}

/** Embeddings of the padded batch, [B·N, H], in the caller's scope. */
function embedInputs(model: VisionLanguageModel, inputs: ReferenceInputs, index: Int32Array): tf.Tensor2D {
  const padded = new Int32Array(index.length).fill(model.padTokenId);
  inputs.ids.forEach((row, b) => {
    padded.set(row, b * inputs.length);
  });
  return tf.tidy(() => {
    const { pixels } = inputs;
    const visual = pixels ? model.encodePictures(tf.tensor2d(pixels.values, pixels.shape), inputs.grids.flat()) : null;
    return model.embed(padded, visual);
  });
}

/** Logits of all unpadded rows, a piece at a time. */
function compareLogits(
  model: VisionLanguageModel,
  file: SafetensorsFile,
  hidden: tf.Tensor2D,
  ids: readonly Int32Array[],
  length: number,
): { magnitude: number; difference: number } {
  const { vocabulary } = model;
  const piece = Math.max(1, Math.floor(LOGITS_AT_ONCE / vocabulary));
  let magnitude = 0;
  let difference = 0;
  ids.forEach((row, b) => {
    for (let first = 0; first < row.length; first += piece) {
      const count = Math.min(piece, row.length - first);
      const begin = b * length + first;
      const index = Int32Array.from({ length: count }, (_, i) => begin + i);
      const ours = tf.tidy(() => model.logits(gatherRows(hidden, index)).dataSync<"float32">());
      const theirs = file.readFloat32("logits", { start: begin * vocabulary, count: count * vocabulary });
      const here = compareRows(ours, theirs, Array(count).keys(), vocabulary);
      magnitude = Math.max(magnitude, here.magnitude);
      difference = Math.max(difference, here.difference);
    }
  });
  return { magnitude, difference };
}
