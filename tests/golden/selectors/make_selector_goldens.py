"""Goldens for selectors/ and the fitted recipe: FastV, SparseVLM and FitPrune on the checkpoints of ../models.

The layers are transformers'; who is asked, how answers become scores, and who goes is written out here from the papers'
descriptions. Tokens that go are removed: hidden states, rotations and masks hold the others only, at their own positions.

Needs torch, safetensors and transformers 4.57.1. Run in this folder: python make_selector_goldens.py. It writes <case>.json:
`relevance` [B][text behind the first picture]; `runs`, one for each selector and schedule, with `shares` and for each sample
`kept` [L][n] (places), `scores` [L-1][n] (of layer i's survivors by layer i's attention) and `margins` [L] (by how much the
worst that stayed outscored the best that went; null where none went); `deleted` [alpha][L-1], FitPrune's recipe: the mean share of
a sample's visual tokens that each layer's attention lets go.
"""
import json
import os
import sys

import torch
from safetensors.torch import load_file

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = os.path.join(HERE, "..", "models")
sys.path.insert(0, os.path.join(HERE, "..", "..", "..", "scripts"))
from dump_reference import load_model  # noqa: E402

CASES = ["grouped", "multiQuery", "sliding"]
SHARES = [[1, 0.7, 0.4, 0.2], [1, 0.3, 0.3, 0.3]]
ALPHAS = [0.1, 0.3, 0.6]


def samples_of(model, reference):
    """For each sample of a reference file, what enters layer 0: embeddings and rotations, and its image places."""
    patch, picture, result = 0, 0, []
    merge = model.config.vision_config.spatial_merge_size ** 2
    for ids, mask in zip(reference["input_ids"], reference["attention_mask"]):
        ids = ids[mask == 1]
        visual = torch.where(ids == model.config.image_token_id)[0].tolist()
        begin, first, left = patch, picture, len(visual)
        while left > 0:
            patches = int(reference["image_grid_thw"][picture].prod())
            left -= patches // merge
            patch += patches
            picture += 1
        given = dict(input_ids=ids[None])
        if visual:
            given.update(pixel_values=reference["pixel_values"][begin:patch], image_grid_thw=reference["image_grid_thw"][first:picture])
        seen = {}

        def catch(_, arguments, named):
            seen.update(hidden=arguments[0], rotations=named["position_embeddings"])

        hook = model.model.language_model.layers[0].register_forward_pre_hook(catch, with_kwargs=True)
        model(**given, attention_mask=torch.ones_like(ids[None]), use_cache=False)
        hook.remove()
        question = [p for p in range(len(ids)) if visual and p > visual[0] and p not in visual]
        result.append(dict(n=len(ids), visual=visual, question=question, **seen))
    return result


def run_layer(model, i, sample, hidden, places):
    """Layer i on the rows at `places`. Returns its output and its attention, mean over heads, [n, n]."""
    layer = model.model.language_model.layers[i]
    window = layer.self_attn.sliding_window or sample["n"]
    at = torch.tensor(places)
    distance = at[:, None] - at[None, :]
    mask = torch.where((distance >= 0) & (distance < window), 0.0, torch.finfo(torch.float32).min)[None, None]
    rotations = tuple(x[:, :, at] for x in sample["rotations"])
    hidden, attention = layer(hidden, attention_mask=mask, position_embeddings=rotations, output_attentions=True)
    return hidden, attention[0].mean(0)


def received(attention, places, rows, keys):
    """What each key receives from the rows, on average; 0 where there are none."""
    if not rows:
        return torch.zeros(len(keys))
    r, k = ([places.index(p) for p in which] for which in (rows, keys))
    return attention[r][:, k].mean(0)


def relevance_of(sample):
    """SparseVLM: the part of the picture's tokens that falls to each word behind it."""
    embeddings = sample["hidden"][0]
    return (embeddings[sample["visual"]] @ embeddings[sample["question"]].T).softmax(1).mean(0)


def scores_of(selector, sample, attention, places, alive):
    if selector == "fastv":
        return received(attention, places, [sample["n"] - 1], alive)
    if selector == "sparsevlm":
        relevance = relevance_of(sample)
        raters = [p for p, r in zip(sample["question"], relevance) if r >= relevance.mean()]
        return received(attention, places, raters, alive)
    return received(attention, places, alive, alive) * received(attention, places, sample["question"], alive)


def pruned(model, selector, sample, shares):
    alive, hidden = list(sample["visual"]), sample["hidden"]
    text = [p for p in range(sample["n"]) if p not in alive]
    places, scores = list(range(sample["n"])), None
    kept, found, margins = [], [], []
    for i in range(model.config.text_config.num_hidden_layers):
        count, margin = int(shares[i] * len(sample["visual"]) + 0.5), None
        if count < len(alive):
            order = sorted(range(len(alive)), key=lambda j: (-scores[j].item(), j))
            if count > 0:
                margin = (scores[order[count - 1]] - scores[order[count]]).item()
            alive = sorted(alive[j] for j in order[:count])
        remaining = sorted(alive + text)
        hidden = hidden[:, [places.index(p) for p in remaining]]
        places = remaining
        hidden, attention = run_layer(model, i, sample, hidden, places)
        scores = scores_of(selector, sample, attention, places, alive)
        kept.append(list(alive))
        margins.append(margin)
        found.append([float(f"{x:.7g}") for x in scores.tolist()])
    return dict(kept=kept, scores=found[:-1], margins=margins)


def lowest(values, least):
    """The longest run of lowest values without which the others still sum to `least`."""
    order = sorted(range(len(values)), key=lambda j: (values[j].item(), j))
    count = 0
    while count < len(order) and values.double().sum() - values[order[: count + 1]].double().sum() >= least:
        count += 1
    return set(order[:count])


def deleted_share(model, sample, alpha, whole):
    """FitPrune's statistics: by layer, the share of visual tokens that go. `whole`: sums of the unpruned run, filled if empty."""
    alive, hidden, places = list(sample["visual"]), sample["hidden"], list(range(sample["n"]))
    shares, unpruned = [], not whole
    for i in range(model.config.text_config.num_hidden_layers - 1):
        hidden, attention = run_layer(model, i, sample, hidden, places)
        own = received(attention, places, alive, alive), received(attention, places, sample["question"], alive)
        if unpruned:
            whole.append([x.double().sum() for x in own])
            continue
        gone = set.intersection(*(lowest(x, (1 - alpha) * total) for x, total in zip(own, whole[i])))
        shares.append(len(gone) / len(sample["visual"]))
        dead = {alive[j] for j in gone}
        rows = [r for r, p in enumerate(places) if p not in dead]
        hidden, places = hidden[:, rows], [places[r] for r in rows]
        alive = [p for p in alive if p not in dead]
    return shares


@torch.no_grad()
def main():
    for case in CASES:
        model = load_model(os.path.join(MODELS, case))
        samples = samples_of(model, load_file(os.path.join(MODELS, case, "reference.safetensors")))
        runs = [
            dict(selector=selector, shares=shares, samples=[pruned(model, selector, sample, shares) for sample in samples])
            for selector in ("fastv", "sparsevlm", "fitprune")
            for shares in SHARES
        ]
        pictured = [(sample, []) for sample in samples if sample["visual"]]
        for sample, whole in pictured:
            deleted_share(model, sample, 0, whole)
        deleted = []
        for alpha in ALPHAS:
            rows = torch.tensor([deleted_share(model, sample, alpha, whole) for sample, whole in pictured])
            deleted.append([float(f"{x:.7g}") for x in rows.mean(0).tolist()])
        relevance = [[float(f"{x:.7g}") for x in relevance_of(sample).tolist()] if sample["visual"] else [] for sample in samples]
        with open(os.path.join(HERE, f"{case}.json"), "w") as file:
            json.dump(dict(relevance=relevance, alphas=ALPHAS, deleted=deleted, runs=runs), file, separators=(",", ":"))
            file.write("\n")


main()
