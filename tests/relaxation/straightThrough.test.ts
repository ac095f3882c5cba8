/** The straight-through gradient against a dense masked graph in PyTorch (tests/golden/relaxation/make_straight_through.py). */
import path from "node:path";
import { assert } from "chai";
import { openSafetensors } from "../../src/checkpoint/index.js";
import { type PreparedSamples, prepareSamples } from "../../src/evaluation/index.js";
import { type LoadedModel, loadModel } from "../../src/models/index.js";
import { relaxedRun } from "../../src/relaxation/index.js";
import { SELECTORS } from "../../src/selectors/index.js";
import { readSamples } from "../../src/tasks/index.js";

const GOLDEN = path.join(import.meta.dirname, "..", "..", "..", "tests", "golden", "relaxation");

interface Schedule {
  /** [S][L] */
  readonly shares: number[][];
  readonly divergence: number[];
  readonly gradient: number[][];
}

function readGolden(file: string): Schedule[] {
  const golden = openSafetensors(file);
  const [schedules, samples, layers] = golden.info("shares").shape;
  const [shares, divergence, gradient] = ["shares", "divergence", "gradient"].map((name) => golden.readFloat32(name));
  golden.close();
  const rows = (values: Float32Array, r: number) =>
    Array.from({ length: samples }, (_, s) => [
      ...values.slice((r * samples + s) * layers, (r * samples + s + 1) * layers),
    ]);
  return Array.from({ length: schedules }, (_, r) => ({
    shares: rows(shares, r),
    divergence: [...divergence.slice(r * samples, (r + 1) * samples)],
    gradient: rows(gradient, r),
  }));
}

describe("straight-through gradient", () => {
  let loaded: LoadedModel;
  let prepared: PreparedSamples;
  let schedules: Schedule[];
  before(async () => {
    loaded = await loadModel(path.join(GOLDEN, "checkpoint"));
    const file = path.join(GOLDEN, "straightThrough.safetensors");
    const samples = readSamples(file).map((sample) => ({ ...sample, task: "golden" }));
    prepared = await prepareSamples(loaded.model, SELECTORS["fastv"](), samples);
    schedules = readGolden(file);
  });
  after(() => {
    prepared.dispose();
    loaded.model.dispose();
  });

  it("equals PyTorch's", async () => {
    assert.isAtLeast(schedules.length, 4);
    for (const [r, { shares, divergence, gradient }] of schedules.entries()) {
      const found = await relaxedRun(prepared, prepared.samples, shares, { estimator: "straightThrough" });
      prepared.samples.forEach((_, s) => {
        const label = `schedule ${r}, sample ${s}`;
        assert.closeTo(found.divergence[s], divergence[s], 1e-5 + 1e-4 * divergence[s], label);
        const scale = Math.max(...gradient[s].map(Math.abs), 1e-3);
        gradient[s].forEach((wanted, i) => {
          assert.isBelow(
            Math.abs(found.gradient[s][i] - wanted) / scale,
            1e-3,
            `${label}, layer ${i}: ${found.gradient[s][i]} for ${wanted}`,
          );
        });
      });
    }
  });

  it("is not what the marginal estimator gives", async () => {
    const { shares, gradient } = schedules[0];
    const found = await relaxedRun(prepared, prepared.samples, shares, { estimator: "marginal" });
    const apart = found.gradient[0].some(
      (value, i) => Math.abs(value - gradient[0][i]) > 0.05 * Math.abs(gradient[0][i]),
    );
    assert.isTrue(apart);
  });
});
