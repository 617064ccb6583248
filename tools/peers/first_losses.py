"""Writes the first loss of each row as PyTorch computes it in float64, which our side is tested against.

  python first_losses.py FOLDER  ->  {"mlp": 1.0, ...} on stdout

FOLDER holds a folder for each row, named as the row, with weights.safetensors and batches.safetensors:
`../bench/write-goldens.ts` makes them, runs this, and keeps what it prints.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.numpy import load_file

from torch_models import build


def first_loss(folder):
    model = build(folder.name, load_file(folder / "weights.safetensors")).double()
    batches = load_file(folder / "batches.safetensors")
    x, y = [torch.from_numpy(batches[name]) for name in ("x0", "y0")]
    # Class and token numbers are int64 in PyTorch, all else is float64 here.
    x, y = [part.long() if part.dtype == torch.int32 else part.double() for part in (x, y)]
    with torch.no_grad():
        return model(x, y).item()


print(json.dumps({folder.name: first_loss(folder) for folder in sorted(Path(sys.argv[1]).iterdir())}, indent=1))
