"""Golden for the straight-through backward pass: divergence and its gradient with respect to every layer's share, from a dense
masked graph in PyTorch.

Needs torch, safetensors and transformers 4.57.1. Run in this folder: python make_straight_through.py; it writes
checkpoint/{config.json,model.safetensors}, a tiny random Qwen2.5-VL, and straightThrough.safetensors: samples as
`espalier --samples` reads them (I64 input_ids, attention_mask, labels [S,N], num_images [S]; F32 pixel_values; I64
image_grid_thw), shares [R,S,L], divergence [R,S] and gradient [R,S,L] for R schedules, float64 results stored as float32.

The graph is written from the method's section 4 alone: every token stays in every layer; the policy softmax weights keys, a
token always sees itself; scores are the attention of the last prompt token, mean over heads, in the layer before; soft masks
from min-max normalised log scores; forward hard, backward soft by (hard - soft).detach() + soft; the mask of a layer is the
product with the one before. Autograd does the rest, in float64. transformers gives embeddings and positions, and checks the
unpruned graph.
"""
import importlib.util
import json
import math
import os
import sys

import torch
from safetensors.torch import save_file
from transformers import Qwen2_5_VLForConditionalGeneration

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "..", "scripts"))
spec = importlib.util.spec_from_file_location("goldens", os.path.join(HERE, "..", "models", "make_model_goldens.py"))
goldens = importlib.util.module_from_spec(spec)
spec.loader.exec_module(goldens)
from dump_reference import load_model  # noqa: E402

TEXT = dict(num_hidden_layers=5)
VISION = dict(depth=1, fullatt_block_indexes=[0])
# Prompt pieces (words, or rows and columns of patches) and answer tokens.
SAMPLES = [([3, (8, 8), 5], 2), ([2, (4, 16), 6], 3), ([1, (6, 8), 2, (8, 10), 4], 1), ([6], 2)]
SHARES = [[1, 0.8, 0.55, 0.4, 0.2], [1, 1, 0.6, 0.6, 0.3], [1, 0.35, 0.3, 0.12, 0.1], [1, 0.93, 0.9, 0.5, 0.0], [1, 1, 1, 1, 1]]


def encode(seed):
    g = torch.Generator().manual_seed(seed)
    words = lambda n: torch.randint(8, 48, (n,), generator=g).tolist()
    samples = []
    for pieces, answers in SAMPLES:
        ids, grids = [], []
        for piece in pieces:
            if isinstance(piece, int):
                ids += words(piece)
            else:
                grids.append([1, *piece])
                ids += [4] + [3] * (piece[0] * piece[1] // 4) + [5]  # between vision start and end
        pixels = torch.randn(sum(h * w for _, h, w in grids), 24, generator=g)
        samples.append(dict(ids=ids + words(answers), prompt=len(ids), grids=grids, pixels=pixels))
    return samples


def norm(x, weight, eps):
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + eps) * weight


def turn(x, cos, sin):
    half = x.shape[-1] // 2
    return x * cos + torch.cat([-x[..., half:], x[..., :half]], -1) * sin


class Graph:
    """The text decoder over one sample, in float64."""

    def __init__(self, model):
        self.c = model.config.text_config
        self.w = {n: t.double() for n, t in model.model.language_model.state_dict().items()}
        self.head = model.lm_head.weight.double()

    def rotations(self, positions):
        """positions [3,N] -> cos and sin [N,d]; frequency j turns with the axis of its section."""
        d = self.c.hidden_size // self.c.num_attention_heads
        frequencies = self.c.rope_theta ** (-torch.arange(0, d, 2).double() / d)
        axes = [axis for axis, n in enumerate(self.c.rope_scaling["mrope_section"]) for _ in range(n)]
        angles = torch.stack([positions[a].double() * f for a, f in zip(axes, frequencies)], -1)
        return torch.cat([angles, angles], -1).cos(), torch.cat([angles, angles], -1).sin()

    def layer(self, i, x, rotations, keep):
        c, heads, kv = self.c, self.c.num_attention_heads, self.c.num_key_value_heads
        n, d = len(x), c.hidden_size // heads
        w = lambda name: self.w[f"layers.{i}.{name}"]
        h = norm(x, w("input_layernorm.weight"), c.rms_norm_eps)
        project = lambda name, count: (h @ w(f"self_attn.{name}_proj.weight").T + w(f"self_attn.{name}_proj.bias")).view(n, count, d).transpose(0, 1)
        q, k, v = turn(project("q", heads), *rotations), turn(project("k", kv), *rotations), project("v", kv)
        k, v = k.repeat_interleave(heads // kv, 0), v.repeat_interleave(heads // kv, 0)
        logits = (q @ k.transpose(1, 2)) / math.sqrt(d)
        eye = torch.eye(n, dtype=torch.float64)
        weights = torch.tril(keep[None, :] * (1 - eye) + eye)  # [query, key]
        top = logits.masked_fill(weights == 0, -torch.inf).amax(-1, keepdim=True)
        e = (logits - top).masked_fill(torch.ones(n, n).triu(1).bool(), -torch.inf).exp() * weights
        p = e / e.sum(-1, keepdim=True)
        x = x + (p @ v).transpose(0, 1).reshape(n, heads * d) @ w("self_attn.o_proj.weight").T
        inner = norm(x, w("post_attention_layernorm.weight"), c.rms_norm_eps)
        gate = inner @ w("mlp.gate_proj.weight").T
        return x + (gate * torch.sigmoid(gate) * (inner @ w("mlp.up_proj.weight").T)) @ w("mlp.down_proj.weight").T, p

    def logits(self, x):
        return norm(x, self.w["norm.weight"], self.c.rms_norm_eps) @ self.head.T


def soft_and_hard(scores, share, visual):
    """[m] scores of survivors -> the straight-through factor, with the hard mask's value and the soft mask's gradient."""
    s = (scores - scores.min()) / (scores.max() - scores.min())
    q = torch.log(s + 1e-8)
    ranked, order = torch.sort(q, descending=True, stable=True)
    p = share * visual - 0.5
    j = torch.arange(len(q), dtype=torch.float64)
    weights = torch.exp(-((j - p) ** 2) / 5)
    threshold = (weights * ranked).sum() / weights.sum()
    soft = torch.sigmoid((q - threshold) / 0.1)
    count = min(math.floor(float(share.detach()) * visual + 0.5), len(q))
    hard = torch.zeros(len(q), dtype=torch.float64)
    hard[order[:count]] = 1
    # Numbers of the float32 side may rank close scores otherwise: no cut of this golden may be close.
    if 0 < count < len(q):
        values = torch.sort(scores.detach(), descending=True).values
        assert values[count] < (1 - 1e-3) * values[count - 1], "a close cut: take another seed"
    return (hard - soft).detach() + soft, hard.bool()


def run(graph, sample, shares):
    """Divergence (a scalar) of one sample at shares [L]."""
    places = sample["visual"]
    visual = len(places)
    keep = torch.ones(len(sample["ids"]), dtype=torch.float64)
    x, scores = sample["embeddings"], None
    mask = torch.ones(visual, dtype=torch.float64)
    alive = torch.arange(visual)
    for i in range(graph.c.num_hidden_layers):
        if i > 0 and len(alive) > 0:
            factor, stays = soft_and_hard(scores[places[alive]], shares[i], visual)
            now = torch.zeros(visual, dtype=torch.float64).index_put((alive,), factor)
            mask, alive = mask * now, alive[stays]
            keep = torch.ones(len(sample["ids"]), dtype=torch.float64).index_put((places,), mask)
        x, p = graph.layer(i, x, sample["rotations"], keep)
        scores = p.mean(0)[sample["prompt"] - 1]
    where = slice(sample["prompt"] - 1, len(sample["ids"]) - 1)
    student = graph.logits(x)[where].log_softmax(-1)
    teacher = sample["teacher"][where]
    return (teacher.exp() * (teacher - student)).sum(-1).mean()


def main():
    folder = os.path.join(HERE, "checkpoint")
    os.makedirs(folder, exist_ok=True)
    config = goldens.config_of(TEXT, VISION)
    model = Qwen2_5_VLForConditionalGeneration(config)
    goldens.randomise(model, 25)
    model.tie_weights()
    state = {n: t.to(torch.bfloat16).contiguous() for n, t in model.state_dict().items() if n != "lm_head.weight"}
    goldens.write_weights(folder, goldens.file_names(state, "new"), 1)
    with open(os.path.join(folder, "config.json"), "w") as f:
        json.dump(goldens.config_json(config, "nested"), f, indent=1)
        f.write("\n")
    model = load_model(folder).double()
    graph = Graph(model)
    samples = encode(3)
    with torch.no_grad():
        for sample in samples:
            ids = torch.tensor([sample["ids"]])
            given = dict(pixel_values=sample["pixels"].double(), image_grid_thw=torch.tensor(sample["grids"])) if sample["grids"] else {}
            x = model.model.get_input_embeddings()(ids)
            if sample["grids"]:
                features = torch.cat(model.model.get_image_features(**given))
                x = x.masked_scatter((ids == 3)[..., None], features.to(x.dtype))
            positions, _ = model.model.get_rope_index(ids, given.get("image_grid_thw"))
            sample |= dict(embeddings=x[0], visual=(ids[0] == 3).nonzero()[:, 0], rotations=graph.rotations(positions[:, 0]))
            model.model.rope_deltas = None
            y = x[0]
            everything = torch.ones(len(sample["ids"]), dtype=torch.float64)
            for i in range(graph.c.num_hidden_layers):
                y, _ = graph.layer(i, y, sample["rotations"], everything)
            sample["teacher"] = graph.logits(y).log_softmax(-1)
            known = model(input_ids=ids, **given).logits[0].log_softmax(-1)
            assert (known - sample["teacher"]).abs().max() < 1e-4, (known - sample["teacher"]).abs().max()
    layers = graph.c.num_hidden_layers
    divergence, gradient = torch.zeros(len(SHARES), len(samples)), torch.zeros(len(SHARES), len(samples), layers)
    for r, row in enumerate(SHARES):
        for s, sample in enumerate(samples):
            shares = torch.tensor(row).double().requires_grad_()  # the values as stored
            value = run(graph, sample, shares)
            divergence[r, s] = value.detach()
            if len(sample["visual"]) > 0:
                gradient[r, s] = torch.autograd.grad(value, shares)[0]
    longest = max(len(s["ids"]) for s in samples)
    pad = lambda row, value: row + [value] * (longest - len(row))
    save_file(
        {
            "input_ids": torch.tensor([pad(s["ids"], 0) for s in samples]),
            "attention_mask": torch.tensor([pad([1] * len(s["ids"]), 0) for s in samples]),
            "labels": torch.tensor([pad([-100] * s["prompt"] + s["ids"][s["prompt"] :], -100) for s in samples]),
            "num_images": torch.tensor([len(s["grids"]) for s in samples]),
            "image_grid_thw": torch.tensor([grid for s in samples for grid in s["grids"]]),
            "pixel_values": torch.cat([s["pixels"] for s in samples]),
            "shares": torch.tensor(SHARES).float()[:, None].repeat(1, len(samples), 1),
            "divergence": divergence,
            "gradient": gradient,
        },
        os.path.join(HERE, "straightThrough.safetensors"),
    )
    print(divergence, gradient)


if __name__ == "__main__":
    main()
