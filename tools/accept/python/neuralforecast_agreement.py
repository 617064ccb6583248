"""One batch through each of neuralforecast's models at its default sizes (CNN1D: plain PyTorch).

    python neuralforecast_agreement.py FOLDER LOOKBACK HORIZON BATCH

Writes FOLDER/KIND-weights.npz, KIND-gradients.npz by our names and prints JSON: the loss of each.
"""

import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "goldens"))
out, sys.stdout = sys.stdout, sys.stderr
import global_models  # noqa: E402

folder, lookback, horizon, batch = Path(sys.argv[1]), *map(int, sys.argv[2:5])
losses = {}
for kind in global_models.CASES:
    found = global_models.run(kind, False, batch, lookback, horizon)
    np.savez(folder / f"{kind}-weights.npz", **found["weights"])
    np.savez(folder / f"{kind}-gradients.npz", **found["gradients"])
    losses[kind] = dict(loss=found["loss"], covariates=global_models.CASES[kind][3])
print(json.dumps(losses), file=out)
