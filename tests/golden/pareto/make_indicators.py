"""Golden values of fronts and indicators. Needs: numpy, pymoo.

    python make_indicators.py > indicators.json

Fronts, hypervolume and IGD+ come from pymoo; additive epsilon from its definition. Every objective is minimised. Sets hold
duplicates, ties in one coordinate and points beyond the reference.
"""

import json
import sys

import numpy as np
from pymoo.indicators.hv import HV
from pymoo.indicators.igd_plus import IGDPlus
from pymoo.util.nds.non_dominated_sorting import NonDominatedSorting

rng = np.random.default_rng(7)
out = []
for m in (2, 3, 4):
    for n in (1, 5, 40):
        for kind in ("cloud", "front", "grid"):
            points = rng.random((n, m)) * 1.2
            if kind == "front":
                points = points / np.linalg.norm(points, axis=1, keepdims=True)
                points = 1 - points  # mostly mutually non-dominated
            if kind == "grid":
                points = np.round(points * 4) / 4  # duplicates and ties
            points = np.round(points, 4)
            other = np.round(rng.random((12, m)), 4)
            reference = [1.0] * m
            front = sorted(int(i) for i in NonDominatedSorting().do(points, only_non_dominated_front=True))
            epsilon = max(min(max(a - z) for a in points) for z in other)
            out.append(
                dict(
                    points=points.tolist(),
                    reference=reference,
                    front=front,
                    hypervolume=float(HV(ref_point=np.array(reference))(points)),
                    other=other.tolist(),
                    igdPlus=float(IGDPlus(other)(points)),
                    epsilon=float(epsilon),
                )
            )

# METHOD §9: two frontiers read at the same 20 budgets, divergence relative to budget 0 and clipped, pymoo's hypervolume.
budgets = [0.01] + [k / 20 for k in range(1, 20)]
frontiers = []
for n, steepness in ((1, 2.0), (15, 3.0), (200, 5.0)):
    cost = np.round(rng.random(n), 4)
    divergence = np.round(1.3 * np.exp(-steepness * cost) * (1 + 0.5 * rng.random(n)), 4)
    zero = 1.1
    read = []
    for b in budgets:
        within = divergence[cost <= b]
        read.append([b, min(1.0, within.min() / zero) if len(within) else 1.0])
    frontiers.append(
        dict(
            points=[dict(cost=float(c), divergence=float(d)) for c, d in zip(cost, divergence)],
            divergenceAtZero=zero,
            budgets=budgets,
            read=read,
            hypervolume=float(HV(ref_point=np.array([1.0, 1.0]))(np.array(read))),
        )
    )
json.dump(dict(sets=out, frontiers=frontiers), sys.stdout)
