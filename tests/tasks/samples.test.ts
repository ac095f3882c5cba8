import path from "node:path";
import { assert } from "chai";
import { openSafetensors, type TensorToWrite, writeSafetensors } from "../../src/checkpoint/index.js";
import { type EncodedSample, readSamples, writeSamples } from "../../src/tasks/samples.js";
import { expectSentence, scratchFolder } from "../checkpoint/support.js";

describe("samples", () => {
  const folder = scratchFolder();
  const file = path.join(folder, "samples.safetensors");
  const i64 = (shape: number[], ...data: number[]): TensorToWrite => ({
    dtype: "I64",
    shape,
    data: Int32Array.from(data),
  });

  /** Two samples of a format that was made elsewhere: prompts of 2 and 3, answers of 2 and 1, one picture each. */
  const valid = (): Record<string, TensorToWrite> => ({
    input_ids: i64([2, 5], 7, 3, 4, 2, 0, 7, 3, 9, 2, 0),
    attention_mask: i64([2, 5], 1, 1, 1, 1, 0, 1, 1, 1, 1, 0),
    labels: i64([2, 5], -100, -100, 4, 2, -100, -100, -100, -100, 2, -100),
    pixel_values: { dtype: "F32", shape: [12, 2], data: Float32Array.from({ length: 24 }, (_, i) => i) },
    image_grid_thw: i64([2, 3], 1, 2, 2, 1, 2, 4),
  });
  const read = (changes: Record<string, TensorToWrite | undefined> = {}) => {
    const tensors = Object.entries({ ...valid(), ...changes }).filter(
      (entry): entry is [string, TensorToWrite] => entry[1] !== undefined,
    );
    writeSafetensors(file, Object.fromEntries(tensors));
    return readSamples(file);
  };

  it("reads samples that were made elsewhere", () => {
    const [first, second] = read();
    assert.deepInclude(first, { id: "0", task: "samples", split: "train", promptLength: 2, patchWidth: 2 });
    assert.deepEqual([...first!.inputIds], [7, 3, 4, 2]);
    assert.deepEqual(first!.gridThw, [[1, 2, 2]]);
    assert.deepEqual([...first!.pixelValues], [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.equal(second!.promptLength, 3);
    assert.equal(second!.pixelValues[0], 8);
    assert.equal(second!.pixelValues.length, 16);
  });

  it("takes num_images and split", () => {
    const samples = read({ num_images: i64([2], 2, 0), split: i64([2], 1, 0) });
    assert.deepEqual(
      samples.map((sample) => sample.split),
      ["validation", "train"],
    );
    assert.deepEqual(
      samples.map((sample) => sample.gridThw.length),
      [2, 0],
    );
    assert.equal(samples[0]!.pixelValues.length, 24);
  });

  it("takes the seconds of videos' grids, and writes them", () => {
    const times = { dtype: "F32", shape: [2], data: Float32Array.of(0, 1.5) } as const;
    const samples = read({ seconds_per_grid: times, num_images: i64([2], 2, 0) });
    assert.deepEqual(
      samples.map((sample) => sample.secondsPerGrid),
      [[0, 1.5], []],
    );
    writeSamples(file, samples);
    assert.deepEqual(
      readSamples(file).map((sample) => sample.secondsPerGrid),
      [[0, 1.5], []],
    );
    assert.notProperty(read()[0], "secondsPerGrid");
  });

  it("drops what follows the answer", () => {
    const samples = read({ attention_mask: i64([2, 5], 1, 1, 1, 1, 1, 1, 1, 1, 1, 1) });
    assert.deepEqual([...samples[0]!.inputIds], [7, 3, 4, 2]);
  });

  it("writes what it reads", () => {
    const samples = read({ split: i64([2], 2, 1) });
    const copy = path.join(folder, "copy.safetensors");
    writeSamples(copy, samples);
    assert.deepEqual(readSamples(copy), samples);
    const stored = openSafetensors(copy);
    // The longest sample has four tokens: padding is as short as possible.
    assert.deepEqual(stored.info("labels"), { dtype: "I64", shape: [2, 4], byteLength: 64 });
    stored.close();
    assert.throws(() => writeSamples(copy, []), RangeError);
    const other: EncodedSample = { ...samples[0]!, patchWidth: 3 };
    assert.throws(() => writeSamples(copy, [samples[0]!, other]), RangeError);
  });

  it("names the sample that does not fit together", () => {
    const refuse = (changes: Record<string, TensorToWrite | undefined>, wanted: RegExp) =>
      expectSentence(() => read(changes), wanted);
    const labels = (...data: number[]) => ({ labels: i64([2, 5], ...data, -100, -100, -100, 2, -100) });
    refuse(labels(-100, -100, 4, 9, -100), /sample 0 has label 9 at position 3, where input_ids has 2/);
    refuse(labels(-100, -100, -100, -100, -100), /sample 0 has no answer/);
    refuse(labels(7, -100, 4, 2, -100), /sample 0 has no prompt/);
    refuse(labels(-100, 3, -100, 2, -100), /sample 0 has labels at positions 1 and 3 but not between/);
    refuse(labels(-100, -100, 4, 2, 0), /sample 0 has a label at position 4, where attention_mask is 0/);
    const mask = (...data: number[]) => ({ attention_mask: i64([2, 5], 1, 1, 1, 1, 0, ...data) });
    refuse(mask(1, 0, 1, 1, 0), /sample 1 has a hole in attention_mask at position 1/);
    refuse(mask(0, 1, 1, 1, 1), /sample 1 has a hole in attention_mask at position 0/);
    refuse(mask(1, 1, 2, 1, 0), /sample 1 has attention_mask 2 at position 2/);
    refuse(
      { image_grid_thw: i64([2, 3], 1, 2, 2, 1, 2, 5) },
      /sample 1's image_grid_thw needs patches up to 14, pixel_values has 12/,
    );
    refuse({ image_grid_thw: i64([2, 3], 1, 2, 2, 1, 2, 2) }, /pixel_values has 12 patches, .* accounts for 8/);
    refuse({ image_grid_thw: i64([2, 3], 1, 2, 2, 1, 0, 4) }, /sample 1 has the grid \[1,0,4\]/);
    refuse({ image_grid_thw: i64([2, 2], 1, 2, 2, 1) }, /image_grid_thw has shape \[2,2\]/);
    refuse({ image_grid_thw: i64([3, 3], 1, 2, 2, 1, 2, 2, 1, 2, 2) }, /2 samples and 3 pictures but no num_images/);
    const seconds = (...data: number[]): TensorToWrite => ({
      dtype: "F32",
      shape: [data.length],
      data: Float32Array.from(data),
    });
    refuse({ seconds_per_grid: seconds(1) }, /seconds_per_grid has shape \[1\]; \[2\] is wanted/);
    refuse({ seconds_per_grid: seconds(0, -1) }, /seconds_per_grid has -1 in row 1; seconds ≥ 0 are wanted/);
    refuse({ num_images: i64([2], 1, 2) }, /num_images of all samples is 3, image_grid_thw has 2 rows/);
    refuse({ num_images: i64([2], 3, -1) }, /sample 1 has num_images -1/);
    refuse({ num_images: i64([1], 2) }, /num_images has shape \[1\]; \[2\] is wanted/);
    refuse({ split: i64([2], 0, 3) }, /sample 1 has split 3; 0 \(train\)/);
    refuse({ labels: i64([2, 4], ...Array<number>(8).fill(1)) }, /labels has shape \[2,4\]; \[2,5\] is wanted/);
    refuse({ labels: undefined }, /no tensor "labels"/);
    refuse(
      { pixel_values: { dtype: "F32", shape: [12, 2], data: new Float32Array(24).fill(Number.NaN) } },
      /sample 0 has the pixel value NaN/,
    );
    refuse({ pixel_values: i64([12, 2], ...Array<number>(24).fill(1)) }, /dtype I64; F32/);
    refuse({ input_ids: i64([2, 5], 7, -3, 4, 2, 0, 7, 3, 9, 2, 0) }, /sample 0 has input id -3 at position 1/);
    refuse({ input_ids: i64([10], 7, 3, 4, 2, 0, 7, 3, 9, 2, 0) }, /input_ids has shape \[10\]; 2 dimensions/);
    const none = { input_ids: i64([0, 5]), attention_mask: i64([0, 5]), labels: i64([0, 5]) };
    refuse(none, /no samples/);
    const hollow = {
      input_ids: i64([1000000000000, 0]),
      attention_mask: i64([1000000000000, 0]),
      labels: i64([1000000000000, 0]),
    };
    refuse(hollow, /no tokens/);
  });
});
