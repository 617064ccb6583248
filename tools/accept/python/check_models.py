"""Checks exported models: python check_models.py FOLDER OUT.json

Each folder in FOLDER has model.onnx, inputs.safetensors and expected.safetensors. The official checker runs with full (strict)
shape inference, then onnxruntime on the inputs. OUT.json maps each name to null or to what was wrong.
"""
import json
import os
import sys

import numpy
import onnx
import onnxruntime
from safetensors.numpy import load_file

RELATIVE, ABSOLUTE = {numpy.dtype("float16"): 2e-3}, 1e-6
# The official cases (test_...) were written with rounded results, for a runner with this tolerance for each element.
OFFICIAL = 1e-3


def check(folder):
    path = os.path.join(folder, "model.onnx")
    onnx.checker.check_model(path, full_check=True)
    model = onnx.load(path)
    foreign = {entry.domain for entry in model.opset_import} - {""}
    assert not foreign, f"domains {foreign}"
    assert model.opset_import[0].version <= 23, f"opset {model.opset_import[0].version}"
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    results = session.run(None, load_file(os.path.join(folder, "inputs.safetensors")))
    expected = load_file(os.path.join(folder, "expected.safetensors"))
    for output, got in zip(session.get_outputs(), results):
        want = expected[output.name]
        assert got.dtype == want.dtype, f"{output.name}: type {got.dtype}, expected {want.dtype}"
        assert got.shape == want.shape, f"{output.name}: shape {got.shape}, expected {want.shape}"
        if want.dtype.kind != "f":
            assert (got == want).all(), f"{output.name}: values differ"
            continue
        largest = numpy.abs(want[numpy.isfinite(want)].astype(numpy.float64)).max(initial=0)
        tolerance = RELATIVE.get(want.dtype, 1e-4) * largest + ABSOLUTE
        relative = OFFICIAL if os.path.basename(folder).startswith("test_") else 0
        numpy.testing.assert_allclose(got, want, rtol=relative, atol=tolerance, err_msg=output.name)


def main(folder, out):
    verdicts = {}
    for name in sorted(os.listdir(folder)):
        try:
            check(os.path.join(folder, name))
            verdicts[name] = None
        except Exception as error:  # noqa: BLE001 - the message is the result
            verdicts[name] = f"{type(error).__name__}: {' '.join(str(error).split())[:400]}"
    with open(out, "w") as file:
        json.dump(verdicts, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
