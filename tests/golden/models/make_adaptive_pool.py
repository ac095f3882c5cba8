"""Adaptive average pooling of token grids, forwards and backwards, by PyTorch (float64).

    pip install torch==2.9.0
    python tests/golden/models/make_adaptive_pool.py
"""
import json
from pathlib import Path

import torch
from torch.nn.functional import adaptive_avg_pool2d

torch.manual_seed(7)
cases = []
for pictures, rows, columns, to_rows, to_columns in [(1, 3, 3, 2, 2), (2, 4, 6, 3, 2), (3, 5, 5, 5, 4), (2, 7, 3, 1, 1)]:
    width = 3
    x = torch.randn(pictures * rows * columns, width, dtype=torch.float64, requires_grad=True)
    grid = x.reshape(pictures, rows, columns, width).permute(0, 3, 1, 2)
    y = adaptive_avg_pool2d(grid, (to_rows, to_columns)).permute(0, 2, 3, 1).reshape(-1, width)
    dy = torch.randn_like(y)
    y.backward(dy)
    rounded = lambda t: [[round(v, 10) for v in row] for row in t.tolist()]
    cases.append(
        dict(rows=rows, columns=columns, pooled=[to_rows, to_columns], x=rounded(x.detach()), y=rounded(y.detach()),
             dy=rounded(dy), dx=rounded(x.grad))
    )
Path(__file__).with_name("adaptivePool.json").write_text(json.dumps({"torch": torch.__version__, "cases": cases}) + "\n")
