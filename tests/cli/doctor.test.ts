import fs from "node:fs";
import path from "node:path";
import { assert } from "chai";
import type { ModelReport } from "../../src/cli/doctorModel.js";
import { buildModel } from "../../src/models/index.js";
import { type RealShape, randomHalves, realConfig, realConfigFile } from "../bench/realShapes.js";
import { scratchFolder } from "../checkpoint/support.js";
import { goldenModel } from "../models/goldenModels.js";
import { inProcess } from "./cli.js";

describe("cli/doctor --model", function () {
  this.timeout(60_000);
  const folder = scratchFolder();
  let count = 0;

  /** A checkpoint of real size: config.json, and a header in front of a hole in the file where the weights would be. */
  function hollow(name: RealShape, change: Record<string, unknown> = {}): string {
    const directory = path.join(folder, String(count++));
    fs.mkdirSync(directory);
    fs.writeFileSync(path.join(directory, "config.json"), JSON.stringify({ ...realConfigFile(name), ...change }));
    const config = realConfig(name);
    const { plan } = buildModel(config, randomHalves(config.architecture), { residency: "planned" }).parameters;
    const entries: Record<string, unknown> = {};
    let end = 0;
    for (const { name, shape, parameters } of plan) {
      entries[name] = { dtype: "BF16", shape, data_offsets: [end, end + 2 * parameters] };
      end += 2 * parameters;
    }
    const json = Buffer.from(JSON.stringify(entries));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    const file = path.join(directory, "model.safetensors");
    fs.writeFileSync(file, Buffer.concat([length, json]));
    fs.truncateSync(file, 8 + json.length + end);
    return directory;
  }

  const examine = async (...args: string[]) => {
    const { code, output, errors } = await inProcess("doctor", "--json", "--model", ...args);
    assert.equal(errors, "");
    return { code, report: JSON.parse(output) as ModelReport };
  };

  // Published numbers of parameters, in billions; LLaVA without the tower's last block and its norm, which nobody needs.
  const billions: Record<RealShape, number> = {
    "qwen2.5-vl-3b": 3.75,
    "qwen2.5-vl-7b": 8.29,
    "llava-1.5-7b": 7.05,
    "gemma-3-4b": 4.3,
  };

  for (const name of Object.keys(billions) as RealShape[]) {
    it(`tells of ${name} by its headers whether it fits, and exits with 1 where it does not`, async () => {
      const directory = hollow(name);
      for (const weights of ["float32", "stored"] as const) {
        const { code, report } = await examine(directory, "--tokens", "4096", "--weights", weights);
        const { estimate, prefill, search, available } = report;
        assert.closeTo(estimate.parameters / 1e9, billions[name], 0.01);
        assert.equal(report.bytesOnDisk, 2 * estimate.parameters);
        assert.equal(estimate.weights.float32, 4 * estimate.parameters);
        assert.closeTo(estimate.weights.stored / (2 * estimate.parameters), 1, 0.002);
        assert.equal(estimate.tokens, 4096);
        assert.equal(report.residency, weights);
        assert.isAbove(prefill.peak, estimate.weights[weights]);
        assert.isAbove(search.peak, estimate.weights[weights] + estimate.tape);
        assert.equal(prefill.fits, prefill.peak <= available);
        assert.equal(code, prefill.fits ? 0 : 1);
      }
    });
  }

  it("takes more memory for more tokens", async () => {
    const directory = hollow("gemma-3-4b");
    const [few, many] = [await examine(directory, "--tokens", "500"), await examine(directory, "--tokens", "5000")];
    assert.isAbove(many.report.prefill.peak, few.report.prefill.peak);
    assert.isAbove(many.report.search.peak, few.report.search.peak);
  });

  it("prints it for people", async () => {
    const { code, output } = await inProcess("doctor", "--model", goldenModel("llava"));
    assert.equal(code, 0);
    assert.match(output, /^model +llava, \d+ layers of width \d+, /);
    assert.match(output, /^weights +\d+ MB in float32, \d+ MB as stored, /m);
    assert.match(output, /^held +float32: /m);
    assert.match(output, /^prefill +\d+ MB at the peak: fits$/m);
  });

  const refused = async (sentence: RegExp, ...args: string[]) => {
    const { code, output, errors } = await inProcess("doctor", ...args);
    assert.notEqual(code, 0);
    assert.equal(output, "");
    assert.match(errors, sentence);
    assert.lengthOf(errors.trimEnd().split("\n"), 1);
  };

  it("says in one sentence that configuration and tensors disagree, or that a variant is not supported", async () => {
    await refused(
      /tensor "?.*mlp.* has shape \[18944,3584\], config\.json implies \[18000,3584\]/i,
      ...["--model", hollow("qwen2.5-vl-7b", { intermediate_size: 18000 })],
    );
    await refused(/has no tensor ".*layers\.28\./, "--model", hollow("qwen2.5-vl-7b", { num_hidden_layers: 29 }));
    await refused(/Qwen2-VL; .* is supported/, "--model", hollow("qwen2.5-vl-3b", { model_type: "qwen2_vl" }));
    await refused(/does not exist/, "--model", path.join(folder, "nowhere"));
    await refused(/give --model too/, "--tokens", "100");
  });
});
