"""Golden values of the kernel functions, written from METHOD §3 alone in float64. Needs: numpy.

    python make_kernel_functions.py > kernelFunctions.json

Each case: name, options, layers, theta [B, P], shares [B, L], weights [L] and the gradient of sum(weights * shares) with respect
to theta by central differences [B, P] (training form). `execution` holds the exact maximum of `exponential`.
"""

import json
import sys

import numpy as np


def sigma(x):
    return 1.0 / (1.0 + np.exp(-np.asarray(x, dtype=np.float64)))


def softmax(x):
    e = np.exp(x - np.max(x))
    return e / e.sum()


def single_step(theta, L, kappa=10.0):
    k, rho = L * sigma(theta[0]), sigma(theta[1])
    i = np.arange(L)
    return 1 + (rho - 1) * sigma(kappa * (i - k))


def linear(theta, L):
    k, rho = L * sigma(theta[0]), sigma(theta[1])
    return np.array([1.0 if i <= k else 1 + (rho - 1) * (i - k) / (L - k) for i in range(L)])


def exponential(theta, L, sharpness=16.0, exact=False):
    k, lam, rho = L * sigma(theta[0]), -np.log(sigma(theta[1])), sigma(theta[2])
    e = np.exp(-lam * np.maximum(np.arange(L) - k, 0))
    if exact:
        return np.maximum(rho, e)
    norm = lambda x: (rho**sharpness + x**sharpness) ** (1 / sharpness)
    return rho + (1 - rho) * (norm(e) - rho) / (norm(1.0) - rho)


def p_sigmoid(theta, L, kappa=10.0):
    k, tau, rho = L * sigma(theta[0]), kappa * sigma(theta[1]), sigma(theta[2])
    return rho + (1 - rho) * sigma(-tau * (np.arange(L) - k))


def multi_step(theta, L, steps=3, kappa=10.0):
    theta = np.asarray(theta)
    d = softmax(theta[: steps + 1])[:steps]
    k = L * np.cumsum(softmax(theta[steps + 1 :]))[:steps]
    return np.array([1 - sum(d[s] * sigma(kappa * (i - k[s])) for s in range(steps)) for i in range(L)])


def free(theta, L):
    return np.concatenate([[1.0], np.cumprod(sigma(theta))])


CASES = [
    ("singleStep", single_step, {}, lambda L: 2),
    ("singleStep", single_step, {"kappa": 4}, lambda L: 2),
    ("linear", linear, {}, lambda L: 2),
    ("exponential", exponential, {}, lambda L: 3),
    ("exponential", exponential, {"sharpness": 32}, lambda L: 3),
    ("pSigmoid", p_sigmoid, {}, lambda L: 3),
    ("pSigmoid", p_sigmoid, {"kappa": 2}, lambda L: 3),
    ("multiStep", multi_step, {}, lambda L: 8),
    ("multiStep", multi_step, {"steps": 1}, lambda L: 4),
    ("multiStep", multi_step, {"steps": 5, "kappa": 3}, lambda L: 12),
    ("free", free, {}, lambda L: L - 1),
]

rng = np.random.default_rng(20260415)
out = []
for name, f, options, count in CASES:
    for L in (2, 8, 28):
        theta = np.round(rng.normal(0, 1.5, (4, count(L))), 3)
        weights = np.round(rng.normal(0, 1, L), 3)

        def shares(row, **more):
            r = f(row, L, **options, **more)
            r[0] = 1.0  # after the kernel
            return r

        def gradient(row):
            g, h = [], 1e-6
            for j in range(len(row)):
                up, down = row.copy(), row.copy()
                up[j] += h
                down[j] -= h
                g.append(float(weights @ (shares(up) - shares(down)) / (2 * h)))
            return g

        case = dict(name=name, options=options, layers=L, theta=theta.tolist(), weights=weights.tolist())
        case["shares"] = [np.round(shares(row), 10).tolist() for row in theta]
        if name == "exponential":
            case["execution"] = [np.round(shares(row, exact=True), 10).tolist() for row in theta]
        case["gradient"] = [np.round(gradient(row), 8).tolist() for row in theta]
        out.append(case)
json.dump(out, sys.stdout)
