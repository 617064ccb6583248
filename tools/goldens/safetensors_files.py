"""Writes the safetensors files that core's tests read: python tools/goldens/safetensors_files.py

packages/core/src/safetensors/fixtures/types.safetensors has a tensor of each element type, and types.json the same values
as text; bfloat16.safetensors is stored as torch stores it.
"""
import json
from pathlib import Path

import numpy
import torch
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_torch

FOLDER = Path(__file__).resolve().parents[2] / "packages/core/src/safetensors/fixtures"

VALUES = {
    "F64": (numpy.float64, [[0.1, -2.5], [1e300, -0.0]]),
    "F32": (numpy.float32, [[0.5, -2.25], [1e30, 0.0], [3.0, 4.0]]),
    "F16": (numpy.float16, [0.5, -2.25, 65504.0]),
    "I64": (numpy.int64, [2**40, -(2**40)]),
    "I32": (numpy.int32, [[2**31 - 1, -(2**31)]]),
    "I16": (numpy.int16, [-32768, 32767]),
    "I8": (numpy.int8, [-128, 127, 5]),
    "U64": (numpy.uint64, [2**52]),
    "U32": (numpy.uint32, [2**32 - 1]),
    "U16": (numpy.uint16, [65535]),
    "U8": (numpy.uint8, [0, 255, 7]),
    "BOOL": (numpy.bool_, [True, False, True]),
    "scalar": (numpy.float32, 1.5),
    "empty": (numpy.float32, []),
    "name with ü and \"quotes\"": (numpy.float32, [1.0]),
}


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    arrays = {name: numpy.array(values, dtype) for name, (dtype, values) in VALUES.items()}
    save_file(arrays, FOLDER / "types.safetensors", metadata={"format": "np", "note": "a \\ b"})
    expected = {name: {"shape": list(array.shape), "values": array.tolist()} for name, array in arrays.items()}
    (FOLDER / "types.json").write_text(json.dumps(expected, indent=1) + "\n")
    halves = torch.tensor([[1.0, -2.5], [3.140625, float("inf")]], dtype=torch.bfloat16)
    save_torch({"halves": halves, "full": torch.tensor([0.1])}, FOLDER / "bfloat16.safetensors")


if __name__ == "__main__":
    main()
