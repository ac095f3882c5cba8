"""Golden values of the statistics. Made with numpy 2.4.6, scipy 1.17.1, statsmodels 0.15.0.

    python make_statistics.py > statistics.json

`shared`: SciPy's bootstrap of a difference of paired means with a seeded generator, together with the resample indices that the
same generator gives, so that the interval formulas can be compared digit by digit. `large`: SciPy's intervals from 200,000
resamples, to be met within Monte-Carlo error. `signFlips`: the two-sided test of a mean by flipping signs, SciPy's
permutation_test of one paired sample. `normal`: the normal distribution. `holm`: Holm's step-down adjustment by its definition
(max over the smaller p-values of (m - rank + 1) * p, at most 1), checked against statsmodels. `ratios`: SciPy's bootstrap of a
ratio of paired means, some samples without a part in either, with the indices. `simultaneous`: max-t factors by their
definition in NumPy.

`studentT`: survival and critical values of Student's t, and survival of the noncentral t. `power`: statsmodels' TTestPower,
two-sided, at the significance over the comparisons, and the least whole number of samples and the least effect that reach a
power, the former by trying one after another. `effects`: d_z and Hedges' g of paired vectors by their definitions.
"""

import json
import sys

import numpy as np
from scipy import optimize, special, stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower

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
    assert np.allclose(adjusted, multipletests(p, method="holm")[1], rtol=1e-14, atol=0), "not statsmodels' adjustment"
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

central = [(t, nu) for nu in (1, 2, 3.5, 7, 30, 127, 5000) for t in (-3.0, 0.0, 0.4, 2.0, 9.0)]
noncentral = [(2.0, 5, 1.5), (-1.0, 9, 2.0), (2.3, 127, 3.0), (12.7, 1, 0.7), (4.0, 15, 6.0), (1.98, 99, -2.0), (30.0, 9, 25.0)]
tails = [(tail, nu) for nu in (1, 2, 15, 63, 800) for tail in (0.4, 0.05, 0.025, 1e-4, 1e-7)]
student = dict(
    central=[dict(t=t, degrees=nu, survival=float(stats.t.sf(t, nu))) for t, nu in central],
    noncentral=[
        dict(t=t, degrees=nu, noncentrality=d, survival=float(stats.nct.sf(t, nu, d))) for t, nu, d in noncentral
    ],
    critical=[dict(tail=tail, degrees=nu, t=float(stats.t.isf(tail, nu))) for tail, nu in tails],
)

paired = TTestPower()
power = []
for effect, samples, significance, comparisons in (
    (0.5, 34, 0.05, 1), (0.2, 64, 0.05, 1), (-0.3, 128, 0.05, 20), (0.0, 10, 0.05, 1), (1.2, 5, 0.01, 1), (2.5, 3, 0.1, 2),
    (0.05, 3000, 0.05, 6),
):
    value = paired.power(abs(effect), samples, significance / comparisons, alternative="two-sided")
    power.append(dict(effect=effect, samples=samples, significance=significance, comparisons=comparisons, power=float(value)))
needed = []
for effect, wanted, significance, comparisons in (
    (0.5, 0.8, 0.05, 1), (0.2, 0.8, 0.05, 1), (0.2, 0.9, 0.05, 20), (1.5, 0.95, 0.01, 1), (2.5, 0.8, 0.05, 1),
    (0.8, 0.3, 0.05, 1),
):
    samples = 2
    while paired.power(effect, samples, significance / comparisons, alternative="two-sided") < wanted:
        samples += 1
    assert np.isfinite(paired.power(effect, samples, significance / comparisons, alternative="two-sided"))
    needed.append(dict(effect=effect, power=wanted, significance=significance, comparisons=comparisons, samples=samples))
detectable = []
for samples, wanted, significance, comparisons in ((64, 0.8, 0.05, 1), (128, 0.8, 0.05, 20), (5, 0.9, 0.05, 1), (500, 0.5, 0.01, 3)):
    effect = optimize.brentq(
        lambda e: paired.power(e, samples, significance / comparisons, alternative="two-sided") - wanted, 1e-3,
        6 / np.sqrt(samples), xtol=1e-13, rtol=1e-13,
    )
    detectable.append(dict(samples=samples, power=wanted, significance=significance, comparisons=comparisons, effect=effect))

# Other numbers than the earlier sections', whose draws stay as they are.
rng = np.random.default_rng(12)
effects = []
for n, kind in ((3, "normal"), (12, "skewed"), (200, "binary")):
    x, y = data(n, kind)
    if kind == "binary":
        x, y = (x > 0.2).astype(float), (y > -0.3).astype(float)
    d = x - y
    nu = n - 1
    dz = d.mean() / d.std(ddof=1)
    correction = special.gamma(nu / 2) / (np.sqrt(nu / 2) * special.gamma((nu - 1) / 2))
    case = dict(a=x.tolist(), b=y.tolist(), deviation=float(d.std(ddof=1)), d=float(dz), g=float(dz * correction))
    # The t statistic of the pairs is d_z * sqrt(n).
    assert np.isclose(dz * np.sqrt(n), stats.ttest_rel(x, y).statistic)
    if kind == "binary":
        case["discordant"] = dict(share=float(np.mean(x != y)), onlyA=int(np.sum(x > y)), onlyB=int(np.sum(y > x)))
    effects.append(case)

# Every choice of signs up to 12 samples, SciPy's random ones above.
flips, flip_rng = [], np.random.default_rng(23)
for n, kind in ((2, "normal"), (5, "normal"), (9, "skewed"), (12, "ties"), (12, "sparse"), (40, "normal"), (64, "skewed"), (160, "sparse")):
    d = flip_rng.normal(0.3, 1, n)
    if kind == "skewed":
        d = flip_rng.lognormal(0, 1.2, n) - 1.4
    elif kind == "ties":
        d = np.round(d * 2) / 10
    elif kind == "sparse":
        d = np.where(flip_rng.random(n) < 8 / n, d + 0.5, 0.0)
    exact = n <= 12
    result = stats.permutation_test(
        (d,), lambda x, axis=-1: np.mean(x, axis=axis), permutation_type="samples", vectorized=True,
        n_resamples=10_000 if exact else 1_000_000, batch=20_000, rng=np.random.default_rng(7),
    )
    flips.append(dict(kind=kind, exact=exact, differences=d.tolist(), p=float(result.pvalue)))

json.dump(
    dict(
        signFlips=flips, shared=shared, large=large, normal=normal, holm=holm, ratios=ratios, simultaneous=simultaneous, studentT=student,
        power=dict(power=power, needed=needed, detectable=detectable), effects=effects,
    ),
    sys.stdout,
)
