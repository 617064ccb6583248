"""What Python onnxruntime makes of the official node cases: python node_cases.py OUT.json

Writes {"folder": ..., "onnxruntime": version, "cases": {name: {"operators": [[domain, name]...], "message": null or why not, "checker": null or what the official checker says}}}.
A case that ends the process is a case that failed: each runs in a worker that is replaced when it dies.
"""
import concurrent.futures
import glob
import json
import os
import sys
from concurrent.futures.process import BrokenProcessPool

import numpy
import onnx
import onnx.backend.test
import onnxruntime
from onnx import numpy_helper

FOLDER = os.path.join(os.path.dirname(onnx.backend.test.__file__), "data", "node")
# The tolerances of onnx's own backend test runner.
RELATIVE, ABSOLUTE = 1e-3, 1e-7


def operators(graph, found):
    for node in graph.node:
        found.add(("" if node.domain == "ai.onnx" else node.domain, node.op_type))
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                operators(attribute.g, found)
    return found


def load(path, value):
    kind = value.type.WhichOneof("value")
    with open(path, "rb") as file:
        data = file.read()
    if kind == "sequence_type":
        return numpy_helper.to_list(onnx.SequenceProto.FromString(data))
    if kind == "optional_type":
        return numpy_helper.to_optional(onnx.OptionalProto.FromString(data))
    return numpy_helper.to_array(onnx.TensorProto.FromString(data))


def compare(got, expected):
    if isinstance(expected, list):
        assert len(got) == len(expected), "sequence lengths differ"
        for a, b in zip(got, expected):
            compare(a, b)
        return
    if expected is None or got is None:
        assert got is None and expected is None, "one is missing"
        return
    got, expected = numpy.asarray(got), numpy.asarray(expected)
    assert got.dtype == expected.dtype, f"type {got.dtype}, expected {expected.dtype}"
    assert got.shape == expected.shape, f"shape {got.shape}, expected {expected.shape}"
    if expected.dtype == object:
        numpy.testing.assert_array_equal(got, expected)
    else:
        numpy.testing.assert_allclose(got, expected, rtol=RELATIVE, atol=ABSOLUTE)


def run(name):
    """None where onnxruntime passes, else what it said."""
    try:
        path = os.path.join(FOLDER, name, "model.onnx")
        model = onnx.load(path)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        for data in sorted(glob.glob(os.path.join(FOLDER, name, "test_data_set_*"))):
            feeds = {
                value.name: load(os.path.join(data, f"input_{index}.pb"), value)
                for index, value in enumerate(model.graph.input)
                if os.path.exists(os.path.join(data, f"input_{index}.pb"))
            }
            results = session.run(None, feeds)
            for index, value in enumerate(model.graph.output):
                compare(results[index], load(os.path.join(data, f"output_{index}.pb"), value))
        return None
    except BaseException as error:  # noqa: BLE001 - the message is the result
        return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


def checked(name):
    """None where the official checker passes the file, else what it said."""
    try:
        onnx.checker.check_model(os.path.join(FOLDER, name, "model.onnx"), full_check=True)
        return None
    except Exception as error:  # noqa: BLE001 - the message is the result
        return " ".join(str(error).split())[:300]


def main(out):
    cases = {}
    names = sorted(os.listdir(FOLDER))
    pool = concurrent.futures.ProcessPoolExecutor(max_workers=1)
    for name in names:
        found = sorted(operators(onnx.load(os.path.join(FOLDER, name, "model.onnx")).graph, set()))
        try:
            message = pool.submit(run, name).result(timeout=60)
        except (BrokenProcessPool, concurrent.futures.TimeoutError) as error:
            message = f"the process ended or hung: {type(error).__name__}"
            pool.shutdown(wait=False, cancel_futures=True)
            pool = concurrent.futures.ProcessPoolExecutor(max_workers=1)
        cases[name] = {"operators": found, "message": message, "checker": checked(name)}
    with open(out, "w") as file:
        json.dump({"folder": FOLDER, "onnxruntime": onnxruntime.__version__, "cases": cases}, file)


if __name__ == "__main__":
    main(sys.argv[1])
