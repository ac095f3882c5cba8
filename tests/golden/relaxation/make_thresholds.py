"""Golden for the two thresholds: soft masks and their gradients, written from the method's section 4 in numpy.

Needs numpy. Run in this folder: python make_thresholds.py; writes thresholds.json. Gradients are complex-step derivatives
(Squire & Trapp, SIAM Review 40, 1998): exact to rounding, and no derivative is written down by hand.
"""
import json
import os

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def by_score(scores, share, visual):
    """Sigmoid in log scores around a local threshold; complex in, complex out."""
    least, most = np.argmin(scores.real), np.argmax(scores.real)
    s = (scores - scores[least]) / (scores[most] - scores[least])
    q = np.log(s + 1e-8)
    order = np.argsort(-q.real, kind="stable")
    exponents = -((np.arange(len(q)) - (share * visual - 0.5)) ** 2) / 5
    weights = np.exp(exponents - exponents.real.max())
    threshold = (weights * q[order]).sum() / weights.sum()
    return 1 / (1 + np.exp(-(q - threshold) / 0.1))


def by_rank(scores, share, visual):
    """Sigmoid in the rank, 1.5 tokens wide."""
    rank = np.empty(len(scores))
    rank[np.argsort(-scores.real, kind="stable")] = np.arange(len(scores))
    return 1 / (1 + np.exp(-(share * visual - 0.5 - rank) / 1.5))


def derivative(f, d_soft):
    step = 1e-30
    return float((f(1j * step).imag / step * d_soft).sum())


def case(kind, scores, share, visual, d_soft):
    f = {"score": by_score, "rank": by_rank}[kind]
    scores = np.array(scores, dtype=complex)
    unit = np.eye(len(scores))
    return {
        "kind": kind, "scores": scores.real.tolist(), "share": share, "visual": visual, "dSoft": d_soft.tolist(),
        "soft": f(scores, complex(share), visual).real.tolist(),
        "dShare": derivative(lambda h: f(scores, share + h, visual), d_soft),
        "dScores": [derivative(lambda h: f(scores + h * unit[j], complex(share), visual), d_soft) for j in range(len(scores))],
    }


rng = np.random.default_rng(7)
cases = []
for kind in ("score", "rank"):
    for survivors, visual, share in [(16, 16, 0.5), (16, 16, 1.0), (16, 16, 0.0), (9, 36, 0.21), (9, 36, 0.25), (2, 30, 0.04), (40, 64, 0.3), (5, 5, 0.77)]:
        for spread in (1.0, 3.0):
            scores = np.exp(spread * rng.standard_normal(survivors))
            cases.append(case(kind, (scores / scores.sum()).tolist(), share, visual, rng.standard_normal(survivors)))
# Far outside of the survivors the nearest end alone decides.
cases.append(case("score", [0.3, 0.1, 0.2], 0.9, 400, np.array([1.0, -2.0, 0.5])))
with open(os.path.join(HERE, "thresholds.json"), "w") as f:
    json.dump(cases, f, separators=(",", ":"))
    f.write("\n")
print(len(cases))
