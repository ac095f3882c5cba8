"""Goldens for config.json of every architecture, as transformers' configuration classes read it."""
import json
from transformers import Gemma3Config, LlavaConfig, Qwen2_5_VLConfig
from golden_tools import write_json

SMALL_TEXT = dict(hidden_size=64, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2, intermediate_size=96, vocab_size=700, max_position_embeddings=4096,
                  rope_scaling={"type": "mrope", "mrope_section": [2, 3, 3]}, rms_norm_eps=1e-6)
SMALL_VISION = dict(depth=2, hidden_size=32, num_heads=2, intermediate_size=40, out_hidden_size=64, fullatt_block_indexes=[1], window_size=112, patch_size=14, tokens_per_second=2)


def qwen():
    hub = {  # the fields of the hub's flat files
        "architectures": ["Qwen2_5_VLForConditionalGeneration"], "attention_dropout": 0.0, "bos_token_id": 151643, "eos_token_id": 151645,
        "vision_start_token_id": 151652, "vision_end_token_id": 151653, "vision_token_id": 151654, "image_token_id": 151655, "video_token_id": 151656,
        "hidden_act": "silu", "hidden_size": 2048, "initializer_range": 0.02, "intermediate_size": 11008, "max_position_embeddings": 128000, "max_window_layers": 70,
        "model_type": "qwen2_5_vl", "num_attention_heads": 16, "num_hidden_layers": 36, "num_key_value_heads": 2, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0,
        "sliding_window": 32768, "tie_word_embeddings": True, "torch_dtype": "bfloat16", "use_cache": True, "use_sliding_window": False,
        "vision_config": {"depth": 32, "hidden_act": "silu", "hidden_size": 1280, "intermediate_size": 3420, "num_heads": 16, "in_chans": 3, "out_hidden_size": 2048,
                          "patch_size": 14, "spatial_merge_size": 2, "spatial_patch_size": 14, "window_size": 112, "fullatt_block_indexes": [7, 15, 23, 31],
                          "tokens_per_second": 2, "temporal_patch_size": 2},
        "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]}, "vocab_size": 151936}
    shortened = {**hub, "vision_config": {"hidden_size": 1280, "in_chans": 3, "model_type": "qwen2_5_vl", "out_hidden_size": 2048, "tokens_per_second": 2}}
    nested = Qwen2_5_VLConfig(text_config=dict(SMALL_TEXT, tie_word_embeddings=False), vision_config=SMALL_VISION, image_token_id=690).to_dict()
    tied = json.loads(Qwen2_5_VLConfig(text_config=dict(SMALL_TEXT, tie_word_embeddings=True, eos_token_id=[5, 6], pad_token_id=1), vision_config=SMALL_VISION).to_json_string())
    sliding = Qwen2_5_VLConfig(text_config=dict(SMALL_TEXT, use_sliding_window=True, sliding_window=33, max_window_layers=1), vision_config=SMALL_VISION).to_dict()
    flat_sliding = {**hub, "use_sliding_window": True}
    cases = []
    for name, source in dict(hub=hub, shortened=shortened, nested=nested, tied=tied, sliding=sliding, flat_sliding=flat_sliding).items():
        c = Qwen2_5_VLConfig(**json.loads(json.dumps(source)))
        t, v = c.text_config, c.vision_config
        eos = t.eos_token_id if t.eos_token_id is not None else c.eos_token_id
        expected = {
            "architecture": "qwen2_5_vl",
            "decoder": {"vocabSize": t.vocab_size, "hiddenSize": t.hidden_size, "intermediateSize": t.intermediate_size, "layers": t.num_hidden_layers,
                        "heads": t.num_attention_heads, "kvHeads": t.num_key_value_heads, "headDim": t.hidden_size // t.num_attention_heads, "rmsNormEps": t.rms_norm_eps,
                        "ropeTheta": t.rope_theta, "mropeSection": t.rope_scaling["mrope_section"], "tiedHead": c.tie_word_embeddings,
                        "attentionWindows": [t.sliding_window if k == "sliding_attention" else None for k in t.layer_types], "maxPositions": t.max_position_embeddings},
            "vision": {"depth": v.depth, "hiddenSize": v.hidden_size, "heads": v.num_heads, "intermediateSize": v.intermediate_size, "patchSize": v.patch_size,
                       "temporalPatchSize": v.temporal_patch_size, "spatialMergeSize": v.spatial_merge_size, "windowSize": v.window_size,
                       "fullAttentionBlocks": v.fullatt_block_indexes, "outHiddenSize": v.out_hidden_size, "inChannels": v.in_channels, "tokensPerSecond": v.tokens_per_second},
            "tokens": {"image": c.image_token_id, "video": c.video_token_id, "visionStart": c.vision_start_token_id, "visionEnd": c.vision_end_token_id,
                       "eos": eos if isinstance(eos, list) else [] if eos is None else [eos], "bos": t.bos_token_id, "pad": t.pad_token_id}}
        cases.append({"name": name, "source": source, "expected": expected})
    return cases


def tower(v):
    return {"hiddenSize": v.hidden_size, "intermediateSize": v.intermediate_size, "depth": v.num_hidden_layers, "heads": v.num_attention_heads,
            "imageSize": v.image_size, "patchSize": v.patch_size, "layerNormEps": v.layer_norm_eps}


def decoder(t):
    return {"vocabSize": t.vocab_size, "hiddenSize": t.hidden_size, "intermediateSize": t.intermediate_size, "layers": t.num_hidden_layers, "heads": t.num_attention_heads,
            "kvHeads": t.num_key_value_heads, "headDim": t.head_dim, "rmsNormEps": t.rms_norm_eps, "tiedHead": t.tie_word_embeddings, "maxPositions": t.max_position_embeddings}


def shared_tokens(c):
    """What generation starts from: the top level before the decoder's own entry."""
    def of(name):
        value = getattr(c, name)
        return value if value is not None else getattr(c.text_config, name)
    eos = of("eos_token_id")
    return {"image": c.image_token_id, "eos": eos if isinstance(eos, list) else [eos], "bos": of("bos_token_id"), "pad": of("pad_token_id")}


SMALL_LLAMA = dict(hidden_size=48, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2, intermediate_size=80, vocab_size=420, max_position_embeddings=2048, rms_norm_eps=1e-5)
SMALL_CLIP = dict(hidden_size=32, num_hidden_layers=3, num_attention_heads=2, intermediate_size=40, image_size=56, patch_size=14)


def llava():
    hub = {  # the fields of the hub's file for LLaVA-1.5-7B
        "architectures": ["LlavaForConditionalGeneration"], "ignore_index": -100, "image_token_index": 32000, "model_type": "llava", "pad_token_id": 32001,
        "projector_hidden_act": "gelu", "tie_word_embeddings": False, "torch_dtype": "float16", "vision_feature_layer": -2, "vision_feature_select_strategy": "default",
        "text_config": {"_name_or_path": "lmsys/vicuna-7b-v1.5", "architectures": ["LlamaForCausalLM"], "max_position_embeddings": 4096, "model_type": "llama", "rms_norm_eps": 1e-05,
                        "torch_dtype": "float16", "vocab_size": 32064},
        "vision_config": {"hidden_size": 1024, "image_size": 336, "intermediate_size": 4096, "model_type": "clip_vision_model", "num_attention_heads": 16, "num_hidden_layers": 24,
                          "patch_size": 14, "projection_dim": 768, "vocab_size": 32000}, "vocab_size": 32064}
    no_tower = {k: v for k, v in hub.items() if k != "vision_config"}
    small_tower = {**hub, "vision_config": {"model_type": "clip_vision_model"}, "vision_feature_layer": 4, "multimodal_projector_bias": False}
    whole = LlavaConfig(text_config=SMALL_LLAMA, vision_config=SMALL_CLIP, image_token_id=400, vision_feature_layer=-1, pad_token_id=3).to_dict()
    wide = LlavaConfig(text_config=dict(SMALL_LLAMA, head_dim=20, tie_word_embeddings=True, rope_theta=5000.0, bos_token_id=7, eos_token_id=[8, 9]), vision_config=SMALL_CLIP,
                       image_token_index=419)
    cases = []
    for name, source in dict(hub=hub, no_tower=no_tower, small_tower=small_tower, whole=whole, wide=json.loads(wide.to_json_string())).items():
        c = LlavaConfig(**json.loads(json.dumps(source)))
        t, v = c.text_config, c.vision_config
        layer = c.vision_feature_layer
        expected = {"architecture": "llava", "decoder": {**decoder(t), "ropeTheta": t.rope_theta, "attentionWindows": [None] * t.num_hidden_layers},
                    "vision": {**tower(v), "featureLayer": layer if layer >= 0 else v.num_hidden_layers + 1 + layer, "selectStrategy": "default", "activation": v.hidden_act},
                    "projector": {"activation": c.projector_hidden_act, "bias": c.multimodal_projector_bias}, "tokens": shared_tokens(c)}
        cases.append({"name": "llava_" + name, "source": source, "expected": expected})
    return cases


SMALL_GEMMA = dict(hidden_size=48, num_hidden_layers=7, num_attention_heads=4, num_key_value_heads=2, head_dim=16, intermediate_size=80, vocab_size=500, max_position_embeddings=2048,
                   sliding_window=24, query_pre_attn_scalar=16)
SMALL_SIGLIP = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=40, image_size=56, patch_size=14)


def gemma3():
    hub = {  # the fields of the hub's file for Gemma-3-4B
        "architectures": ["Gemma3ForConditionalGeneration"], "boi_token_index": 255999, "eoi_token_index": 256000, "eos_token_id": [1, 106], "image_token_index": 262144,
        "initializer_range": 0.02, "mm_tokens_per_image": 256, "model_type": "gemma3",
        "text_config": {"hidden_size": 2560, "intermediate_size": 10240, "model_type": "gemma3_text", "num_hidden_layers": 34, "rope_scaling": {"factor": 8.0, "rope_type": "linear"},
                        "sliding_window": 1024}, "torch_dtype": "bfloat16",
        "vision_config": {"hidden_size": 1152, "image_size": 896, "intermediate_size": 4304, "model_type": "siglip_vision_model", "num_attention_heads": 16, "num_hidden_layers": 27,
                          "patch_size": 14, "vision_use_head": False}}
    pattern = {**hub, "text_config": {**hub["text_config"], "sliding_window_pattern": 3, "num_hidden_layers": 8, "rope_scaling": None, "rope_theta": 5000.0, "rope_local_base_freq": 300.0}}
    whole = Gemma3Config(text_config=SMALL_GEMMA, vision_config=SMALL_SIGLIP, mm_tokens_per_image=4, image_token_id=490, boi_token_id=488, eoi_token_id=489).to_dict()
    types = Gemma3Config(text_config=dict(SMALL_GEMMA, num_hidden_layers=2, layer_types=["full_attention", "sliding_attention"], tie_word_embeddings=False), vision_config=SMALL_SIGLIP,
                         mm_tokens_per_image=16)
    bare = {"model_type": "gemma3", "mm_tokens_per_image": 49}
    cases = []
    for name, source in dict(hub=hub, pattern=pattern, whole=whole, types=json.loads(types.to_json_string()), bare=bare).items():
        c = Gemma3Config(**json.loads(json.dumps(source)))
        t = c.text_config
        expected = {"architecture": "gemma3",
                    "decoder": {**decoder(t), "globalRope": {"theta": t.rope_theta, "factor": (t.rope_scaling or {}).get("factor", 1)}, "localRope": {"theta": t.rope_local_base_freq},
                                "queryPreAttnScalar": t.query_pre_attn_scalar, "attentionWindows": [t.sliding_window if k == "sliding_attention" else None for k in t.layer_types]},
                    "vision": tower(c.vision_config), "tokensPerImage": c.mm_tokens_per_image,
                    "tokens": {**shared_tokens(c), "imageStart": c.boi_token_id, "imageEnd": c.eoi_token_id}}
        cases.append({"name": "gemma3_" + name, "source": source, "expected": expected})
    return cases


def configurations():
    write_json("configs.json", qwen() + llava() + gemma3())
