"""Golden NPY and NPZ files of @noosphere/train, written by NumPy: python tools/goldens/npy.py

packages/learn/src/readers/goldens/npy.json: each file's bytes in base64 with the values as texts. The same script checks what
Noosphere writes: python tools/goldens/npy.py check FOLDER loads every .npy and .npz in a folder and prints it.
"""

import base64
import io
import json
import sys
from pathlib import Path

import numpy as np

TARGET = Path(__file__).parents[2] / "packages/learn/src/readers/goldens/npy.json"

ARRAYS = {
    "float16": np.array([0.5, -2.25, 65504.0, np.inf], np.float16),
    "float32": np.array([[0.5, -2.25, 1e30], [0.0, 3.0, np.nan]], np.float32),
    "float64": np.array([[0.1, -2.5], [1e300, -0.0]]),
    "int8": np.array([-128, 127, 5], np.int8),
    "int16": np.array([[-32768], [32767]], np.int16),
    "int32": np.array([2**31 - 1, -(2**31)], np.int32),
    "int64": np.array([2**40, -(2**62)], np.int64),
    "uint8": np.array([0, 255, 7], np.uint8),
    "uint16": np.array([65535], np.uint16),
    "uint32": np.array([2**32 - 1], np.uint32),
    "uint64": np.array([2**63 + 1, 3], np.uint64),
    "bool": np.array([[True, False], [False, True]]),
    "scalar": np.array(1.5, np.float32),
    "empty": np.zeros((0, 3), np.float32),
    "fortran": np.asfortranarray(np.arange(24, dtype=np.int16).reshape(2, 3, 4)),
    "big endian float64": np.array([[0.1, 2.0]], ">f8"),
    "big endian int64": np.array([1, 2**40], ">i8"),
    "big endian fortran": np.asfortranarray(np.arange(6, dtype=">u2").reshape(2, 3)),
    "large shape": np.zeros((1,) * 30, np.float32),
}
REFUSED = {
    "objects": np.array([{}, None], object),
    "complex": np.array([1j]),
    "texts": np.array(["a", "bc"]),
    "times": np.array(["2020-01-01"], "datetime64[s]"),
    "table": np.array([(1, 2.0)], [("a", "<i4"), ("b", "<f8")]),
    "long double": np.array([1], np.longdouble),
}


def file_of(array, version=None):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, version)
    return base64.b64encode(buffer.getvalue()).decode()


def archive_of(save, **arrays):
    buffer = io.BytesIO()
    save(buffer, **arrays)
    return base64.b64encode(buffer.getvalue()).decode()


def expected(array):
    return {
        "dtype": array.dtype.newbyteorder("=").name,
        "shape": list(array.shape),
        "values": [str(each) for each in array.ravel().tolist()],
    }


def main():
    goldens = {
        "files": {name: {"bytes": file_of(array), **expected(array)} for name, array in ARRAYS.items()},
        "versions": [file_of(ARRAYS["float32"], (version, 0)) for version in (1, 2, 3)],
        "refused": {name: file_of(array) for name, array in REFUSED.items()},
        "archives": {
            "stored": archive_of(np.savez, x=ARRAYS["float32"], y=ARRAYS["fortran"]),
            "deflated": archive_of(np.savez_compressed, x=ARRAYS["float32"], zeros=np.zeros((50, 40))),
        },
    }
    TARGET.write_text(json.dumps(goldens, indent=1) + "\n")


def check(folder):
    for path in sorted(Path(folder).glob("*.np?")):
        loaded = np.load(path)
        arrays = loaded if isinstance(loaded, np.lib.npyio.NpzFile) else {path.stem: loaded}
        for name in arrays:
            print(path.name, name, json.dumps(expected(arrays[name])))


if __name__ == "__main__":
    if sys.argv[1:2] == ["check"]:
        check(sys.argv[2])
    else:
        main()
