"""Golden values of isotonic regression. Needs: scipy 1.17.1, numpy 2.4.6.

    python make_isotonic.py > isotonic.json

SciPy's pool-adjacent-violators (`scipy.optimize.isotonic_regression`) on rising noise, falling noise, values with ties, and a
single value, with and without weights.
"""

import json

import numpy as np
from scipy.optimize import isotonic_regression

rng = np.random.default_rng(5)


def case(name, values, weights=None):
    y = np.round(values, 6)
    w = None if weights is None else np.round(weights, 6)
    fitted = isotonic_regression(y, weights=w).x
    return dict(
        name=name, values=y.tolist(), weights=None if w is None else w.tolist(), fitted=np.asarray(fitted).tolist()
    )


n = 40
rising = np.sqrt(np.arange(n)) + rng.normal(0, 0.6, n)
cases = [
    case("rising noise", rising),
    case("rising noise, weighted", rising, rng.uniform(0.1, 5, n)),
    case("falling", 10 - 0.2 * np.arange(12) + rng.normal(0, 0.1, 12)),
    case("falling, weighted", 10 - 0.2 * np.arange(12) + rng.normal(0, 0.1, 12), rng.integers(1, 9, 12)),
    case("ties", rng.integers(0, 4, 30).astype(float), rng.integers(1, 4, 30)),
    case("rises already", np.cumsum(rng.uniform(0, 1, 15))),
    case("one value", np.array([3.5]), np.array([2.0])),
]
print(json.dumps(dict(cases=cases), indent=1))
