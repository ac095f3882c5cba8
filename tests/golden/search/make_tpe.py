"""Golden values of the tree-structured Parzen estimator. Needs: numpy 2.4.6, optuna 5.0.0.

    python make_tpe.py > tpe.json

Estimators, splits and subsets come from Optuna's own classes. Contribution weights are the hypervolume that the front loses
without each trial, by Optuna's hypervolume; they equal those of Optuna 4.5.0, whose sampler still had them. Whole runs are
Optuna's TPESampler with its defaults (for two objectives: each coordinate by itself) on a function after ZDT1 of Zitzler, Deb
and Thiele 2000.
"""

import json
import sys
import warnings

import numpy as np
import optuna
from optuna._hypervolume import compute_hypervolume
from optuna._hypervolume.hssp import _solve_hssp
from optuna.distributions import FloatDistribution
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.samplers._tpe.sampler import (
    _get_reference_point,
    _split_complete_trials_multi_objective,
    default_gamma_multiobjective,
    default_weights,
)
from optuna.study._multi_objective import _is_pareto_front

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.simplefilter("ignore")
rng = np.random.default_rng(11)


def parzen(n, weighted, dimensions=1):
    observations = np.round(rng.random((n, dimensions)), 6)
    if n == 7:
        observations[:2] = [[0.0], [1.0]]  # kernels at both ends
    weights = np.round(rng.random(n), 6) if weighted else default_weights(n)
    parameters = _ParzenEstimatorParameters(1.0, True, False, default_weights, True)
    names = [f"x{d}" for d in range(dimensions)]
    by_name = lambda points: dict(zip(names, points.T))
    space = {name: FloatDistribution(0.0, 1.0) for name in names}
    estimator = _ParzenEstimator(by_name(observations), space, parameters, weights.copy())
    mixture = estimator._mixture_distribution
    at = np.concatenate([np.zeros((1, dimensions)), np.ones((1, dimensions)), np.round(rng.random((20, dimensions)), 6)])
    return dict(
        dimensions=dimensions,
        observations=observations.tolist(),
        given=weights.tolist(),
        weights=mixture.weights.tolist(),
        means=[d.mu.tolist() for d in mixture.distributions],
        sigmas=[d.sigma.tolist() for d in mixture.distributions],
        at=at.tolist(),
        logDensity=estimator.log_pdf(by_name(at)).tolist(),
    )


def contributions(values):
    reference = _get_reference_point(values)
    on_front = _is_pareto_front(values, assume_unique_lexsorted=False)
    front = values[on_front]
    without = [compute_hypervolume(np.delete(front, i, axis=0), reference) for i in range(len(front))]
    lost = np.zeros(len(values))
    lost[on_front] = compute_hypervolume(front, reference) - np.array(without)
    return np.maximum(lost / lost.max(), 1e-12)


class Study:
    directions = [optuna.study.StudyDirection.MINIMIZE] * 2


def split(n, decimals):
    values = np.round(rng.random((n, 2)) * [1.0, 3.0], decimals)
    trials = [optuna.trial.create_trial(values=row.tolist()) for row in values]
    for number, trial in enumerate(trials):
        trial.number = number
    count = default_gamma_multiobjective(n)
    out = []
    for good in sorted({count, max(1, n // 3), n}):
        below, above = _split_complete_trials_multi_objective(trials, Study(), good)
        below = sorted(t.number for t in below)
        out.append(dict(good=good, below=below, above=sorted(t.number for t in above)))
    below = values[out[0]["below"]]
    return dict(
        values=values.tolist(),
        count=count,
        splits=out,
        reference=_get_reference_point(below).tolist(),
        contributions=contributions(below).tolist() if len(below) > 1 else [1.0],
    )


def subset(n, count):
    t = np.sort(rng.random(n))
    front = np.round(np.stack([t, (1 - np.sqrt(t)) * 2], axis=1), 6)
    front = front[rng.permutation(n)]
    if n > 8:
        front[3] = front[5]  # equal points
    chosen = _solve_hssp(front, np.arange(n), count, _get_reference_point(front))
    return dict(front=front.tolist(), count=count, chosen=sorted(int(i) for i in chosen))


DIMENSIONS, TRIALS, REFERENCE = 5, 100, [1.1, 6.0]


def zdt(x):
    g = 1 + 9 * np.mean(x[1:])
    return x[0], g * (1 - np.sqrt(x[0] / g))


def run(sampler):
    study = optuna.create_study(directions=["minimize", "minimize"], sampler=sampler)
    study.optimize(lambda t: zdt([t.suggest_float(f"x{d}", 0, 1) for d in range(DIMENSIONS)]), n_trials=TRIALS)
    values = np.array([t.values for t in study.trials])
    return compute_hypervolume(values[(values < REFERENCE).all(axis=1)], np.array(REFERENCE))


out = dict(
    parzen=[parzen(n, weighted) for n, weighted in [(0, False), (1, False), (2, True), (7, True), (30, False)]]
    + [parzen(120, False), parzen(9, True, 3), parzen(40, False, 27)],
    splits=[split(n, decimals) for n, decimals in [(5, 6), (23, 6), (40, 1), (120, 6), (120, 1)]],
    subsets=[subset(n, count) for n, count in [(4, 2), (12, 5), (12, 12), (30, 1), (30, 29)]],
    recency={str(n): default_weights(n).tolist() for n in (0, 1, 24, 25, 26, 27, 60)},
    run=dict(
        dimensions=DIMENSIONS,
        trials=TRIALS,
        reference=REFERENCE,
        tpe=[float(run(optuna.samplers.TPESampler(seed=seed))) for seed in range(12)],
        random=[float(run(optuna.samplers.RandomSampler(seed=seed))) for seed in range(12)],
    ),
)
json.dump(out, sys.stdout, separators=(",", ":"))
