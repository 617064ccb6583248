"""Training steps of neuralforecast's models, timed when asked: one side of an interleaved comparison.

    python neuralforecast_speed.py SERIES LENGTH LOOKBACK HORIZON WINDOWS

Reads lines `MODEL STEPS` and answers each with the milliseconds of every step as JSON. A step is theirs: windows drawn,
scaled, forward, backward, Adam; the batch of series is loaded before, and Lightning's loop around it is left out.
"""

import json
import logging
import sys
import time
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
for name in ("lightning", "pytorch_lightning", "lightning_fabric"):
    logging.getLogger(name).setLevel(logging.ERROR)

from neuralforecast import models  # noqa: E402
from neuralforecast.tsdataset import TimeSeriesDataset, TimeSeriesLoader  # noqa: E402

series, length, lookback, horizon, windows = map(int, sys.argv[1:6])
out, sys.stdout = sys.stdout, sys.stderr
random = np.random.default_rng(1)
t = np.arange(length)
frame = pd.concat(
    pd.DataFrame(
        {"unique_id": f"s{own:02d}", "ds": t, "y": 10 * own + 5 * np.sin(2 * np.pi * t / 24) + random.normal(size=length)}
    )
    for own in range(series)
)
dataset = TimeSeriesDataset.from_df(frame)[0]
batch = next(iter(TimeSeriesLoader(dataset, batch_size=series)))
made = {}


def model_of(name):
    if name not in made:
        model = getattr(models, name)(h=horizon, input_size=lookback, windows_batch_size=windows, max_steps=1000)
        model.log = lambda *args, **options: None
        model.train()
        made[name] = (model, model.configure_optimizers()["optimizer"])
    return made[name]


for line in sys.stdin:
    name, steps = line.split()
    model, optimizer = model_of(name)
    times = []
    for step in range(int(steps)):
        begun = time.perf_counter()
        optimizer.zero_grad()
        model.training_step(batch, step).backward()
        optimizer.step()
        times.append(1000 * (time.perf_counter() - begun))
    print(json.dumps(times), file=out, flush=True)
