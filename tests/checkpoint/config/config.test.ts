import fs from "node:fs";
import path from "node:path";
import { assert } from "chai";
import fc from "fast-check";
import { parseConfig, readConfig, SUPPORTED_ARCHITECTURES } from "../../../src/checkpoint/index.js";
import { expectSentence, golden, goldenJson, scratchFolder } from "../support.js";
import { cases, type Json, refuse, source } from "./cases.js";

describe("config", () => {
  const folder = scratchFolder();

  for (const { name, source, expected } of cases) {
    it(`reads the ${name} layout as transformers does`, () => {
      assert.deepEqual(parseConfig(source, {}, "config.json"), expected);
    });
  }

  it("adds the end tokens of generation_config.json", () => {
    const config = readConfig(golden("qwen"));
    const generation = goldenJson<{ eos_token_id: number[] }>("qwen/generation_config.json");
    assert.deepEqual(config.tokens.eos, generation.eos_token_id);
    const eos = (name: string, ids: unknown) => parseConfig(source(name), { eos_token_id: ids }, "c").tokens.eos;
    assert.deepEqual(eos("hub", [151645, 151643]), [151645, 151643]);
    assert.deepEqual(eos("llava_hub", 2), [2]);
    assert.deepEqual(eos("gemma3_hub", [1, 106, 107]), [1, 106, 107]);
    expectSentence(() => eos("gemma3_hub", "x"), /generation_config\.json beside c: eos_token_id is "x"/);
  });

  it("names what it does not support", () => {
    refuse(
      "hub",
      (json) => delete json["model_type"],
      /dir\/config\.json has no model_type; supported: qwen2_5_vl, llava, gemma3\./,
    );
    const type = (value: unknown, wanted: RegExp) => refuse("hub", (json) => (json["model_type"] = value), wanted);
    type("llama", /unknown architecture "llama"; supported/);
    type("constructor", /unknown architecture/);
    type(["qwen2_5_vl"], /unknown architecture/);
    type("llava_next", /config\.json is of LLaVA-NeXT; .*LLaVA-1\.5 \(llava\) is supported/);
    type("llava_onevision", /LLaVA-OneVision; .*LLaVA-1\.5 \(llava\) is supported/);
    type("qwen2_vl", /Qwen2-VL; .*Qwen2\.5-VL \(qwen2_5_vl\) is supported/);
    type("gemma3_text", /Gemma 3 without a vision tower; .*\(gemma3\).* are supported/);
    type("gemma3n", /Gemma 3n; .*Gemma 3 with pictures \(gemma3\) is supported/);
    assert.deepEqual([...SUPPORTED_ARCHITECTURES], ["qwen2_5_vl", "llava", "gemma3"]);
  });

  it("says which file is not one", () => {
    fs.writeFileSync(path.join(folder, "config.json"), "[1]");
    expectSentence(() => readConfig(folder), /should hold a JSON object/);
    expectSentence(() => readConfig(path.join(folder, "none")), /config\.json: it does not exist/);
  });

  it("survives any change of a valid file", () => {
    const keys = [
      ...new Set(
        cases.flatMap(({ source }) => [source, source["text_config"], source["vision_config"]].flatMap(keysOf)),
      ),
    ];
    const value = fc.oneof(fc.jsonValue(), fc.integer(), fc.constantFrom(0, 1e308, -1, 0.5, 2 ** 53, null));
    fc.assert(
      fc.property(
        fc.constantFrom(...cases.map(({ name }) => name)),
        fc.constantFrom("", "text_config", "vision_config"),
        fc.constantFrom(...keys),
        value,
        (name, part, key, replacement) => {
          const json = source(name);
          const target = part === "" ? json : json[part];
          if (typeof target === "object" && target !== null) (target as Json)[key] = replacement;
          try {
            const config = parseConfig(json, json, "c");
            assert.equal(config.decoder.attentionWindows.length, config.decoder.layers);
          } catch (error) {
            assert.equal((error as Error).name, "EspalierError", String(error));
          }
        },
      ),
      { numRuns: 2000, seed: 5 },
    );
  });
});

function keysOf(part: unknown): string[] {
  return typeof part === "object" && part !== null ? Object.keys(part) : [];
}
