import { expect } from "chai";
import { costModel } from "../../src/cost/index.js";
import { EspalierError } from "../../src/errors.js";
import { certificate, evaluateCounts, type PreparedSamples, prepareSamples } from "../../src/evaluation/index.js";
import type { VisionLanguageModel } from "../../src/models/index.js";
import { selector } from "../../src/selectors/index.js";
import { useBackend } from "../../src/tensor/index.js";
import { syntheticModel, syntheticSamples } from "../bench/syntheticModel.js";

describe("evaluation/certificate", () => {
  let model: VisionLanguageModel;
  let prepared: PreparedSamples;

  before(async () => {
    await useBackend();
    model = syntheticModel();
    prepared = await prepareSamples(model, selector("fastv"), syntheticSamples(3));
  });
  after(() => {
    prepared.dispose();
    model.dispose();
  });

  it("is the difference of two executed runs, over the difference of their costs", async () => {
    const { layers } = model.shape;
    const counts = prepared.samples.map(() => Array.from({ length: layers }, (_, i) => 64 - 6 * i));
    const cost = costModel("exact", model.shape);
    const { changes, divergence } = await certificate(prepared, counts, cost, { tokens: 2 });
    expect(changes).to.have.length(2 * (layers - 1));
    const third = counts.map((row) => row.map((count, i) => (i === 3 ? count + 2 : count)));
    const moved = await evaluateCounts(prepared, third);
    const change = changes.find(({ layer, tokens }) => layer === 3 && tokens === 2)!;
    expect(change.samples).to.equal(3);
    change.divergence.forEach((d, s) => {
      expect(d).to.be.closeTo(moved.divergence[s] - divergence[s], 1e-6);
    });
    for (const { tokens, cost: steps } of changes)
      for (const step of steps) expect(Math.sign(step)).to.equal(Math.sign(tokens));
  });

  it("leaves out changes that are no schedule", async () => {
    const { layers } = model.shape;
    const counts = prepared.samples.map(() => Array.from({ length: layers }, (_, i) => (i < 4 ? 64 : 10)));
    const { changes } = await certificate(prepared, counts, costModel("exact", model.shape));
    const legal = changes.filter(({ samples }) => samples > 0).map(({ layer, tokens }) => `${layer}:${tokens}`);
    // A cut may move where it falls: the last full layer loses, the first cut one gains, and the last one may lose.
    expect(legal).to.deep.equal(["3:-1", "4:1", `${layers - 1}:-1`]);
    expect(changes.find(({ layer, tokens }) => layer === 1 && tokens === 1)?.price).to.equal(null);
  });

  it("refuses a change of no tokens", async () => {
    const counts = prepared.samples.map(() => new Array<number>(model.shape.layers).fill(64));
    let error: unknown;
    await certificate(prepared, counts, costModel("exact", model.shape), { tokens: 0 }).catch((e) => {
      error = e;
    });
    expect(error).to.be.instanceOf(EspalierError);
  });
});
