"""An eager PyTorch twin of the released method, written from the statement of the method (sections 4 to 6) alone.

Every step runs the teacher without gradients, the student over all tokens with masks on its keys, and the backward pass to
the predictor; nothing is kept between steps. 8 decoder layers of width 128, 4 heads over 2 key/value heads, MLP 384, 64
visual and 32 text tokens (4 of them the answer), vocabulary 128, FastV's ranking. Pictures are not encoded: visual features
are given, which spares the twin the vision tower that the released code runs every time.

The frozen weights get no gradients, although section 10 counts that among what the released code does not spare;
`--weight-gradients` computes them.

    python twin.py [--batches 4,1,8,16,32] [--seconds 4] [--threads 1] [--weight-gradients]

Needs torch alone. Prints one JSON object: processor seconds and wall seconds per sample at each batch.
"""
import argparse
import json
import math
import time

import torch
import torch.nn.functional as F
from torch import nn

LAYERS, H, HEADS, KV_HEADS, D, MLP, VOCABULARY = 8, 128, 4, 2, 32, 384, 128
VISUAL, TEXT, ANSWERS, STEPS, KAPPA = 64, 32, 4, 3, 10.0
N = VISUAL + TEXT
BEFORE = 8  # text tokens before the picture
BUDGETS = [0.01] + [k / 20 for k in range(1, 20)]


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.k, self.v = nn.Linear(H, HEADS * D), nn.Linear(H, KV_HEADS * D), nn.Linear(H, KV_HEADS * D)
        self.o = nn.Linear(HEADS * D, H, bias=False)
        self.gate, self.up, self.down = nn.Linear(H, MLP, bias=False), nn.Linear(H, MLP, bias=False), nn.Linear(MLP, H, bias=False)
        self.norm1, self.norm2 = nn.Parameter(torch.ones(H)), nn.Parameter(torch.ones(H))

    def heads(self, x, cos, sin):
        b = x.shape[0]
        turn = lambda t: t * cos + torch.cat([-t[..., D // 2 :], t[..., : D // 2]], -1) * sin
        q = turn(self.q(x).view(b, N, HEADS, D).transpose(1, 2))
        k = turn(self.k(x).view(b, N, KV_HEADS, D).transpose(1, 2))
        v = self.v(x).view(b, N, KV_HEADS, D).transpose(1, 2)
        group = HEADS // KV_HEADS
        return q, k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)

    def rest(self, x, context):
        x = x + self.o(context.transpose(1, 2).reshape(x.shape[0], N, HEADS * D))
        inner = norm(x, self.norm2)
        return x + self.down(F.silu(self.gate(inner)) * self.up(inner))

    def plain(self, x, cos, sin):
        q, k, v = self.heads(norm(x, self.norm1), cos, sin)
        return self.rest(x, F.scaled_dot_product_attention(q, k, v, is_causal=True))

    def masked(self, x, cos, sin, causal, keep):
        """`keep` [B, N]: weights of the keys; a token always sees itself. Also returns the attention."""
        q, k, v = self.heads(norm(x, self.norm1), cos, sin)
        logits = (q @ k.transpose(-1, -2)) / math.sqrt(D) + causal
        eye = torch.eye(N)
        weights = (keep[:, None, None, :] * (1 - eye) + eye).expand(x.shape[0], 1, N, N)
        top = logits.masked_fill(weights == 0, -torch.inf).amax(-1, keepdim=True)
        e = (logits - top).clamp(max=80).exp() * weights
        p = e / e.sum(-1, keepdim=True)
        return self.rest(x, p @ v), p


def norm(x, weight):
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5) * weight


class Predictor(nn.Module):
    def __init__(self):
        super().__init__()
        self.budget = nn.Sequential(nn.Linear(1, H // 4), nn.GELU(), nn.Linear(H // 4, H // 4), nn.GELU())
        self.project = nn.Linear(H, H // 2)
        widths = [(H // 2, H // 4), (H // 4, H // 8)]
        self.skip = nn.ModuleList(nn.Linear(a, b) for a, b in widths)
        self.inner = nn.ModuleList(nn.Sequential(nn.Linear(a, b), nn.GELU(), nn.Linear(b, b)) for a, b in widths)
        self.film = nn.ModuleList(nn.Linear(H // 4, 2 * b) for _, b in widths)
        self.norm = nn.LayerNorm(H // 8)
        self.head = nn.Sequential(nn.Linear(H // 8, 256), nn.GELU(), nn.Linear(256, 128), nn.GELU(), nn.Linear(128, 2 * (STEPS + 1)))

    def forward(self, prompt, budget):
        code = self.budget(budget[:, None])
        x = self.project(prompt)
        for skip, inner, film in zip(self.skip, self.inner, self.film):
            x = skip(x) + inner(x)
            scale, shift = film(code)[:, None].chunk(2, -1)
            x = x * (1 + scale) + shift
        return self.head(self.norm(x.mean(1)))


def multi_step(theta):
    """[B, 2(S+1)] -> shares [B, L], the first of them 1."""
    drops = theta[:, : STEPS + 1].softmax(-1)[:, :STEPS]
    cuts = LAYERS * theta[:, STEPS + 1 :].softmax(-1).cumsum(-1)[:, :STEPS]
    i = torch.arange(1.0, LAYERS)
    later = 1 - (drops[:, :, None] * torch.sigmoid(KAPPA * (i - cuts[:, :, None]))).sum(1)
    return torch.cat([torch.ones(len(theta), 1), later], 1)


def straight_through(scores, alive, share):
    """The hard mask of one layer with the soft mask's gradient, [B, V]; `alive` are survivors, `share` [B]."""
    gone = alive == 0
    # Attention lies in [0, 1], so 2 and -1 stand for "none": they stay finite where a sample has no survivor left.
    least = scores.masked_fill(gone, 2.0).amin(1, keepdim=True)
    most = scores.masked_fill(gone, -1.0).amax(1, keepdim=True)
    q = ((scores - least) / (most - least).clamp(min=1e-12)).clamp(0, 1).add(1e-8).log()
    ranked, order = q.masked_fill(gone, -torch.inf).sort(dim=1, descending=True, stable=True)
    j = torch.arange(VISUAL)[None]
    weights = torch.exp(-((j - (share[:, None] * VISUAL - 0.5)) ** 2) / 5) * (ranked > -torch.inf)
    threshold = (weights * ranked.masked_fill(ranked == -torch.inf, 0)).sum(1, keepdim=True) / (weights.sum(1, keepdim=True) + 1e-30)
    soft = torch.sigmoid((q - threshold) / 0.1) * alive
    count = torch.floor(share * VISUAL + 0.5)[:, None]
    hard = torch.zeros_like(soft).scatter(1, order, (j < count).float().expand_as(soft)) * alive
    return (hard - soft).detach() + soft


def cost(shares):
    n = TEXT + shares * VISUAL
    return (4 * n * H * H + 2 * n * n * H + 2 * n * H * MLP).sum(-1)


class Twin:
    def __init__(self, weight_gradients):
        torch.manual_seed(0)
        self.embedding = nn.Embedding(VOCABULARY, H)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.final = torch.ones(H)
        for p in [*self.embedding.parameters(), *self.layers.parameters()]:
            p.requires_grad_(weight_gradients)
        self.predictor = Predictor()
        self.optimizer = torch.optim.AdamW(self.predictor.parameters(), lr=4e-4)
        angles = torch.arange(N)[:, None] * 10000.0 ** (-torch.arange(0, D, 2) / D)[None]
        self.cos, self.sin = torch.cat([angles, angles], -1).cos(), torch.cat([angles, angles], -1).sin()
        self.causal = torch.full((N, N), -torch.inf).triu(1)
        self.full = cost(torch.ones(1, LAYERS))
        self.floor = cost(torch.tensor([[1.0] + [0.0] * (LAYERS - 1)]))

    def head(self, x):
        return norm(x, self.final) @ self.embedding.weight.T

    def step(self, ids, pictures, budget):
        x = self.embedding(ids)
        x = torch.cat([x[:, :BEFORE], pictures, x[:, BEFORE:]], 1)
        with torch.no_grad():
            t = x
            for layer in self.layers:
                t = layer.plain(t, self.cos, self.sin)
            teacher = self.head(t).log_softmax(-1)
        shares = multi_step(self.predictor(x[:, : N - ANSWERS], budget))
        mask = torch.ones(len(ids), VISUAL)
        scores = None
        y = x
        for i, layer in enumerate(self.layers):
            if i > 0:
                mask = mask * straight_through(scores, mask.detach(), shares[:, i])
            keep = torch.cat([torch.ones(len(ids), BEFORE), mask, torch.ones(len(ids), N - BEFORE - VISUAL)], 1)
            y, p = layer.masked(y, self.cos, self.sin, self.causal, keep)
            scores = p.mean(1)[:, N - ANSWERS - 1, BEFORE : BEFORE + VISUAL]
        student = self.head(y).log_softmax(-1)
        where = slice(N - ANSWERS - 1, N - 1)
        divergence = (teacher.exp() * (teacher - student)).sum(-1)[:, where].mean(1)
        slack = budget - (cost(shares) - self.floor) / (self.full - self.floor)
        loss = (1000 * divergence - 0.1 * 100 * slack + 10 * slack**2).mean()
        self.optimizer.zero_grad()
        self.layers.zero_grad()
        self.embedding.zero_grad()
        loss.backward()
        self.optimizer.step()
        return float(divergence.mean().detach())


def measure(twin, batch, seconds):
    g = torch.Generator().manual_seed(1)
    draw = lambda: (
        torch.randint(VOCABULARY, (batch, TEXT), generator=g),
        torch.randn(batch, VISUAL, H, generator=g),
        torch.tensor([BUDGETS[k] for k in torch.randint(len(BUDGETS), (batch,), generator=g)]),
    )
    for _ in range(3):
        divergence = twin.step(*draw())
    assert math.isfinite(divergence)
    steps, cpu, wall = 0, time.process_time(), time.perf_counter()
    while steps < 5 or time.process_time() - cpu < seconds:
        twin.step(*draw())
        steps += 1
    samples = steps * batch
    return {"batch": batch, "steps": steps, "cpuSecondsPerSample": (time.process_time() - cpu) / samples, "secondsPerSample": (time.perf_counter() - wall) / samples}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--batches", default="4,1,8,16,32")
    parser.add_argument("--seconds", type=float, default=4, help="processor seconds to spend on each batch size")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--weight-gradients", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_num_interop_threads(1)
    twin = Twin(options.weight_gradients)
    rows = [measure(twin, int(b), options.seconds) for b in options.batches.split(",")]
    print(json.dumps({"torch": torch.__version__, "threads": options.threads, "rows": rows}))
