"""Golden Arrow files of @noosphere/train, written by pyarrow: python tools/goldens/arrow.py

    pip install pyarrow==26.0.1

packages/learn/src/readers/goldens/arrow.json: bytes in base64 and the values as texts. `python tools/goldens/arrow.py check FILE…`
prints what pyarrow reads of files that Noosphere wrote.
"""

import base64
import io
import json
import sys
from datetime import datetime, timezone
from pathlib import Path

import pyarrow as pa

TARGET = Path(__file__).parents[2] / "packages/learn/src/readers/goldens/arrow.json"


def table():
    numbers = {
        name: pa.array([1, 0, 3, 4, 5], getattr(pa, name)())
        for name in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64")
    }
    return pa.table({
        **numbers,
        "float16": pa.array([0.5, -2.0, 3.0, 4.0, 65504.0], pa.float32()).cast(pa.float16()),
        "bool": pa.array([True, False, True, True, False]),
        "text": pa.array(["a", None, "", "ü", "longer text"]),
        "large text": pa.array(["b", "c", None, "d", "e"], pa.large_string()),
        "category": pa.array(["red", "blue", "red", None, "blue"]).dictionary_encode(),
        "missing": pa.array([1.5, None, 2.5, None, 3.5]),
        "vector": pa.array([[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]], pa.list_(pa.float32(), 2)),
        "day": pa.array([1, 2, 3, 4, 5], pa.date32()),
        "time": pa.array([datetime(2024, 1, day, tzinfo=timezone.utc) for day in range(1, 6)], pa.timestamp("us", "UTC")),
    })


def written(data, kind="file", rows=None, **options):
    buffer = io.BytesIO()
    new = pa.ipc.new_file if kind == "file" else pa.ipc.new_stream
    with new(buffer, data.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(data, max_chunksize=rows)
    return base64.b64encode(buffer.getvalue()).decode()


def main():
    data = table()
    goldens = {
        "values": {name: [None if v is None else str(v) for v in data[name].to_pylist()] for name in data.column_names if name not in ("day", "time")},
        "file": written(data),
        "stream": written(data, "stream"),
        "batches": written(data, rows=2),
        "stream of batches": written(data, "stream", rows=2),
        "no rows": written(data.slice(0, 0)),
        "integers with nulls": written(pa.table({"x": pa.array([1, None, 3], pa.int32())})),
        "lz4": written(data, compression="lz4"),
        "nested": written(pa.table({"x": pa.array([[1], [2, 3]])})),
    }
    TARGET.write_text(json.dumps(goldens, indent=1) + "\n")


def check(paths):
    for path in paths:
        opened = pa.ipc.open_stream(path) if path.endswith(".arrows") else pa.ipc.open_file(path)
        read = opened.read_all()
        read.validate(full=True)
        print(path, read.schema, read.to_pydict())


if __name__ == "__main__":
    if sys.argv[1:2] == ["check"]:
        check(sys.argv[2:])
    else:
        main()
