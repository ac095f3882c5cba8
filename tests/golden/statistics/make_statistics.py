"""Golden values of the statistics. Needs: numpy, scipy.

    python make_statistics.py > statistics.json

`shared`: SciPy's bootstrap of a difference of paired means with a seeded generator, together with the resample indices that the
same generator gives, so that the interval formulas can be compared digit by digit. `large`: SciPy's intervals from 200,000
resamples, to be met within Monte-Carlo error. `normal`: the normal distribution. `holm`: Holm's step-down adjustment by its
definition (max over the smaller p-values of (m - rank + 1) * p, at most 1). `ratios`: SciPy's bootstrap of a ratio of paired
means, some samples without a part in either, with the indices. `simultaneous`: max-t factors by their definition in NumPy.
"""

import json
import sys

import numpy as np
from scipy import stats

rng = np.random.default_rng(11)


def difference(x, y, axis=-1):
    return np.mean(x, axis=axis) - np.mean(y, axis=axis)


def data(n, kind):
    x = rng.gamma(1.5, 1.0, n) if kind == "skewed" else rng.normal(0, 1, n)
    y = 0.6 * x + rng.normal(0.1, 0.4, n)
    return np.round(x, 4), np.round(y, 4)


shared = []
for n, kind, level, seed in ((10, "skewed", 0.95, 1), (12, "normal", 0.9, 2), (9, "skewed", 0.99, 3)):
    x, y = data(n, kind)
    R = 399
    indices = np.random.default_rng(seed).integers(0, n, (R, n))
    case = dict(x=x.tolist(), y=y.tolist(), level=level, indices=indices.tolist())
    for method in ("percentile", "BCa"):
        result = stats.bootstrap(
            (x, y), difference, paired=True, vectorized=True, n_resamples=R, confidence_level=level, method=method,
            rng=np.random.default_rng(seed),
        )
        d = x - y
        assert np.allclose(result.bootstrap_distribution, d[indices].mean(axis=1)), "the indices are not SciPy's"
        interval = result.confidence_interval
        case[method.lower()] = [float(interval.low), float(interval.high)]
    shared.append(case)

large = []
for n, kind in ((30, "skewed"), (200, "normal")):
    x, y = data(n, kind)
    case = dict(x=x.tolist(), y=y.tolist(), level=0.95)
    for method in ("percentile", "BCa"):
        result = stats.bootstrap(
            (x, y), difference, paired=True, vectorized=True, n_resamples=200_000, batch=10_000, confidence_level=0.95,
            method=method, rng=np.random.default_rng(5),
        )
        interval = result.confidence_interval
        case[method.lower()] = [float(interval.low), float(interval.high)]
        case["standardError"] = float(result.standard_error)
    large.append(case)

xs = [-37.0, -12.0, -8.0, -5.5, -4.0, -3.999, -2.0, -0.3, 0.0, 1e-9, 0.7, 1.96, 3.5, 4.0001, 6.0, 9.0]
ps = [1e-300, 1e-30, 1e-10, 1e-4, 0.02424, 0.02426, 0.2, 0.5, 0.7, 0.975, 0.97576, 0.9999, 1 - 1e-12]
normal = dict(x=xs, cdf=stats.norm.cdf(xs).tolist(), p=ps, quantile=stats.norm.ppf(ps).tolist())

holm = []
for p in ([0.01, 0.04, 0.03, 0.005], [0.5], [0.2, 0.2, 0.9, 0.0001, 0.2], np.round(rng.random(9) ** 3, 5).tolist()):
    order = np.argsort(p, kind="stable")
    adjusted, m = [0.0] * len(p), len(p)
    for rank, i in enumerate(order):
        adjusted[i] = min(1.0, max((m - r) * p[order[r]] for r in range(rank + 1)))
    holm.append(dict(p=p, adjusted=adjusted))


def ratio(x, y, axis=-1):
    return np.mean(x, axis=axis) / np.mean(y, axis=axis)


ratios = []
for n, absent, level, seed in ((12, 0, 0.95, 4), (16, 5, 0.9, 5), (14, 2, 0.99, 6)):
    x = np.round(rng.gamma(1.2, 1.0, n) * rng.choice([-0.2, 1.0], n), 4)
    y = np.round(rng.uniform(0.8, 1.3, n), 4)
    x[:absent] = y[:absent] = 0
    R = 399
    indices = np.random.default_rng(seed).integers(0, n, (R, n))
    case = dict(x=x.tolist(), y=y.tolist(), level=level, indices=indices.tolist(), ratio=float(ratio(x, y)))
    for method in ("percentile", "BCa"):
        result = stats.bootstrap(
            (x, y), ratio, paired=True, vectorized=True, n_resamples=R, confidence_level=level, method=method,
            rng=np.random.default_rng(seed),
        )
        drawn = x[indices].mean(axis=1) / y[indices].mean(axis=1)
        assert np.allclose(result.bootstrap_distribution, drawn), "the indices are not SciPy's"
        interval = result.confidence_interval
        case[method.lower()] = [float(interval.low), float(interval.high)]
    ratios.append(case)

simultaneous = []
for n, k, level in ((10, 1, 0.95), (15, 6, 0.9)):
    values = np.round(rng.gamma(1.5, 1.0, (k, n)) + rng.normal(0, 1, n), 4)
    indices = rng.integers(0, n, (299, n))
    influences = values - values.mean(axis=1, keepdims=True)
    errors = values.std(axis=1) / np.sqrt(n)
    deviations = np.abs(influences[:, indices].mean(axis=2)) / errors[:, None]
    simultaneous.append(dict(
        influences=influences.tolist(), indices=indices.tolist(), level=level, errors=errors.tolist(),
        factor=float(np.quantile(deviations.max(axis=0), level)),
    ))
json.dump(
    dict(shared=shared, large=large, normal=normal, holm=holm, ratios=ratios, simultaneous=simultaneous), sys.stdout
)
