import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { assert } from "chai";
import { openSafetensors, type TensorToWrite, writeSafetensors } from "../../src/checkpoint/index.js";
import { describeParity, parityCommand } from "../../src/cli/parity.js";
import { compareWithReference, loadModel, type VisionLanguageModel } from "../../src/models/index.js";
import { useBackend } from "../../src/tensor/index.js";
import { goldenModel } from "./goldenModels.js";

type Tensors = Record<string, { dtype: "F32" | "I64"; shape: number[]; data: Float32Array | Int32Array }>;

describe("parity", () => {
  let folder: string;
  let model: VisionLanguageModel;
  before(async () => {
    await useBackend();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "espalier-parity-"));
    ({ model } = await loadModel(goldenModel("grouped")));
  });
  after(() => {
    model.dispose();
    fs.rmSync(folder, { recursive: true });
  });

  /** A copy of the reference of "grouped" with its tensors changed. */
  function reference(change: (tensors: Tensors) => void): string {
    const file = openSafetensors(goldenModel("grouped", "reference.safetensors"));
    const tensors: Tensors = {};
    for (const name of file.names) {
      const { dtype, shape } = file.info(name);
      const data = dtype === "I64" ? file.readInt32(name) : file.readFloat32(name);
      tensors[name] = { dtype: dtype as "F32" | "I64", shape: [...shape], data };
    }
    file.close();
    change(tensors);
    const target = path.join(folder, `${Math.trunc(performance.now() * 1000)}.safetensors`);
    writeSafetensors(target, tensors as Record<string, TensorToWrite>);
    return target;
  }

  const hiddenAt = (tensors: Tensors, layer: number, sample: number, place: number): number => {
    const [, batch, length, width] = tensors["hidden_states"].shape;
    return ((layer * batch + sample) * length + place) * width;
  };

  it("finds the one number that differs, and only there", () => {
    const path = reference((tensors) => {
      tensors["hidden_states"].data[hiddenAt(tensors, 2, 1, 3)] += 1;
    });
    const { rows, passed } = compareWithReference(model, path);
    assert.isFalse(passed);
    assert.deepEqual(
      rows.filter((row) => !row.passed).map(({ name }) => name),
      ["layer 1"],
    );
    assert.approximately(rows[2].difference, 1, 1e-3);
    assert.approximately(rows[2].error, 1 / rows[2].magnitude, 1e-4);
    assert.match(
      describeParity({ ...compareWithReference(model, path) }),
      /layer 1 .* BEYOND\n[\s\S]*1 of 5 beyond tolerance\.$/,
    );
    assert.isTrue(compareWithReference(model, path, { layers: 1 }).passed);
  });

  it("leaves padding out, holds logits against an absolute bound, and lets no NaN pass", () => {
    const { rows, passed } = compareWithReference(
      model,
      reference((tensors) => {
        const { shape } = tensors["input_ids"];
        // The last sample is the shortest: its last places are padding.
        tensors["hidden_states"].data[hiddenAt(tensors, 1, 2, shape[1] - 1)] = 1e9;
        tensors["logits"].data[tensors["logits"].data.length - 1] = 1e9;
        tensors["logits"].data[0] += 0.002;
      }),
    );
    assert.isFalse(passed);
    assert.deepEqual(
      rows.filter((row) => !row.passed).map(({ name }) => name),
      ["logits"],
    );
    assert.approximately(rows[rows.length - 1].error, 0.002, 2e-4);
    const broken = compareWithReference(
      model,
      reference((tensors) => {
        tensors["hidden_states"].data[hiddenAt(tensors, 0, 0, 0)] = NaN;
      }),
    );
    assert.isFalse(broken.rows[0].passed);
    assert.isTrue(broken.rows[1].passed);
  });

  it("says what is wrong with a reference", () => {
    const refuse = (change: (tensors: Tensors) => void, wanted: RegExp) =>
      assert.throws(() => compareWithReference(model, reference(change)), wanted);
    refuse((t) => delete t["logits"], /no tensor "logits"/);
    refuse((t) => delete t["attention_mask"], /no tensor "attention_mask"/);
    refuse((t) => {
      const [layers, ...rest] = t["hidden_states"].shape;
      const size = t["hidden_states"].data.length / layers;
      t["hidden_states"] = { dtype: "F32", shape: [layers - 1, ...rest], data: t["hidden_states"].data.slice(size) };
    }, /"hidden_states" .* shape \[3,3,\d+,32\], \[4,3,\d+,32\] is wanted/);
    refuse((t) => (t["attention_mask"].data[0] = 0), /sample 0 .* zeros before ones; right-padded/);
    refuse((t) => t["attention_mask"].data.fill(0, 0, t["attention_mask"].shape[1]), /Sample 0 .* all padding/);
    refuse((t) => (t["input_ids"].data[0] = 48), /token id 48; the model's vocabulary ends at 47/);
    refuse((t) => (t["input_ids"].data[0] = -1), /token id -1/);
    refuse((t) => (t["input_ids"].data[0] = 3), /image tokens of sample 0 .* do not fit its pictures/);
    refuse((t) => (t["image_grid_thw"].data[1] = 7), /picture of \[1,7,10\] patches/);
    refuse((t) => (t["image_grid_thw"].data[1] = 0), /picture of \[1,0,10\] patches/);
    refuse((t) => {
      const { shape, data } = t["pixel_values"];
      t["pixel_values"] = { dtype: "F32", shape: [shape[0] - 1, shape[1]], data: data.slice(shape[1]) };
    }, /"pixel_values" .* \[136,patch width\] is wanted/);
    refuse((t) => (t["token_type_ids"] = { dtype: "I64", shape: [1], data: new Int32Array(1) }), /"token_type_ids"/);
  });

  describe("the command", () => {
    let printed: string[];
    const { log } = console;
    beforeEach(() => {
      printed = [];
      console.log = (line: string) => printed.push(line);
    });
    afterEach(() => {
      console.log = log;
      process.exitCode = undefined;
    });

    const run = (...args: string[]) =>
      parityCommand()
        .exitOverride()
        .configureOutput({ writeErr: () => undefined })
        .parseAsync(["--model", goldenModel("grouped"), ...args], { from: "user" });

    it("prints a line a layer and writes JSON", async () => {
      const json = path.join(folder, "report.json");
      await run("--reference", goldenModel("grouped", "reference.safetensors"), "--json", json);
      console.log = log;
      assert.isUndefined(process.exitCode);
      assert.match(
        printed.join("\n"),
        /3 samples, 69 tokens, 3 pictures\n[\s\S]*layer 2 \+ norm .* ok\n[\s\S]*Within tolerance\.$/,
      );
      const report = JSON.parse(fs.readFileSync(json, "utf8")) as { rows: unknown[]; passed: boolean };
      assert.isTrue(report.passed);
      assert.lengthOf(report.rows, 5);
    });

    it("exits with 1 beyond tolerance, and refuses a tolerance that is none", async () => {
      await run("--reference", goldenModel("grouped", "reference.safetensors"), "--tolerance", "1e-12");
      console.log = log;
      assert.equal(process.exitCode, 1);
      let message = "";
      await run("--reference", "x", "--tolerance", "small").catch((error: Error) => (message = error.message));
      assert.match(message, /A number ≥ 0 is wanted/);
    });
  });
});
