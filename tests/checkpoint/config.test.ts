import fs from "node:fs";
import path from "node:path";
import { assert } from "chai";
import fc from "fast-check";
import { type ModelConfig, parseConfig, readConfig } from "../../src/checkpoint/index.js";
import { expectSentence, golden, goldenJson, scratchFolder } from "./support.js";

type Json = Record<string, unknown>;
const cases = goldenJson<{ name: string; source: Json; expected: ModelConfig }[]>("configs.json");
const source = (name: string) => structuredClone(cases.find((one) => one.name === name)!.source);

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
    assert.deepEqual(parseConfig(source("hub"), { eos_token_id: [151645, 151643] }, "c").tokens.eos, [151645, 151643]);
  });

  it("reads rope_parameters, and a head that is tied at the top level only", () => {
    const json = source("nested");
    const text = json["text_config"] as Json;
    delete text["rope_scaling"];
    delete text["rope_theta"];
    delete text["tie_word_embeddings"];
    text["rope_parameters"] = { rope_type: "default", rope_theta: 5000, mrope_section: [2, 3, 3] };
    json["tie_word_embeddings"] = true;
    const { decoder } = parseConfig(json, {}, "c");
    assert.equal(decoder.ropeTheta, 5000);
    assert.isTrue(decoder.tiedHead);
  });

  it("says what is wrong", () => {
    const refuse = (change: (json: Json) => void, wanted: RegExp, name = "hub") => {
      const json = source(name);
      change(json);
      expectSentence(() => parseConfig(json, {}, "dir/config.json"), wanted);
    };
    const text = (json: Json) => json["text_config"] as Json;
    const vision = (json: Json) => json["vision_config"] as Json;
    refuse((json) => delete json["model_type"], /dir\/config\.json has no model_type; supported: qwen2_5_vl/);
    refuse((json) => (json["model_type"] = "llama"), /unknown architecture "llama"; supported/);
    refuse((json) => (json["model_type"] = "constructor"), /unknown architecture/);
    refuse((json) => (json["hidden_size"] = -5), /hidden_size is -5; /);
    refuse((json) => (json["num_hidden_layers"] = 1e9), /num_hidden_layers is 1000000000; /);
    refuse((json) => (text(json)["hidden_size"] = "64"), /text_config\.hidden_size is "64"; expected number/, "nested");
    refuse((json) => (json["text_config"] = []), /text_config/, "nested");
    refuse(
      (json) => (json["num_attention_heads"] = 15),
      /hidden_size is 2048, which num_attention_heads \(15\) does not divide/,
    );
    refuse((json) => (json["num_key_value_heads"] = 3), /num_attention_heads is 16, which num_key_value_heads/);
    refuse((json) => (json["head_dim"] = 64), /head_dim is 64/);
    refuse((json) => (json["rope_scaling"] = { type: "yarn" }), /rotary scaling "yarn" is not supported/);
    refuse((json) => (json["rope_scaling"] = null), /no mrope_section; three numbers with the sum 64/);
    refuse((json) => (json["rope_scaling"] = { mrope_section: [1, 2, 3] }), /mrope_section is \[1,2,3\]/);
    refuse((json) => (json["hidden_act"] = "gelu"), /hidden_act is "gelu"/);
    refuse((json) => (json["layer_types"] = ["full_attention"]), /layer_types has 1 entries, num_hidden_layers is 36/);
    refuse((json) => (json["layer_types"] = Array(36).fill("sliding_attention")), /makes layer 0 sliding, but/);
    refuse(
      (json) => (vision(json)["out_hidden_size"] = 99),
      /out_hidden_size is 99, the decoder's hidden_size is 2048/,
    );
    refuse((json) => (vision(json)["num_heads"] = 7), /vision_config\.hidden_size is 1280/);
    refuse((json) => (json["vision_config"] = 3), /vision_config/);
    fs.writeFileSync(path.join(folder, "config.json"), "[1]");
    expectSentence(() => readConfig(folder), /should hold a JSON object/);
    expectSentence(() => readConfig(path.join(folder, "none")), /config\.json: it does not exist/);
  });

  it("survives any change of a valid file", () => {
    const names = ["hub", "nested", "sliding"];
    const keys = [
      ...new Set(
        cases.flatMap((one) => [
          ...Object.keys(one.source),
          ...Object.keys((one.source["text_config"] as Json) ?? {}),
          ...Object.keys(one.source["vision_config"] as Json),
        ]),
      ),
    ];
    const value = fc.oneof(fc.jsonValue(), fc.integer(), fc.constantFrom(0, 1e308, -1, 0.5, 2 ** 53, null));
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
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
      { numRuns: 1000, seed: 5 },
    );
  });
});
