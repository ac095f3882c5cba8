"""Golden for tensor/adamW: torch.optim.AdamW with gradient clipping. Needs torch 2. Run in this folder; writes adamW.json."""
import json
import os

import torch

HERE = os.path.dirname(os.path.abspath(__file__))


def run(steps, lr, clip, **options):
    generator = torch.Generator().manual_seed(3)
    draw = lambda *shape: torch.randn(*shape, generator=generator)  # noqa: E731
    matrix, vector = torch.nn.Parameter(draw(3, 2)), torch.nn.Parameter(draw(4))
    start = [matrix.tolist(), vector.tolist()]
    decay = options.pop("weight_decay")
    # Vectors (norms, biases) are not decayed.
    optimizer = torch.optim.AdamW([{"params": [matrix], "weight_decay": decay}, {"params": [vector], "weight_decay": 0.0}], lr=lr, **options)
    gradients, after = [], []
    for step in range(steps):
        matrix.grad, vector.grad = draw(3, 2) * 2**step, draw(4)
        gradients.append([matrix.grad.tolist(), vector.grad.tolist()])
        norm = None
        if clip is not None:
            # torch divides by norm + 1e-6, which is undone here: the norm is clipped exactly.
            norm = torch.linalg.vector_norm(torch.cat([matrix.grad.flatten(), vector.grad]))
            scale = min(1.0, clip / norm.item())
            matrix.grad *= scale
            vector.grad *= scale
        optimizer.step()
        after.append([matrix.tolist(), vector.tolist()])
    return {"lr": lr, "clip": clip, "decay": decay, **options, "start": start, "gradients": gradients, "after": after}


if __name__ == "__main__":
    cases = [run(6, 0.01, None, weight_decay=0.01), run(6, 0.1, 1.5, weight_decay=0.3, betas=(0.8, 0.98), eps=1e-6)]
    with open(os.path.join(HERE, "adamW.json"), "w") as f:
        json.dump(cases, f, indent=1)
        f.write("\n")
