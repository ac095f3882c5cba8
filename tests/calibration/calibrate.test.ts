import fs from "node:fs";
import path from "node:path";
import * as tf from "@tensorflow/tfjs";
import { expect } from "chai";
import {
  type Calibration,
  calibrate,
  calibrationDigest,
  demandShape,
  parseCalibration,
  readCalibration,
  renderCalibration,
  writeCalibration,
} from "../../src/calibration/index.js";
import { latencyAt } from "../../src/cost/index.js";
import { EspalierError } from "../../src/errors.js";
import { latencySpecification, renderSvg } from "../../src/figures/index.js";
import { loadStudyModel, type StudyModel } from "../../src/study/index.js";
import { Stopped } from "../../src/tensor/index.js";
import { rejection } from "../scripts/scripts.js";
import { temporaryFolder, writeCheckpoint } from "../study/tiny.js";

/** Every look at it is half a millisecond later. */
function tickingClock() {
  let looks = 0;
  return { now: () => 0.5 * looks++ };
}

/** A copy with another value at a place. */
function withValue(root: unknown, [step, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (step === undefined) return value;
  const copy = Array.isArray(root) ? [...root] : { ...(root as object) };
  const inner = (copy as Record<string | number, unknown>)[step];
  return Object.assign(copy, { [step]: withValue(inner, rest, value) });
}

interface LatencyData {
  readonly points: readonly { flops: number; low: number; median: number; high: number }[];
  readonly fitted: readonly unknown[];
  readonly proportional: readonly { flops: number; ms: number }[];
}

describe("calibration/calibrate", function () {
  this.timeout(60_000);
  let folder: string;
  let model: StudyModel;
  let calibration: Calibration;

  before(async () => {
    folder = temporaryFolder();
    await writeCheckpoint(path.join(folder, "gemma3"), "gemma3");
    model = await loadStudyModel(path.join(folder, "gemma3"));
    calibration = await calibrate(model, { tokens: 40, clock: tickingClock() });
  });
  after(() => {
    model.model.dispose();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it("measures every part of every kind of layer", () => {
    const { layers, latency, effort, endToEnd, batch, concurrency } = calibration;
    const { shape } = model.model;
    expect(layers.flatMap((kind) => kind.layers).sort()).to.deep.equal([...shape.windows.keys()]);
    expect(layers.map(({ window }) => window)).to.deep.equal([...new Set(shape.windows)]);
    for (const { prefill, prefillWithoutCache, decode } of layers) {
      expect(prefill.map(({ tokens }) => tokens)).to.include.members([8, 40]);
      expect(prefillWithoutCache.map(({ tokens }) => tokens)).to.deep.equal(prefill.map(({ tokens }) => tokens));
      expect(decode.map(({ tokens }) => tokens)).to.include(40);
    }
    // By that clock every work takes as long.
    expect(effort.settled).to.equal(effort.works);
    expect(latencyAt(latency.tables[0], 23)).to.deep.equal({ value: 0.5, derivative: 0 });
    expect(latency.layers).to.have.length(shape.layers);
    expect(latency.selector.perFall).to.equal(1);
    expect(batch.map(({ size }) => size)).to.deep.equal([1, 4, 8]);
    expect(batch[2].tokensPerSecond).to.be.closeTo((8 * batch[2].tokens) / 0.0005, 1e-6);
    expect(concurrency.runs.map(({ together }) => together)).to.deep.equal([1, 2, 4]);
    expect(concurrency.meaning).to.match(/take turns between two layers/);
    const full = endToEnd.runs.find(
      ({ schedule, text, counts }) => schedule === "nothing pruned" && text + counts[0] === 40,
    )!;
    // Layers, scores behind all but the last, embedding, head: half a millisecond each.
    expect(full.predicted).to.be.closeTo(0.5 * (shape.layers + (shape.layers - 1) + 2), 1e-9);
    expect(full.median).to.equal(0.5);
  });

  it("leaves nothing allocated, also when it is stopped", async () => {
    const before = tf.memory().numTensors;
    await calibrate(model, { tokens: 12, clock: tickingClock(), selector: "sparsevlm", seconds: 0.001 });
    expect(tf.memory().numTensors).to.equal(before);
    const controller = new AbortController();
    const stopped = calibrate(model, {
      ...{ tokens: 12, clock: tickingClock(), signal: controller.signal },
      onProgress: () => controller.abort(),
    });
    expect(await rejection(stopped)).to.be.instanceOf(Stopped);
    expect(tf.memory().numTensors).to.equal(before);
  });

  it("has no scores of selectors that look at nothing", async () => {
    const found = await calibrate(model, { tokens: 10, clock: tickingClock(), selector: "random", seconds: 0.001 });
    expect(found.selector.scoring).to.deep.equal([]);
    expect(found.latency.selector.perFall).to.equal(0.5);
  });

  it("refuses settings that are none", async () => {
    for (const [options, message] of [
      [{ tokens: 7 }, /7 tokens; give a whole number from 8 up/],
      [{ seconds: 0 }, /seconds are 0/],
      [{ selector: "best" }, /no selector "best"/],
    ] as const) {
      const error = await rejection(calibrate(model, options));
      expect(error).to.be.instanceOf(EspalierError);
      expect(error.message).to.match(message);
    }
  });

  it("is read as it was written", async () => {
    const file = path.join(folder, "there.json");
    await writeCalibration(file, calibration);
    expect(readCalibration(file)).to.deep.equal(JSON.parse(JSON.stringify(calibration)));
    expect(calibrationDigest(readCalibration(file).latency)).to.equal(calibrationDigest(calibration.latency));
    const other = { ...calibration.latency, head: 9 };
    expect(calibrationDigest(other)).to.not.equal(calibrationDigest(calibration.latency));
  });

  it("says in a sentence what is wrong with a file", async () => {
    const cases: [RegExp, (string | number)[], unknown][] = [
      [/^c\.json is no calibration: its format is "x", wanted/, ["format"], "x"],
      [/^c\.json is of version 2, .* update it/, ["version"], 2],
      [/at layers\[0\]\.prefill\[0\]\.median: found -1, wanted/, ["layers", 0, "prefill", 0, "median"], -1],
      [/damaged at latency\.head: found null, wanted number/, ["latency", "head"], Number.NaN],
      [/at latency\.tables\[0\]\.ms\[1\]: found 0\.1, wanted at least/, ["latency", "tables", 0, "ms", 1], 0.1],
      [/\.tokens\[1\]: found 8, wanted more than the 8/, ["latency", "tables", 0, "tokens", 1], 8],
      [/at latency\.layers: found a list of 1, wanted one for each/, ["latency", "layers"], [0]],
      [/at latency\.layers\[0\]: found 7, wanted a table/, ["latency", "layers", 0], 7],
      [/damaged at machine: found nothing, wanted object/, ["machine"], undefined],
    ];
    for (const [message, where, value] of cases) {
      const damaged: unknown = JSON.parse(JSON.stringify(withValue(calibration, where, value)));
      expect(() => parseCalibration(damaged, "c.json"), String(message)).to.throw(EspalierError, message);
    }
    const bad = path.join(folder, "bad.json");
    const unwritable = withValue(calibration, ["latency", "head"], Number.NaN) as Calibration;
    expect((await rejection(writeCalibration(bad, unwritable))).message).to.match(
      /to be written is damaged at latency/,
    );
    expect(fs.existsSync(bad)).to.equal(false);
    for (const nothing of [null, 3, [], "{"])
      expect(() => parseCalibration(nothing)).to.throw(EspalierError, /no calib/);
    const file = path.join(folder, "half.json");
    fs.writeFileSync(file, JSON.stringify(calibration).slice(0, 500));
    expect(() => readCalibration(file)).to.throw(EspalierError, /not JSON/);
    expect(() => readCalibration(path.join(folder, "none.json"))).to.throw(EspalierError, /does not exist/);
  });

  it("is refused for another model's shape", () => {
    const { shape } = model.model;
    demandShape(calibration, shape, "same");
    expect(() => demandShape(calibration, { ...shape, hidden: 64 }, "other")).to.throw(
      EspalierError,
      /hidden 32 instead of 64, and does not fit other/,
    );
    const windows = shape.windows.map(() => null);
    expect(() => demandShape(calibration, { ...shape, windows }, "other")).to.throw(EspalierError, /attention windows/);
  });

  it("is a table and a figure", async () => {
    const text = renderCalibration(calibration);
    expect(text)
      .to.match(/One layer, layers 0/)
      .and.to.match(/window of \d+ tokens/)
      .and.to.match(/R² /);
    const specification = latencySpecification(calibration);
    const { points, fitted, proportional } = (specification as { datasets: LatencyData }).datasets;
    expect(points).to.have.length(calibration.layers.reduce((sum, { prefill }) => sum + prefill.length, 0));
    for (const { median, low, high, flops } of points) {
      expect(low).to.be.at.most(median);
      expect(high).to.be.at.least(median);
      expect(flops).to.be.above(0);
    }
    expect(fitted.length).to.be.above(points.length);
    const [from, to] = proportional;
    expect(from.ms / from.flops).to.be.closeTo(to.ms / to.flops, 1e-15);
    const svg = await renderSvg(specification);
    expect(svg).to.match(/^<svg/).and.to.include("FLOPs of the layer").and.to.include("Milliseconds");
    expect(await renderSvg(specification)).to.equal(svg);
  });
});
