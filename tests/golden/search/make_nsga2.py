"""Golden values of NSGA-II. Needs: numpy 2.4.6, pymoo 0.6.2.

    python make_nsga2.py > nsga2.json

`sorts`: fronts of pymoo's fast_non_dominated_sort; with violations by the same sort over the matrix of its constrained
Dominator. `crowding`: pymoo's crowding distance, times the number of objectives, because it takes the mean where the
paper takes the sum. `crossover` and `mutation`: pymoo's operators themselves, their generator replaced by one that hands
out given numbers; `uniform` holds those numbers in the order in which an operator that goes through the coordinates one
by one asks for them. `runs`: hypervolume of everything that pymoo's NSGA-II evaluated, seed by seed, with mutation of
every child (chance 1/D per coordinate) and tournaments by rank and crowding, as in the paper.
"""

import json
import sys

import numpy as np
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.population import Population
from pymoo.core.problem import Problem
from pymoo.indicators.hv import HV
from pymoo.operators.crossover.sbx import SBX
from pymoo.operators.mutation.pm import PM
from pymoo.operators.survival.rank_and_crowding.metrics import get_crowding_function
from pymoo.optimize import minimize
from pymoo.problems import get_problem
from pymoo.util.dominator import Dominator
from pymoo.util.nds.fast_non_dominated_sort import fast_non_dominated_sort

rng = np.random.default_rng(5)


def ranks(points, violations):
    class Constrained(Dominator):
        def calc_domination_matrix(self, F):
            return Dominator.calc_domination_matrix_loop(F, violations[:, None])

    rank = [0] * len(points)
    for k, front in enumerate(fast_non_dominated_sort(points, dominator=Constrained())):
        for i in front:
            rank[i] = k
    return rank


sorts = []
for n in (1, 2, 30, 120):
    for kind in ("cloud", "grid", "chain"):
        points = rng.random((n, 2))
        if kind == "grid":
            points = np.round(points * 5) / 5  # duplicates and ties
        if kind == "chain":
            points = np.sort(points, axis=0)  # every point a front of its own
        points = np.round(points, 4)
        violations = np.round(np.maximum(0, rng.normal(0, 0.2, n)), 1)  # half feasible, the others with ties
        sorts.append(
            dict(
                points=points.tolist(),
                ranks=ranks(points, np.zeros(n)),
                violations=violations.tolist(),
                constrained=ranks(points, violations),
            )
        )

crowding = []
for n, m, kind in ((1, 2, ""), (2, 2, ""), (3, 2, ""), (25, 2, ""), (25, 2, "ties"), (10, 2, "flat"), (15, 3, "")):
    x = np.sort(rng.random(n))
    front = np.column_stack([x] + [rng.random(n) for _ in range(m - 2)] + [(1 - x) ** 2 * 7])
    if kind == "ties":
        front = np.round(front * 3)
    if kind == "flat":
        front[:, 1] = 0.5
    front = np.round(front, 4)[rng.permutation(n)]
    distances = get_crowding_function("cd").do(front) * m
    crowding.append(
        dict(front=front.tolist(), distances=[None if np.isinf(d) else float(d) for d in distances])  # null: infinite
    )


class Given:
    """A generator that hands out what it was given, one array a call."""

    def __init__(self, *arrays):
        self.arrays = [np.asarray(array, dtype=float) for array in arrays]

    def random(self, size=None):
        array = self.arrays.pop(0)
        assert array.size == np.prod(size), (array.shape, size)
        return array.reshape(size)


D = 6
cube = Problem(n_var=D, n_obj=2, xl=0.0, xu=1.0)
crossover = []
for k in range(12):
    a, b = np.round(rng.random((2, D)), 3)
    if k % 3 == 0:
        a[0], b[1], b[2], a[3] = 0.0, 1.0, a[2], 1e-9  # both bounds, equal parents, very near a bound
    if k % 4 == 0:
        b[4] = a[4] + 1e-6  # nearly equal parents
    pair = float(np.round(rng.random(), 6)) if k % 4 else 0.95
    coordinate, spread, exchange = np.round(rng.random((3, D)), 6)
    crossed = (coordinate < 0.5) & (np.abs(a - b) > 1e-14)
    given = Given([pair], [0.5], coordinate, spread[crossed], exchange[crossed])
    parents = Population.new("X", np.array([a, b]))
    children = SBX(eta=15, prob=0.9).do(cube, parents, parents=np.array([[0, 1]]), random_state=given).get("X")
    uniform = [pair]
    if pair < 0.9:
        for d in range(D):
            uniform += [coordinate[d]] + ([spread[d], exchange[d]] if crossed[d] else [])
    crossover.append(dict(parents=[a.tolist(), b.tolist()], uniform=uniform, children=children.tolist()))

mutation = []
for k in range(12):
    x = np.round(rng.random(D), 3)
    if k % 3 == 0:
        x[0], x[1] = 0.0, 1.0
    coordinate, step = np.round(rng.random((2, D)), 6)
    coordinate = np.round(coordinate / 3, 6)  # half of the coordinates move
    moved = coordinate < 1 / D
    given = Given(coordinate, step[moved], [0.0])
    child = PM(eta=20, prob=1.0).do(cube, Population.new("X", x[None]), random_state=given).get("X")[0]
    uniform = []
    for d in range(D):
        uniform += [coordinate[d]] + ([step[d]] if moved[d] else [])
    mutation.append(dict(point=x.tolist(), uniform=uniform, mutated=child.tolist()))

SEEDS, EVALUATIONS, VARIABLES, REFERENCE = 31, 3000, 10, [1.1, 1.1]
runs = []
for name in ("zdt1", "zdt2"):
    volumes = []
    for seed in range(SEEDS):
        problem = get_problem(name, n_var=VARIABLES)
        evaluated = []
        evaluate = problem._evaluate

        def recorded(x, out, *args, **kwargs):
            evaluate(x, out, *args, **kwargs)
            evaluated.append(np.array(out["F"]))

        problem._evaluate = recorded
        algorithm = NSGA2(pop_size=40, crossover=SBX(eta=15, prob=0.9), mutation=PM(eta=20, prob=1.0))
        algorithm.tournament_type = "comp_by_rank_and_crowding"
        minimize(problem, algorithm, ("n_eval", EVALUATIONS), seed=seed)
        F = np.concatenate(evaluated)
        assert len(F) == EVALUATIONS
        volumes.append(float(HV(ref_point=np.array(REFERENCE))(F)))
    runs.append(
        dict(problem=name, variables=VARIABLES, evaluations=EVALUATIONS, reference=REFERENCE, hypervolumes=volumes)
    )

json.dump(dict(sorts=sorts, crowding=crowding, crossover=crossover, mutation=mutation, runs=runs), sys.stdout)
