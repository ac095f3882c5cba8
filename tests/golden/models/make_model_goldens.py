"""Goldens for models/ and evaluation/: tiny random Qwen2.5-VL checkpoints with what transformers computes from them.

Needs torch, safetensors and transformers 4.57.1. Run in this folder: python make_model_goldens.py; all it writes is beside it:
<case>/config.json and weights; <case>/reference.safetensors as scripts/dump_reference.py writes it, plus I64 `generated`
[B,T], greedy continuations of each sample alone (−1 behind their end); windows.json; positions.json.
"""
import json
import os
import random
import re
import shutil
import sys

import torch
from safetensors.torch import save_file
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "..", "scripts"))
from dump_reference import load_model, random_inputs, reference  # noqa: E402

TOKENS = dict(image_token_id=3, video_token_id=6, vision_start_token_id=4, vision_end_token_id=5)
NEW_TOKENS = 10
TEXT = dict(hidden_size=32, intermediate_size=48, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2, vocab_size=48,
            rms_norm_eps=1e-6, rope_theta=10000.0, mrope_section=[2, 1, 1], tie_word_embeddings=True)
VISION = dict(depth=3, hidden_size=16, intermediate_size=24, num_heads=2, patch_size=2, spatial_merge_size=2, temporal_patch_size=2,
              window_size=8, fullatt_block_indexes=[1], tokens_per_second=4)
# (name, text, vision, samples as random_inputs takes them, layout of the files)
CASES = [
    # Pictures that the windows (2 × 2 merged tokens) do not divide, several in a sample, and a sample without.
    ("grouped", {}, {}, [[3, (6, 10), 7], [2, (4, 4), 3, (10, 6), 5], [9]], dict(prefixes="old", config="flat", dtype=torch.bfloat16)),
    # One key-value head, an own head, windows of 3 × 3 merged tokens, pictures smaller than a window and long ones.
    ("multiQuery", dict(num_key_value_heads=1, tie_word_embeddings=False, mrope_section=[1, 2, 1]), dict(window_size=12, fullatt_block_indexes=[0, 2]),
     [[1, (2, 2), 4], [2, (4, 22), 3], [5, (14, 8), 6]], dict(prefixes="new", config="nested", dtype=torch.float16)),
    # As many key-value heads as heads, wider heads than frequencies of one axis, vision width that differs, no window at all.
    ("fullHeads", dict(hidden_size=48, num_attention_heads=6, num_key_value_heads=6, num_hidden_layers=2, rope_theta=1e6),
     dict(hidden_size=24, num_heads=3, patch_size=3, window_size=24, fullatt_block_indexes=[0, 1, 2], spatial_merge_size=2),
     [[4, (6, 6), 3, (8, 4), 4], [2, (10, 4), 12]], dict(prefixes="new", config="nested", dtype=torch.bfloat16, shards=3)),
    # Sliding windows in the upper text layers; one merged token per patch.
    ("sliding", dict(num_hidden_layers=4, use_sliding_window=True, sliding_window=7, max_window_layers=1), dict(spatial_merge_size=1, window_size=6),
     [[4, (4, 5), 9], [12], [1, (3, 3), 2, (2, 5), 6]], dict(prefixes="old", config="nested", dtype=torch.float32)),
    # Videos beside pictures, in any order.
    ("video", dict(num_hidden_layers=2, mrope_section=[1, 2, 1]), {}, [[3, (3, 4, 6, 2), 5, (4, 4), 4], [2, (6, 4), 3, (2, 8, 4, 1), 6], [1, (1, 4, 4, 3), 2, (4, 4, 2, 1), 8]],
     dict(prefixes="new", config="nested", dtype=torch.bfloat16)),
]


def config_of(text, vision):
    text = {**TEXT, **text}
    section = text.pop("mrope_section")
    vision = {**VISION, **vision, "out_hidden_size": text["hidden_size"]}
    return Qwen2_5_VLConfig(text_config={**text, "rope_scaling": {"type": "mrope", "mrope_section": section}}, vision_config=vision,
                            tie_word_embeddings=text["tie_word_embeddings"], **TOKENS)


def randomise(model, seed):
    """Weights large enough that attention is far from uniform and every bias shows."""
    g = torch.Generator().manual_seed(seed)
    for name, p in model.named_parameters():
        noise = torch.randn(p.shape, generator=g)
        if name.endswith("bias"):
            p.data = 0.3 * noise
        elif p.dim() == 1:
            p.data = 1 + 0.3 * noise
        elif "embed_tokens" in name or "lm_head" in name:
            p.data = 0.35 * noise
        else:
            p.data = 1.8 * noise / (p[0].numel() ** 0.5)


def file_names(state, prefixes):
    """Names as hub files have them: before transformers 4.52 ("old"), or as its modules are named now ("new")."""
    if prefixes == "new":
        return dict(state)
    return {re.sub(r"^model\.visual", "visual", re.sub(r"^model\.language_model", "model", name)): t for name, t in state.items()}


def config_json(config, layout):
    nested = json.loads(config.to_json_string(use_diff=False))
    keep = ["model_type", *TOKENS, "tie_word_embeddings", "eos_token_id"]
    text_keys = ["hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "vocab_size", "rms_norm_eps",
                 "rope_theta", "rope_scaling", "tie_word_embeddings", "use_sliding_window", "sliding_window", "max_window_layers", "max_position_embeddings", "hidden_act"]
    vision_keys = [*VISION, "out_hidden_size", "hidden_act"]
    text = {k: nested["text_config"][k] for k in text_keys}
    result = {k: nested[k] for k in keep if k in nested and nested[k] is not None}
    result["architectures"] = ["Qwen2_5_VLForConditionalGeneration"]
    result["vision_config"] = {"model_type": "qwen2_5_vl", "in_chans": 3, **{k: nested["vision_config"][k] for k in vision_keys}}
    if layout == "nested":
        result["text_config"] = {"model_type": "qwen2_5_vl_text", **text}
    else:
        result.update(text)
    return result


def write_weights(folder, tensors, shards):
    if shards == 1:
        save_file(tensors, os.path.join(folder, "model.safetensors"), metadata={"format": "pt"})
        return
    names = sorted(tensors)
    index = {}
    for s in range(shards):
        part = names[s::shards]
        file = f"model-{s + 1:05}-of-{shards:05}.safetensors"
        save_file({n: tensors[n] for n in part}, os.path.join(folder, file), metadata={"format": "pt"})
        index.update({n: file for n in part})
    with open(os.path.join(folder, "model.safetensors.index.json"), "w") as f:
        json.dump({"metadata": {"total_size": sum(t.numel() * t.element_size() for t in tensors.values())}, "weight_map": index}, f, indent=1)


@torch.no_grad()
def generate(model, inputs, eos):
    """Greedy continuations, each sample alone; asserts that no choice is close."""
    merge = model.config.vision_config.spatial_merge_size**2
    taken, rows = {"image": 0, "video": 0}, []
    patches = {"image": 0, "video": 0}
    for ids, mask in zip(inputs["input_ids"], inputs["attention_mask"]):
        ids = ids[mask == 1]
        given = dict(input_ids=ids[None], attention_mask=torch.ones_like(ids)[None])
        for kind, pixels in (("image", "pixel_values"), ("video", "pixel_values_videos")):
            visual = int((ids == TOKENS[f"{kind}_token_id"]).sum())
            first, begin = taken[kind], patches[kind]
            while visual > 0:
                t, h, w = inputs[f"{kind}_grid_thw"][taken[kind]].tolist()
                visual -= t * h * w // merge
                patches[kind] += t * h * w
                taken[kind] += 1
            if patches[kind] > begin:
                given |= {pixels: inputs[pixels][begin : patches[kind]], f"{kind}_grid_thw": inputs[f"{kind}_grid_thw"][first : taken[kind]]}
                if kind == "video":
                    given["second_per_grid_ts"] = inputs["second_per_grid_ts"][first : taken[kind]]
        model.model.rope_deltas = None
        out = model.generate(**given, do_sample=False, max_new_tokens=NEW_TOKENS, eos_token_id=eos, pad_token_id=0, output_logits=True,
                             return_dict_in_generate=True)
        top = torch.stack(out.logits)[:, 0].topk(2).values
        assert (top[:, 0] - top[:, 1]).min() > 1e-3, "a close choice: take another seed"
        rows.append(out.sequences[0, len(ids):].tolist())
    return rows


def write_case(name, text, vision, samples, layout, seed):
    folder = os.path.join(HERE, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    config = config_of(text, vision)
    model = Qwen2_5_VLForConditionalGeneration(config)
    randomise(model, seed)
    model.tie_weights()
    # The values as stored are the model: rounding is not part of the comparison.
    state = {n: t.to(layout["dtype"]).contiguous() for n, t in model.state_dict().items() if not (n == "lm_head.weight" and config.tie_word_embeddings)}
    write_weights(folder, file_names(state, layout["prefixes"]), layout.get("shards", 1))
    path = os.path.join(folder, "config.json")
    with open(path, "w") as f:
        json.dump(config_json(config, layout["config"]), f, indent=1)
    model = load_model(folder)
    loaded = model.state_dict()
    assert all(torch.equal(loaded[n], t.float()) for n, t in state.items()), "transformers read other weights than were written"
    inputs = random_inputs(model.config, samples, seed)
    free = generate(model, inputs, None)
    # An end token that some sample reaches after a few others.
    eos = next(row[j] for row in free for j in (4, 3, 5, 6, 2) if row[j] not in row[:j])
    generated = generate(model, inputs, eos)
    with open(path) as f:
        written = json.load(f)
    written["eos_token_id"] = eos
    with open(path, "w") as f:
        json.dump(written, f, indent=1)
        f.write("\n")
    tensors = reference(model, inputs)
    longest = max(map(len, generated))
    tensors["generated"] = torch.tensor([row + [-1] * (longest - len(row)) for row in generated])
    save_file(tensors, os.path.join(folder, "reference.safetensors"), metadata={"format": "pt"})
    print(name, "end token", eos, [len(row) for row in generated], free)


def windows():
    cases = []
    r = random.Random(5)
    for window, patch, merge in [(8, 2, 2), (112, 14, 2), (12, 2, 2), (6, 2, 1), (24, 2, 3)]:
        config = config_of({}, dict(window_size=window, patch_size=patch, spatial_merge_size=merge))
        visual = Qwen2_5_VLForConditionalGeneration._from_config(config).model.visual
        for _ in range(6):
            grids = [[r.choice([1, 1, 1, 2]), merge * r.randint(1, 11), merge * r.randint(1, 11)] for _ in range(r.randint(1, 3))]
            order, cumulative = visual.get_window_index(torch.tensor(grids))
            cumulative = torch.unique_consecutive(torch.tensor(cumulative))
            rotary = visual.rot_pos_emb(torch.tensor(grids))  # [patches, head/2]: rows' angles, then columns'
            half = rotary.shape[1] // 2
            cases.append({"windowSize": window, "patchSize": patch, "mergeSize": merge, "grids": grids, "order": order.tolist(),
                          "lengths": cumulative.diff().tolist(),
                          "rows": rotary[:, 0].round().long().tolist(), "columns": rotary[:, half].round().long().tolist()})
    return cases


def positions():
    cases = []
    r = random.Random(7)
    for merge in (1, 2, 3):
        model = Qwen2_5_VLForConditionalGeneration._from_config(config_of({}, dict(spatial_merge_size=merge, window_size=12)))
        for _ in range(8):
            ids, grids = [r.randint(7, 40) for _ in range(r.randint(0, 4))], []
            seconds = []
            for _ in range(r.randint(0, 3)):
                video = r.random() < 0.4
                grid = [r.randint(1, 4) if video else 1, merge * r.randint(1, 5), merge * r.randint(1, 5)]
                grids.append(grid)
                # Whole seconds: transformers cuts others down to them.
                seconds.append(r.randint(1, 3) if video else 0)
                token = TOKENS["video_token_id" if video else "image_token_id"]
                ids += [4] + [token] * (grid[0] * grid[1] * grid[2] // merge**2) + [5] + [r.randint(7, 40) for _ in range(r.randint(0, 3))]
            ids.append(9)
            of = lambda kind: torch.tensor([g for g, s in zip(grids, seconds) if (s > 0) == kind]) if any((s > 0) == kind for s in seconds) else None
            values, delta = model.model.get_rope_index(torch.tensor([ids]), of(False), of(True), second_per_grid_ts=[s for s in seconds if s > 0])
            cases.append({"mergeSize": merge, "ids": ids, "grids": grids, "seconds": seconds, "positions": values[:, 0].tolist(), "next": int(delta[0, 0]) + len(ids)})
    return cases


if __name__ == "__main__":
    torch.manual_seed(0)
    for seed, case in enumerate(CASES):
        write_case(*case, seed=seed + 11)
    for name, value in (("windows.json", windows()), ("positions.json", positions())):
        with open(os.path.join(HERE, name), "w") as f:
            json.dump(value, f, separators=(",", ":"))
            f.write("\n")
