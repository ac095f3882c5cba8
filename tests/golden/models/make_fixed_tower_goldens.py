"""Goldens for models/llava and models/gemma3: tiny random checkpoints with what transformers computes from them.

Needs torch, safetensors and transformers 4.57.1. Run in this folder: python make_fixed_tower_goldens.py; all it writes is
beside it: <case>/config.json and weights; <case>/reference.safetensors as scripts/dump_reference.py writes it, plus I64
`generated` [B,T], greedy continuations of each sample alone (-1 behind their end).
"""
import json
import os
import shutil

import torch
from make_model_goldens import HERE, NEW_TOKENS, load_model, random_inputs, randomise, reference, write_weights
from safetensors.torch import save_file
from transformers import CLIPVisionConfig, Gemma3Config, Gemma3ForConditionalGeneration, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration

LLAMA = dict(hidden_size=32, intermediate_size=48, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=4, vocab_size=48,
             rms_norm_eps=1e-5, rope_theta=10000.0, tie_word_embeddings=False)
CLIP = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=3, num_attention_heads=2, image_size=12, patch_size=3)
GEMMA = dict(hidden_size=32, intermediate_size=48, num_hidden_layers=4, num_attention_heads=4, num_key_value_heads=2, head_dim=6, vocab_size=48,
             query_pre_attn_scalar=9, sliding_window=5, rope_theta=1e6, rope_local_base_freq=1e4, max_position_embeddings=512)
SIGLIP = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2, image_size=12, patch_size=2, vision_use_head=False)
GEMMA_TOKENS = dict(image_token_index=3, boi_token_index=4, eoi_token_index=5)
PICTURE = (0, 0)  # of the tower's size


def llava(text, vision, **top):
    return LlavaForConditionalGeneration, LlavaConfig(text_config=LlamaConfig(**{**LLAMA, **text}), vision_config=CLIPVisionConfig(**{**CLIP, **vision}),
                                                      **{"image_token_index": 3, "image_seq_length": 16, **top})


def gemma3(text, vision, **top):
    return Gemma3ForConditionalGeneration, Gemma3Config(text_config={**GEMMA, **text}, vision_config={**SIGLIP, **vision},
                                                        **{"mm_tokens_per_image": 9, **GEMMA_TOKENS, **top})


# (name, class and configuration, samples as random_inputs takes them, names of the tensors, dtype)
CASES = [
    # The names of the hub's files, features from the last block but one.
    ("llava", llava({}, {}), [[3, PICTURE, 7], [2, PICTURE, 3, PICTURE, 5], [9]], "old", torch.float16),
    # Grouped heads that are wider than a share of the hidden state, features of a named block, a projector without biases.
    ("llavaGrouped", llava(dict(num_key_value_heads=2, head_dim=10), dict(image_size=8, patch_size=2), vision_feature_layer=1, multimodal_projector_bias=False),
     [[5, PICTURE, 4], [1, PICTURE, 9]], "new", torch.bfloat16),
    # A window shorter than a picture; every second layer is full; frequencies divided by eight.
    ("gemma3", gemma3(dict(layer_types=["sliding_attention", "full_attention"] * 2, rope_scaling=dict(rope_type="linear", factor=8.0)), {}),
     [[3, PICTURE, 7], [2, PICTURE, 3, PICTURE, 5], [14]], "old", torch.bfloat16),
    # One key-value head, a head of its own, every patch a token.
    ("gemma3Own", gemma3(dict(num_key_value_heads=1, num_hidden_layers=3, tie_word_embeddings=False, sliding_window=8,
                              layer_types=["sliding_attention", "sliding_attention", "full_attention"]), dict(image_size=8), mm_tokens_per_image=16),
     [[2, PICTURE, 12], [6, PICTURE, 3]], "new", torch.float32),
]
TEXT_KEYS = {"llava": [*LLAMA, "head_dim"], "gemma3": [*GEMMA, "layer_types", "rope_scaling", "tie_word_embeddings", "hidden_activation"]}
TOP_KEYS = {"llava": ["image_token_index", "vision_feature_layer", "vision_feature_select_strategy", "projector_hidden_act", "multimodal_projector_bias"],
            "gemma3": ["mm_tokens_per_image", *GEMMA_TOKENS]}


def file_names(state, names):
    """Before transformers 4.52 ("old") or after ("new")."""
    if names == "new":
        return dict(state)
    old = {}
    for name, tensor in state.items():
        name = name.replace("model.language_model.", "language_model.model.", 1) if name.startswith("model.language_model.") else name
        name = name.removeprefix("model.") if name.startswith(("model.vision_tower.", "model.multi_modal_projector.")) else name
        old["language_model.lm_head.weight" if name == "lm_head.weight" else name] = tensor
    return old


def config_json(config):
    whole = json.loads(config.to_json_string(use_diff=False))
    kind = config.model_type
    text = {k: whole["text_config"][k] for k in TEXT_KEYS[kind] if whole["text_config"].get(k) is not None}
    vision = {k: whole["vision_config"][k] for k in (CLIP if kind == "llava" else SIGLIP)}
    return {
        "model_type": kind,
        "architectures": [whole["architectures"][0]] if whole.get("architectures") else None,
        "text_config": {"model_type": "llama" if kind == "llava" else "gemma3_text", **text},
        "vision_config": {"model_type": "clip_vision_model" if kind == "llava" else "siglip_vision_model", **vision},
        **{k: whole[k] for k in TOP_KEYS[kind]},
    }


@torch.no_grad()
def generate(model, inputs, eos):
    """Greedy continuations, each sample alone; asserts that no choice is close."""
    picture, rows = 0, []
    tokens = model.config.image_token_id
    for b, (ids, mask) in enumerate(zip(inputs["input_ids"], inputs["attention_mask"])):
        length = int(mask.sum())
        given = dict(input_ids=ids[None, :length], attention_mask=mask[None, :length])
        if "token_type_ids" in inputs:
            given["token_type_ids"] = inputs["token_type_ids"][b][None, :length]
        runs = int(((ids[:length] == tokens) & (ids[:length].roll(1) != tokens)).sum())
        if runs:
            given["pixel_values"] = inputs["pixel_values"][picture : picture + runs]
            picture += runs
        out = model.generate(**given, do_sample=False, max_new_tokens=NEW_TOKENS, eos_token_id=eos, pad_token_id=0, output_logits=True, return_dict_in_generate=True)
        top = torch.stack(out.logits)[:, 0].topk(2).values
        assert (top[:, 0] - top[:, 1]).min() > 1e-3, "a close choice: take another seed"
        rows.append(out.sequences[0, length:].tolist())
    return rows


def write_case(name, kind, samples, names, dtype, seed):
    folder = os.path.join(HERE, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    make, config = kind
    model = make(config)
    randomise(model, seed)
    if config.model_type == "gemma3":
        for key, p in model.named_parameters():
            if p.dim() == 1 and ("language_model" in key or "soft_emb" in key):
                p.data = p.data - 1  # stored as their distance from one
    model.tie_weights()
    tied = config.get_text_config().tie_word_embeddings
    state = {n: t.to(dtype).contiguous() for n, t in model.state_dict().items() if not (n == "lm_head.weight" and tied)}
    write_weights(folder, file_names(state, names), 1)
    path = os.path.join(folder, "config.json")
    with open(path, "w") as f:
        json.dump(config_json(config), f, indent=1)
    model = load_model(folder)
    loaded = model.state_dict()
    assert all(torch.equal(loaded[n], t.float()) for n, t in state.items()), "transformers read other weights than were written"
    inputs = random_inputs(model.config, samples, seed)
    free = generate(model, inputs, None)
    eos = next(row[j] for row in free for j in (4, 3, 5, 6, 2) if row[j] not in row[:j])
    generated = generate(model, inputs, eos)
    with open(path) as f:
        written = json.load(f)
    written = {k: v for k, v in written.items() if v is not None} | {"eos_token_id": eos}
    with open(path, "w") as f:
        json.dump(written, f, indent=1)
        f.write("\n")
    tensors = reference(model, inputs)
    longest = max(map(len, generated))
    tensors["generated"] = torch.tensor([row + [-1] * (longest - len(row)) for row in generated])
    save_file(tensors, os.path.join(folder, "reference.safetensors"), metadata={"format": "pt"})
    print(name, "end token", eos, [len(row) for row in generated], free)


for number, case in enumerate(CASES):
    write_case(*case, seed=20 + number)
