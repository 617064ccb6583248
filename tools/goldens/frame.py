"""Goldens of frames: times by pandas' date_range, what infer_freq says of them, and a Parquet file that pandas wrote.

    python tools/goldens/frame.py
"""

import base64
import io
import json
from pathlib import Path

import pandas as pd

TARGET = Path(__file__).parents[2] / "packages/forecast/src/goldens/frame.json"
RANGES = [
    ("s", "2024-02-28 23:59:50", 20),
    ("30s", "2024-02-28 23:59:00", 10),
    ("min", "2023-12-31 23:55", 12),
    ("15min", "2023-12-31 23:00", 12),
    ("h", "2024-02-28 20:00", 40),
    ("4h", "2024-02-28 20:00", 20),
    ("D", "2024-02-20", 20),
    ("2D", "2024-02-20", 20),
    ("B", "2024-02-20", 30),
    ("W-WED", "2023-12-20", 10),
    ("2W-WED", "2023-12-20", 10),
    ("MS", "2023-11-01", 16),
    ("ME", "2023-11-30", 16),
    ("2MS", "2023-11-01", 9),
    ("QS", "2023-01-01", 9),
    ("QE", "2023-03-31", 9),
    ("YS", "1896-01-01", 9),
    ("YE", "1896-12-31", 9),
    ("MS", "1969-10-01", 9),
]


def times(frequency, start, count):
    stamps = pd.date_range(start, periods=count, freq=frequency)
    return {
        "frequency": frequency.split("-")[0],
        "times": [int(stamp.timestamp() * 1000) for stamp in stamps],
    }


def parquet():
    table = pd.DataFrame(
        {
            "unique_id": ["A"] * 3 + ["B"] * 2,
            "ds": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-04", "2024-01-01", "2024-01-02"]),
            "y": [1.5, None, 3.25, 4.0, 5.0],
            "price": pd.array([1, 2, 3, 4, 5], dtype="int64"),
        }
    )
    file = io.BytesIO()
    table.to_parquet(file, index=False)
    return base64.b64encode(file.getvalue()).decode()


def main():
    goldens = {"ranges": [times(*each) for each in RANGES], "parquet": parquet()}
    TARGET.write_text(json.dumps(goldens, separators=(",", ":")) + "\n")


main()
