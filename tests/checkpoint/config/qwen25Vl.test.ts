import { assert } from "chai";
import type { QwenDecoderConfig } from "../../../src/checkpoint/index.js";
import { changed, type Json, refuse, text, vision } from "./cases.js";

describe("config of Qwen2.5-VL", () => {
  it("reads rope_parameters, and a head that is tied at the top level only", () => {
    const config = changed("nested", (json) => {
      delete text(json)["rope_scaling"];
      delete text(json)["rope_theta"];
      delete text(json)["tie_word_embeddings"];
      text(json)["rope_parameters"] = { rope_type: "default", rope_theta: 5000, mrope_section: [2, 3, 3] };
      json["tie_word_embeddings"] = true;
    });
    const decoder = config.decoder as QwenDecoderConfig;
    assert.equal(decoder.ropeTheta, 5000);
    assert.isTrue(decoder.tiedHead);
  });

  it("says what is wrong", () => {
    const hub = (change: (json: Json) => void, wanted: RegExp) => refuse("hub", change, wanted);
    const nested = (change: (json: Json) => void, wanted: RegExp) => refuse("nested", change, wanted);
    hub((json) => (json["hidden_size"] = -5), /hidden_size is -5; /);
    hub((json) => (json["num_hidden_layers"] = 1e9), /num_hidden_layers is 1000000000; /);
    nested((json) => (text(json)["hidden_size"] = "64"), /text_config\.hidden_size is "64"; expected number/);
    nested((json) => (json["text_config"] = []), /text_config/);
    hub(
      (json) => (json["num_attention_heads"] = 15),
      /hidden_size is 2048, which num_attention_heads \(15\) does not divide/,
    );
    hub((json) => (json["num_key_value_heads"] = 3), /num_attention_heads is 16, which num_key_value_heads/);
    hub((json) => (json["head_dim"] = 64), /head_dim is 64/);
    hub((json) => (json["rope_scaling"] = { type: "yarn" }), /rotary scaling "yarn" is not supported/);
    hub((json) => (json["rope_scaling"] = null), /no mrope_section; three numbers with the sum 64/);
    hub((json) => (json["rope_scaling"] = { mrope_section: [1, 2, 3] }), /mrope_section is \[1,2,3\]/);
    hub((json) => (json["hidden_act"] = "gelu"), /hidden_act is "gelu"/);
    hub((json) => (json["layer_types"] = ["full_attention"]), /layer_types has 1 entries, num_hidden_layers is 36/);
    hub((json) => (json["layer_types"] = Array(36).fill("sliding_attention")), /makes layer 0 sliding, but/);
    hub((json) => (vision(json)["out_hidden_size"] = 99), /out_hidden_size is 99, the decoder's hidden_size is 2048/);
    hub((json) => (vision(json)["num_heads"] = 7), /vision_config\.hidden_size is 1280/);
    hub((json) => (json["vision_config"] = 3), /vision_config/);
  });
});
