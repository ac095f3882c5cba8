"""Golden values of Gaussian process regression and expected hypervolume improvement. Needs: numpy 2.4.6, scipy 1.17.1.

    python make_gsearch.py > gsearch.json

Covariances and likelihoods from their definitions with numpy's general solvers (no Cholesky factor), the likelihood also by
scipy's multivariate normal; its gradient by central differences with a Richardson step. Expected improvements are integrals of
the improvement itself, measured by a sweep of the front, against the normal or lognormal density (scipy.integrate.quad), each
checked against a million draws.
"""

import json
import sys

import numpy as np
from scipy import integrate, optimize, stats

rng = np.random.default_rng(5)


def matern(a, b, lengths, signal):
    r = np.sqrt((((a[:, None, :] - b[None, :, :]) / lengths) ** 2).sum(axis=-1))
    return signal * (1 + np.sqrt(5) * r + 5 * r**2 / 3) * np.exp(-np.sqrt(5) * r)


def likelihood(points, values, logs):
    lengths, signal, noise = np.exp(logs[:-2]), np.exp(logs[-2]), np.exp(logs[-1])
    k = matern(points, points, lengths, signal) + noise * np.eye(len(points))
    _, determinant = np.linalg.slogdet(k)
    return -0.5 * (values @ np.linalg.solve(k, values) + determinant + len(points) * np.log(2 * np.pi))


def gradient(points, values, logs):
    def central(d, h):
        step = np.eye(len(logs))[d] * h
        return (likelihood(points, values, logs + step) - likelihood(points, values, logs - step)) / (2 * h)

    return np.array([(4 * central(d, 5e-4) - central(d, 1e-3)) / 3 for d in range(len(logs))])


def process(n, dimensions, signal, noise):
    points = np.round(rng.random((n, dimensions)), 5)
    values = np.round(np.sin(4 * points[:, 0]) + (points**2).sum(axis=1) + 0.05 * rng.standard_normal(n), 5)
    values = np.round(values - values.mean(), 5)
    lengths = np.round(0.2 + rng.random(dimensions), 3)
    logs = np.log(np.concatenate([lengths, [signal, noise]]))
    at = np.concatenate([points[:2], np.round(rng.random((6, dimensions)), 5)])
    k = matern(points, points, lengths, signal)
    cross = matern(at, points, lengths, signal)
    noisy = k + noise * np.eye(n)
    inverse = np.linalg.inv(noisy)
    by_scipy = stats.multivariate_normal(np.zeros(n), noisy).logpdf(values)
    assert np.isclose(likelihood(points, values, logs), by_scipy, rtol=1e-8)
    return dict(
        points=points.tolist(),
        values=values.tolist(),
        hyperparameters=dict(lengths=lengths.tolist(), signal=signal, noise=noise),
        covariance=k[: min(n, 6)].tolist(),
        logLikelihood=likelihood(points, values, logs),
        gradient=gradient(points, values, logs).tolist(),
        at=at.tolist(),
        mean=(cross @ inverse @ values).tolist(),
        variance=(signal - np.einsum("ij,jk,ik->i", cross, inverse, cross)).tolist(),
    )


def most_likely():
    """The best likelihood within the bounds that scipy's L-BFGS-B finds from many starts."""
    points = np.round(rng.random((25, 2)), 5)
    values = np.round(np.sin(6 * points[:, 0]) + 0.3 * points[:, 1], 5)
    values = (values - values.mean()) / values.std()
    bounds = np.log([[0.02, 20], [0.02, 20], [0.01, 100], [1e-6, 0.1]])
    best = min(
        (
            optimize.minimize(lambda logs: -likelihood(points, values, logs), rng.uniform(*bounds.T), bounds=bounds)
            for _ in range(20)
        ),
        key=lambda found: found.fun,
    )
    return dict(points=points.tolist(), values=values.tolist(), logLikelihood=-float(best.fun), logs=best.x.tolist())


def area(points, reference):
    """Of what is dominated, two objectives."""
    total, level = 0.0, reference[1]
    points = sorted(tuple(p) for p in points if p[0] < reference[0] and p[1] < reference[1])
    for cost, divergence in points:
        if divergence < level:
            total += (reference[0] - cost) * (level - divergence)
            level = divergence
    return total


def improvement(n, cost, mean, deviation, shift):
    t = np.round(rng.random(n), 4)
    front = np.stack([t, np.round((1 - t) ** 2 * 2 + 0.3 * rng.random(n), 4)], axis=1)  # dominated points as well
    reference = [1.0, 2.2]
    before = area(front, reference)
    gain = lambda y: area(np.vstack([front, [[cost, y]]]), reference) - before
    if shift is None:
        law = stats.norm(mean, deviation)
        low, high = mean - 12 * deviation, mean + 12 * deviation
        draws = law.rvs(1_000_000, random_state=rng)
    else:
        law = stats.lognorm(deviation, loc=-shift, scale=np.exp(mean))
        low, high = -shift, 2.2
        draws = law.rvs(1_000_000, random_state=rng)
    kinks = sorted(y for y in [*front[:, 1], reference[1]] if low < y < high)
    edges = [low, *kinks, high]
    # Finer pieces where the density is narrow.
    edges = np.unique(np.concatenate([edges, law.ppf(np.linspace(0.001, 0.999, 40))]))
    edges = edges[(edges >= low) & (edges <= high)]
    expected = sum(
        integrate.quad(lambda y: gain(y) * law.pdf(y), a, b, epsabs=1e-13, epsrel=1e-12, limit=200)[0]
        for a, b in zip(edges[:-1], edges[1:])
    )
    grid = np.linspace(min(low, draws.min()), 2.2, 20001)
    drawn = np.interp(draws, grid, [gain(y) for y in grid])  # the gain is linear between kinks
    assert abs(drawn.mean() - expected) < 5 * drawn.std() / 1000 + 1e-6, (drawn.mean(), expected)
    return dict(
        front=front.tolist(), reference=reference, cost=cost, mean=mean, deviation=deviation, shift=shift, expected=expected
    )


out = dict(
    processes=[process(1, 1, 1.3, 0.01), process(12, 3, 0.8, 1e-3), process(40, 3, 2.0, 1e-4), process(30, 5, 1.0, 0.05)],
    mostLikely=most_likely(),
    improvements=[
        improvement(0, 0.3, 0.5, 0.2, None),
        improvement(6, 0.25, 0.9, 0.3, None),
        improvement(15, 0.5, 0.2, 0.05, None),
        improvement(15, 0.02, 1.5, 1.0, None),
        improvement(15, 0.9, 3.5, 0.7, None),
        improvement(6, 0.25, -0.3, 0.5, 0.01),
        improvement(15, 0.6, -2.0, 1.2, 0.002),
        improvement(15, 0.05, 0.6, 0.1, 0.1),
    ],
)
json.dump(out, sys.stdout, separators=(",", ":"))
