import { assert } from "chai";
import type { Gemma3Config } from "../../../src/checkpoint/index.js";
import { changed, type Json, refuse, text, vision } from "./cases.js";

describe("config of Gemma 3", () => {
  it("reads the newer names of fields", () => {
    const { decoder, tokens } = changed("gemma3_hub", (json) => {
      for (const name of ["image", "boi", "eoi"]) delete json[`${name}_token_index`];
      Object.assign(json, { image_token_id: 5, boi_token_id: 6, eoi_token_id: 7 });
      delete text(json)["rope_scaling"];
      text(json)["rope_parameters"] = {
        full_attention: { rope_type: "linear", factor: 4, rope_theta: 900 },
        sliding_attention: { rope_type: "default", rope_theta: 80 },
      };
    }) as Gemma3Config;
    assert.deepInclude(tokens, { image: 5, imageStart: 6, imageEnd: 7 });
    assert.deepEqual(decoder.globalRope, { theta: 900, factor: 4 });
    assert.deepEqual(decoder.localRope, { theta: 80 });
  });

  it("says what is wrong", () => {
    const hub = (change: (json: Json) => void, wanted: RegExp) => refuse("gemma3_hub", change, wanted);
    hub((json) => (json["mm_tokens_per_image"] = 255), /mm_tokens_per_image is 255; a square number is wanted/);
    hub((json) => (json["mm_tokens_per_image"] = 225), /patches along a picture's side is 64, which .* \(15\)/);
    hub((json) => (json["boi_token_id"] = 5), /boi_token_id is 5 and boi_token_index, its older name, is 255999/);
    hub(
      (json) => (text(json)["model_type"] = "gemma2"),
      /text_config\.model_type is "gemma2"; Gemma 3 .*"gemma3_text"/,
    );
    hub((json) => (vision(json)["model_type"] = "clip_vision_model"), /"clip_vision_model"; Gemma 3 is supported with/);
    hub((json) => (text(json)["final_logit_softcapping"] = 30), /final_logit_softcapping is 30; only null/);
    hub((json) => (text(json)["attn_logit_softcapping"] = 50), /attn_logit_softcapping is 50; only null/);
    hub((json) => (text(json)["hidden_activation"] = "gelu"), /hidden_activation is "gelu"/);
    hub((json) => (text(json)["attention_bias"] = true), /text_config\.attention_bias is true/);
    hub((json) => (text(json)["use_bidirectional_attention"] = true), /use_bidirectional_attention is true/);
    hub(
      (json) => (text(json)["rope_scaling"] = { rope_type: "yarn", factor: 2 }),
      /rotary scaling "yarn" is not .*"linear"/,
    );
    hub((json) => (text(json)["rope_scaling"] = { rope_type: "linear" }), /"linear" without a factor/);
    hub(
      (json) => (text(json)["rope_parameters"] = { sliding_attention: { rope_type: "linear", factor: 8 } }),
      /sliding layers: the rotary scaling "linear"/,
    );
    hub(
      (json) => (text(json)["layer_types"] = ["full_attention"]),
      /layer_types has 1 entries, num_hidden_layers is 34/,
    );
    hub((json) => (text(json)["layer_types"] = Array(34).fill("chunked")), /text_config\.layer_types\.0 is "chunked"/);
    hub((json) => (text(json)["sliding_window"] = null), /makes layer 0 sliding, but sliding_window is null; set it/);
    hub((json) => (text(json)["num_key_value_heads"] = 3), /num_attention_heads is 8, which num_key_value_heads \(3\)/);
    hub((json) => (text(json)["head_dim"] = 33), /a head has 33 values/);
    hub((json) => (vision(json)["image_size"] = 897), /image_size is 897, which vision_config\.patch_size \(14\)/);
    hub((json) => (vision(json)["hidden_act"] = "gelu"), /vision_config\.hidden_act is "gelu"/);
  });
});
