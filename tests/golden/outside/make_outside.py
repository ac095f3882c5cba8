"""Evaluations as somebody else might have made them, and what they amount to, worked out with NumPy, SciPy and statsmodels.

Made with numpy 2.4.6, scipy 1.17.1, statsmodels 0.15.0:  python tests/golden/outside/make_outside.py
"""

import json
from pathlib import Path

import numpy as np
from scipy import stats
from scipy.special import gammaln
from statsmodels.stats.power import TTestPower

random = np.random.default_rng(20260415)
SAMPLES = 48
hardness = random.normal(0, 0.5, SAMPLES)
CONFIGURATIONS = [
    # configuration, series, budget, cost, quality
    ("ours 0.3", "ours", 0.3, 30.0, 0.9),
    ("ours 0.5", "ours", 0.5, 50.0, 1.3),
    ("fastv 0.3", "fastv", 0.3, 30.2, 0.6),
    ("fastv 0.5", "fastv", 0.5, 55.0, 1.25),
    ("whole", None, None, 100.0, 1.6),
]

evaluations = []
scores = {}
costs = {}
for name, series, budget, cost, quality in CONFIGURATIONS:
    scores[name] = np.round(quality + hardness + random.normal(0, 0.4, SAMPLES), 6)
    costs[name] = np.round(cost * random.uniform(0.99, 1.01, SAMPLES), 6)
    for s in range(SAMPLES):
        row = {"configuration": name, "sample": f"s{s:02}", "score": scores[name][s], "cost": costs[name][s]}
        evaluations.append({**row, "series": series, "budget": budget})


def interval(values):
    found = stats.bootstrap(
        (values,), np.mean, n_resamples=200_000, method="BCa", batch=20_000, random_state=np.random.default_rng(1)
    ).confidence_interval
    return {"low": found.low, "high": found.high}


def dominated(name):
    point = (costs[name].mean(), -scores[name].mean())
    others = [(costs[one].mean(), -scores[one].mean()) for one in scores if one != name]
    return any(all(a <= b for a, b in zip(one, point)) and one != point for one in others)


means = {
    name: {
        "score": scores[name].mean(),
        "cost": costs[name].mean(),
        **interval(scores[name]),
        "deviation": scores[name].std(ddof=1),
        "onFrontier": not dominated(name),
    }
    for name in scores
}


def comparison(a, b, comparisons):
    difference = scores[a] - scores[b]
    d = difference.mean() / difference.std(ddof=1)
    df = SAMPLES - 1
    g = d * np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / np.sqrt(df / 2)
    needed = TTestPower().solve_power(effect_size=abs(g), alpha=0.05 / comparisons, power=0.8)
    cost = abs(costs[a].mean() - costs[b].mean()) / max(costs[a].mean(), costs[b].mean())
    return {
        "difference": difference.mean(),
        **interval(difference),
        "deviation": difference.std(ddof=1),
        "effectSize": g,
        "samplesNeeded": int(np.ceil(needed)),
        "costResidual": cost,
        "t": stats.ttest_rel(scores[a], scores[b]).pvalue,
    }


pairs = [("ours 0.3", "fastv 0.3"), ("ours 0.5", "fastv 0.5"), ("whole", "ours 0.5")]
comparisons = [{"a": a, "b": b, **comparison(a, b, len(pairs))} for a, b in pairs]
Path(__file__).with_name("outside.json").write_text(
    json.dumps({"evaluations": evaluations, "means": means, "comparisons": comparisons}, indent=1) + "\n"
)
