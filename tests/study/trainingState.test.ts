import fs from "node:fs";
import path from "node:path";
import { assert, expect } from "chai";
import { EspalierError } from "../../src/errors.js";
import type { SearchState } from "../../src/search/index.js";
import { loadTraining, saveTraining } from "../../src/study/trainingState.js";
import { temporaryFolder } from "./tiny.js";

describe("study/trainingState", () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = temporaryFolder();
    file = path.join(folder, "state.safetensors");
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  const weights = () =>
    new Map([
      ["a.weight", Float32Array.of(1.5, -0, 1e-40)],
      ["b", new Float32Array(0)],
    ]);
  const state: SearchState = {
    step: 12,
    layerForwards: 3_000_000_000,
    random: [1, -2, 3, 4],
    order: [2, 0, 1],
    lagrangian: { buckets: [{ multiplier: 0.1, penalty: 10, violation: Number.POSITIVE_INFINITY }], calm: 1 },
    optimizer: { step: 7, moments: new Map([["b", { first: Float32Array.of(1), second: Float32Array.of(2) }]]) },
    variables: weights(),
    snapshots: [weights(), weights()],
    choice: [1, 0],
  };
  const saved = {
    settings: { kernel: "multiStep", epochs: 3 },
    state,
    epochs: [{ divergence: 0.25, violation: 1 / 3 }],
    converged: false,
    seconds: 1.25,
    teacherLayerForwards: 64,
  };

  it("gives back what was saved, to the last bit", () => {
    expect(loadTraining(file)).to.equal(null);
    saveTraining(file, saved);
    expect(loadTraining(file)).to.deep.include(saved);
    expect(Object.is(loadTraining(file)!.state.variables.get("a.weight")![1], -0)).to.equal(true);
  });

  it("names a damaged file, and the way out", () => {
    saveTraining(file, saved);
    const bytes = fs.readFileSync(file);
    fs.writeFileSync(
      file,
      Buffer.from(bytes.toString("latin1").replace('\\"version\\":1', '\\"version\\":2'), "latin1"),
    );
    assert.throws(() => loadTraining(file), EspalierError, /damaged or of another version\. Delete it/);
    fs.writeFileSync(file, bytes.subarray(0, bytes.length - 3));
    assert.throws(() => loadTraining(file), EspalierError, /state\.safetensors/);
  });
});
