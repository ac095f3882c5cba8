/**
 * Samples that are tokenised and preprocessed: what the model reads, whether made by a processor here or elsewhere.
 *
 * File format (safetensors, `--samples`): I64 `input_ids`, `attention_mask`, `labels` [S, N], right-padded, labels −100 on
 * the prompt and on padding, answer ids at their own positions; F32 `pixel_values` [P, patchWidth] of all samples one after
 * the other, pictures and videos in the order of their tokens; I64 `image_grid_thw` [pictures and videos, 3]; with videos F32
 * `seconds_per_grid` [pictures and videos], seconds between the times of a video's grid, 0 for a picture; optional I64 `num_images` [S] and `split` [S] (0 train, 1 validation, 2 test).
 * Other tensors are ignored.
 */
import { openSafetensors, type SafetensorsFile, type TensorToWrite, writeSafetensors } from "../checkpoint/index.js";
import { EspalierError } from "../errors.js";

/** The part of a study that a sample belongs to. */
export type Split = "train" | "validation" | "test";

/** In the order of their numbers in a file. */
const SPLITS: readonly Split[] = ["train", "validation", "test"];
const IGNORED_LABEL = -100;

/** One sample, ready for the model. */
export interface EncodedSample {
  readonly id: string;
  /** Its task's name. */
  readonly task: string;
  readonly split: Split;
  /** int32 [N], unpadded: prompt, then answer (its end token included). */
  readonly inputIds: Int32Array;
  /** Tokens of the prompt; 1 ≤ promptLength < N. */
  readonly promptLength: number;
  /** float32 [Σ t·h·w, patchWidth]. */
  readonly pixelValues: Float32Array;
  /** Numbers a patch. */
  readonly patchWidth: number;
  /** Per picture or video: frames, rows and columns of patches. */
  readonly gridThw: readonly (readonly [number, number, number])[];
  /** Per grid: seconds between the times of a video's grid, 0 for a picture. Absent where there are pictures only. */
  readonly secondsPerGrid?: readonly number[];
  /** Where it comes from, if that is known: for showing and for scoring answers. */
  readonly item?: { readonly question: string; readonly answers: readonly string[] };
}

/**
 * Reads samples that were tokenised and preprocessed elsewhere.
 *
 * @param path the safetensors file. Without `num_images` there must be one picture per sample; without `split` every sample
 *   is "train". Tokens behind the last labelled one are dropped: nothing that is predicted depends on them.
 * @returns samples with ids "0", "1", … in the file's order and task "samples".
 * @throws EspalierError that names the tensor, or the sample, for everything that does not fit together.
 *
 * @example
 * const [{ id, inputIds, promptLength }] = readSamples("samples.safetensors");
 */
export function readSamples(path: string): EncodedSample[] {
  const file = openSafetensors(path);
  try {
    return new SampleReader(file).read();
  } finally {
    file.close();
  }
}

class SampleReader {
  readonly #file: SafetensorsFile;

  constructor(file: SafetensorsFile) {
    this.#file = file;
  }

  read(): EncodedSample[] {
    const [samples, width] = this.#shape("input_ids", 2) as [number, number];
    for (const name of ["attention_mask", "labels"]) this.#expectShape(name, [samples, width]);
    const [patches, patchWidth] = this.#shape("pixel_values", 2) as [number, number];
    const [pictures, three] = this.#shape("image_grid_thw", 2) as [number, number];
    if (three !== 3) throw this.#error(`image_grid_thw has shape [${pictures},${three}]; [pictures, 3] is wanted`);
    if (width === 0 || patchWidth === 0) throw this.#error("its samples have no tokens or its patches no values");
    if (samples === 0) throw this.#error("it has no samples");
    const grids = this.#file.readInt32("image_grid_thw");
    const counts = this.#pictureCounts(samples, pictures);
    const splits = this.#splits(samples);
    const seconds = this.#seconds(pictures);
    const result: EncodedSample[] = [];
    let picture = 0;
    let patch = 0;
    for (let sample = 0; sample < samples; sample++) {
      const first = picture;
      const gridThw = Array.from({ length: counts[sample]! }, () => this.#grid(grids, picture++, sample));
      const count = gridThw.reduce((sum, [t, h, w]) => sum + t * h * w, 0);
      if (patch + count > patches) {
        throw this.#error(
          `sample ${sample}'s image_grid_thw needs patches up to ${patch + count}, pixel_values has ${patches}`,
        );
      }
      result.push({
        id: String(sample),
        task: "samples",
        split: splits[sample]!,
        ...this.#tokens(sample, width),
        pixelValues: this.#pixels(sample, patch * patchWidth, count * patchWidth),
        patchWidth,
        gridThw,
        ...(seconds ? { secondsPerGrid: seconds.slice(first, picture) } : {}),
      });
      patch += count;
    }
    if (patch !== patches) {
      throw this.#error(`pixel_values has ${patches} patches, image_grid_thw of all samples accounts for ${patch}`);
    }
    return result;
  }

  #tokens(sample: number, width: number): { inputIds: Int32Array; promptLength: number } {
    const range = { start: sample * width, count: width };
    const ids = this.#file.readInt32("input_ids", range);
    const mask = this.#file.readInt32("attention_mask", range);
    const labels = this.#file.readInt32("labels", range);
    const length = this.#maskedLength(mask, sample);
    const labelled = (position: number) => labels[position] !== IGNORED_LABEL;
    let promptLength = 0;
    while (promptLength < width && !labelled(promptLength)) promptLength++;
    if (promptLength === width) throw this.#error(`sample ${sample} has no answer: every label is ${IGNORED_LABEL}`);
    if (promptLength === 0) throw this.#error(`sample ${sample} has no prompt: its first token has a label`);
    let end = promptLength;
    while (end < width && labelled(end)) end++;
    for (let position = promptLength; position < width; position++) {
      if (!labelled(position)) continue;
      if (position >= length)
        throw this.#error(`sample ${sample} has a label at position ${position}, where attention_mask is 0`);
      if (position > end) {
        throw this.#error(
          `sample ${sample} has labels at positions ${end - 1} and ${position} but not between; the answer must be one piece`,
        );
      }
      if (labels[position] !== ids[position]) {
        throw this.#error(
          `sample ${sample} has label ${labels[position]} at position ${position}, where input_ids has ${ids[position]}; they must be equal (labels are not shifted)`,
        );
      }
    }
    const inputIds = ids.slice(0, end);
    const negative = inputIds.findIndex((id) => id < 0);
    if (negative >= 0)
      throw this.#error(`sample ${sample} has input id ${inputIds[negative]} at position ${negative}; ids are ≥ 0`);
    return { inputIds, promptLength };
  }

  #maskedLength(mask: Int32Array, sample: number): number {
    const wrong = mask.findIndex((value) => value !== 0 && value !== 1);
    if (wrong >= 0)
      throw this.#error(`sample ${sample} has attention_mask ${mask[wrong]} at position ${wrong}; 0 or 1 is wanted`);
    const zero = mask.indexOf(0);
    const length = zero < 0 ? mask.length : zero;
    if (mask.indexOf(1, length) >= 0) {
      throw this.#error(
        `sample ${sample} has a hole in attention_mask at position ${length}; samples must be right-padded (ones, then zeros)`,
      );
    }
    return length;
  }

  #pixels(sample: number, start: number, count: number): Float32Array {
    const values = this.#file.readFloat32("pixel_values", { start, count });
    const wrong = values.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0)
      throw this.#error(`sample ${sample} has the pixel value ${values[wrong]}; finite numbers are wanted`);
    return values;
  }

  #grid(grids: Int32Array, picture: number, sample: number): [number, number, number] {
    const grid: [number, number, number] = [grids[3 * picture]!, grids[3 * picture + 1]!, grids[3 * picture + 2]!];
    if (grid.some((side) => side < 1)) {
      throw this.#error(`sample ${sample} has the grid [${grid}] in row ${picture} of image_grid_thw; sides are ≥ 1`);
    }
    return grid;
  }

  #pictureCounts(samples: number, pictures: number): Int32Array {
    if (!this.#file.has("num_images")) {
      if (pictures === samples) return new Int32Array(samples).fill(1);
      throw this.#error(
        `it has ${samples} samples and ${pictures} pictures but no num_images, so whose they are is not known; add I64 num_images [${samples}]`,
      );
    }
    this.#expectShape("num_images", [samples]);
    const counts = this.#file.readInt32("num_images");
    const negative = counts.findIndex((count) => count < 0);
    if (negative >= 0)
      throw this.#error(`sample ${negative} has num_images ${counts[negative]}; numbers ≥ 0 are wanted`);
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total !== pictures) {
      throw this.#error(
        `num_images of all samples is ${total}, image_grid_thw has ${pictures} rows; they must be equal`,
      );
    }
    return counts;
  }

  #seconds(pictures: number): number[] | null {
    if (!this.#file.has("seconds_per_grid")) return null;
    this.#expectShape("seconds_per_grid", [pictures]);
    const seconds = [...this.#file.readFloat32("seconds_per_grid")];
    const wrong = seconds.findIndex((value) => !(value >= 0 && value < Infinity));
    if (wrong < 0) return seconds;
    throw this.#error(
      `seconds_per_grid has ${seconds[wrong]} in row ${wrong}; seconds ≥ 0 are wanted, 0 for a picture`,
    );
  }

  #splits(samples: number): Split[] {
    if (!this.#file.has("split")) return Array.from({ length: samples }, () => "train");
    this.#expectShape("split", [samples]);
    return [...this.#file.readInt32("split")].map((number, sample) => {
      const split = SPLITS[number];
      if (split !== undefined) return split;
      throw this.#error(`sample ${sample} has split ${number}; 0 (train), 1 (validation) or 2 (test) is wanted`);
    });
  }

  #shape(name: string, rank: number): readonly number[] {
    const { shape } = this.#file.info(name);
    if (shape.length === rank) return shape;
    throw this.#error(`${name} has shape [${shape}]; ${rank} dimensions are wanted`);
  }

  #expectShape(name: string, wanted: readonly number[]): void {
    const { shape } = this.#file.info(name);
    if (String(shape) === String(wanted)) return;
    throw this.#error(`${name} has shape [${shape}]; [${wanted}] is wanted`);
  }

  #error(what: string): EspalierError {
    return new EspalierError(`The samples in ${this.#file.path} cannot be used: ${what}.`);
  }
}

/**
 * Writes samples in the file format above; ids, tasks and items are not part of it.
 *
 * @param samples at least one, all with the same `patchWidth`.
 * @throws EspalierError when the disk is full or the place cannot be written.
 * @throws RangeError when there are no samples or their patches differ in width.
 *
 * @example
 * const encoded = processor.encode({ images: [await readImage("chart.png")], question: "Which year?", answer: "1999" });
 * writeSamples("samples.safetensors", [{ id: "1", task: "chart", split: "test", ...encoded }]);
 */
export function writeSamples(path: string, samples: readonly EncodedSample[]): void {
  const patchWidth = samples[0]?.patchWidth;
  if (patchWidth === undefined || samples.some((sample) => sample.patchWidth !== patchWidth)) {
    throw new RangeError("writeSamples wants at least one sample, all with the same patchWidth.");
  }
  const rows = samples.length;
  const width = Math.max(...samples.map((sample) => sample.inputIds.length));
  const ids = new Int32Array(rows * width);
  const mask = new Int32Array(rows * width);
  const labels = new Int32Array(rows * width).fill(IGNORED_LABEL);
  samples.forEach(({ inputIds, promptLength }, row) => {
    ids.set(inputIds, row * width);
    mask.fill(1, row * width, row * width + inputIds.length);
    labels.set(inputIds.subarray(promptLength), row * width + promptLength);
  });
  const pixels = new Float32Array(samples.reduce((sum, sample) => sum + sample.pixelValues.length, 0));
  let at = 0;
  for (const { pixelValues } of samples) {
    pixels.set(pixelValues, at);
    at += pixelValues.length;
  }
  const grids = Int32Array.from(samples.flatMap((sample) => sample.gridThw.flat()));
  const seconds = samples.some(({ secondsPerGrid = [] }) => secondsPerGrid.some((s) => s > 0))
    ? Float32Array.from(
        samples.flatMap(({ gridThw, secondsPerGrid }) => gridThw.map((_, g) => secondsPerGrid?.[g] ?? 0)),
      )
    : null;
  const integers = (data: Int32Array, ...shape: number[]): TensorToWrite => ({ dtype: "I64", shape, data });
  writeSafetensors(path, {
    input_ids: integers(ids, rows, width),
    attention_mask: integers(mask, rows, width),
    labels: integers(labels, rows, width),
    pixel_values: { dtype: "F32", shape: [pixels.length / patchWidth, patchWidth], data: pixels },
    image_grid_thw: integers(grids, grids.length / 3, 3),
    ...(seconds ? { seconds_per_grid: { dtype: "F32", shape: [seconds.length], data: seconds } as const } : {}),
    num_images: integers(
      Int32Array.from(samples, (sample) => sample.gridThw.length),
      rows,
    ),
    split: integers(
      Int32Array.from(samples, (sample) => SPLITS.indexOf(sample.split)),
      rows,
    ),
  });
}
