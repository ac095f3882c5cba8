"""What espalier_prune.py computes on tiny checkpoints, for the test beside this file.

    python compare.py espalier_prune.py < request.json > answer.json

Needs torch, safetensors and transformers 4.57.1. The request: [{"model": folder, "attention": "eager" or "sdpa", "dtype": of torch,
"runs": [{"schedule": a schedule file's content, "sample": an id or null, "inputIds": [...], "grids": [[t, h, w], ...], "seconds":
[...], "pixels": [...], "newTokens": n}]}]; the answer likewise: [[{"kept": [[place]] by layer, "cached": rows of each layer's cache,
"logits": [[vocabulary]] of every new token, "fed": [id], "tokens": [id]}]].
"""
import importlib.util
import json
import os
import sys
from contextlib import redirect_stdout

import torch
from transformers import AutoModelForImageTextToText


def module(path):
    specification = importlib.util.spec_from_file_location("espalier_prune", path)
    loaded = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(loaded)
    return loaded


def inputs_of(config, run):
    """Processor's inputs from patches, in the order of their tokens."""
    ids = torch.tensor([run["inputIds"]])
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    if type(config).model_type == "gemma3":
        inputs["token_type_ids"] = (ids == config.image_token_id).long()
    grids = run["grids"]
    if not grids:
        return inputs
    counts = [t * h * w for t, h, w in grids]
    patches = torch.tensor(run["pixels"]).view(sum(counts), -1).split(counts)
    if type(config).model_type != "qwen2_5_vl":
        size = config.vision_config.patch_size
        squares = [p.view(h, w, 3, size, size).permute(2, 0, 3, 1, 4).reshape(3, h * size, w * size) for p, (_, h, w) in zip(patches, grids)]
        return inputs | {"pixel_values": torch.stack(squares)}
    # A run of image or video tokens for each grid.
    merge, at, kinds = config.vision_config.spatial_merge_size**2, 0, []
    for count in counts:
        while run["inputIds"][at] not in (config.image_token_id, config.video_token_id):
            at += 1
        kinds.append(run["inputIds"][at])
        at += count // merge
    for token, pixels, grid in ((config.image_token_id, "pixel_values", "image_grid_thw"), (config.video_token_id, "pixel_values_videos", "video_grid_thw")):
        own = [i for i, kind in enumerate(kinds) if kind == token]
        if own:
            inputs |= {pixels: torch.cat([patches[i] for i in own]), grid: torch.tensor([grids[i] for i in own])}
        if own and token == config.video_token_id:
            inputs["second_per_grid_ts"] = torch.tensor([run["seconds"][i] for i in own])
    return inputs


def pruned(prune, model, run):
    """The likeliest word after the other, whatever ends an answer; pictures' tokens are no words. Then `generate`."""
    inputs = inputs_of(model.config, run)
    apply = prune.PrunedModel(model, run["schedule"])
    state = apply.prefill(**inputs, sample=run["sample"])
    answer = {"kept": [own.tolist() for own in state.kept], "cached": [layer.keys.shape[-2] for layer in state.cache.layers]}
    pictures = [getattr(model.config, name) for name in ("image_token_id", "video_token_id") if getattr(model.config, name, None) is not None]
    logits, fed = [state.logits.tolist()], []
    for _ in range(run["newTokens"] - 1):
        words = state.logits.clone()
        words[pictures] = -torch.inf
        fed.append(int(words.argmax()))
        logits.append(apply.step(state, fed[-1]).tolist())
    tokens = apply.generate(**inputs, sample=run["sample"], max_new_tokens=run["newTokens"]).tolist()
    return {**answer, "logits": logits, "fed": fed, "tokens": tokens}


def main():
    torch.set_num_threads(1)
    prune = module(os.path.abspath(sys.argv[1]))
    answers = []
    # Whatever the library prints is no answer.
    with redirect_stdout(sys.stderr):
        for case in json.load(sys.stdin):
            options = {"dtype": getattr(torch, case["dtype"]), "attn_implementation": case["attention"]}
            model = AutoModelForImageTextToText.from_pretrained(case["model"], **options).eval()
            answers.append([pruned(prune, model, run) for run in case["runs"]])
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
