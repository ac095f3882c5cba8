import { assert } from "chai";
import type { LlavaConfig } from "../../../src/checkpoint/index.js";
import { changed, type Json, refuse, text, vision } from "./cases.js";

describe("config of LLaVA", () => {
  it("reads the newer names of fields", () => {
    const config = changed("llava_whole", (json) => {
      delete json["image_token_index"];
      json["image_token_id"] = 401;
      delete text(json)["rope_theta"];
      text(json)["rope_parameters"] = { rope_type: "default", rope_theta: 700 };
    }) as LlavaConfig;
    assert.equal(config.tokens.image, 401);
    assert.equal(config.decoder.ropeTheta, 700);
  });

  it("counts the blocks that run", () => {
    const blocks = (layer: number) =>
      (changed("llava_hub", (json) => (json["vision_feature_layer"] = layer)) as LlavaConfig).vision.featureLayer;
    assert.deepEqual([-2, -1, -25, 0, 24, 7].map(blocks), [23, 24, 0, 0, 24, 7]);
  });

  it("says what is wrong", () => {
    const hub = (change: (json: Json) => void, wanted: RegExp) => refuse("llava_hub", change, wanted);
    hub(
      (json) => (json["vision_feature_layer"] = -26),
      /vision_feature_layer is -26, but the tower has 24 layers; .*-25/,
    );
    hub((json) => (json["vision_feature_layer"] = 25), /vision_feature_layer is 25, but/);
    hub((json) => (json["vision_feature_layer"] = [-2, -5]), /vision_feature_layer is \[-2,-5\]; .*one number is/);
    hub((json) => (json["vision_feature_select_strategy"] = "full"), /select_strategy is "full".*only "default"/);
    hub((json) => (json["projector_hidden_act"] = "relu"), /projector_hidden_act is "relu"/);
    hub((json) => (json["image_token_index"] = 32064), /image token is 32064, but text_config\.vocab_size is 32064/);
    hub((json) => (json["image_token_id"] = 5), /image_token_id is 5 and image_token_index, its older name, is 32000/);
    hub((json) => (text(json)["model_type"] = "mistral"), /text_config\.model_type is "mistral"; LLaVA .*"llama" only/);
    hub((json) => (vision(json)["model_type"] = "siglip_vision_model"), /"siglip_vision_model"; LLaVA .*"clip_vision_/);
    hub((json) => (text(json)["rope_scaling"] = { type: "linear", factor: 2 }), /rotary scaling "linear" is not supp/);
    hub((json) => (text(json)["attention_bias"] = true), /text_config\.attention_bias is true/);
    hub((json) => (text(json)["mlp_bias"] = true), /text_config\.mlp_bias is true/);
    hub((json) => (text(json)["hidden_act"] = "gelu"), /text_config\.hidden_act is "gelu"/);
    hub((json) => (text(json)["num_attention_heads"] = 33), /hidden_size is 4096, which num_attention_heads \(33\)/);
    hub(
      (json) => (text(json)["num_key_value_heads"] = 5),
      /num_attention_heads is 32, which num_key_value_heads \(5\)/,
    );
    hub((json) => (text(json)["head_dim"] = 127), /a head has 127 values; .*even/);
    hub((json) => (vision(json)["patch_size"] = 15), /image_size is 336, which vision_config\.patch_size \(15\)/);
    hub((json) => (vision(json)["num_attention_heads"] = 15), /vision_config\.hidden_size is 1024, which/);
    hub((json) => (vision(json)["hidden_act"] = "gelu"), /vision_config\.hidden_act is "gelu"/);
    hub((json) => (vision(json)["num_channels"] = 4), /vision_config\.num_channels is 4/);
    hub((json) => {
      delete json["text_config"];
      json["mm_vision_tower"] = "openai/clip-vit-large-patch14-336";
    }, /layout of the original LLaVA code .*converted/);
  });
});
