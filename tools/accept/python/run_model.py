"""Runs an ONNX file in Python onnxruntime: python run_model.py MODEL INPUTS.safetensors OUTPUTS.safetensors [--check]

--check runs onnx's official checker with full shape inference first.
"""
import sys

import numpy
import onnx
import onnxruntime
from safetensors.numpy import load_file, save_file


def main(model, inputs, outputs, *flags):
    if "--check" in flags:
        onnx.checker.check_model(model, full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    results = session.run(None, load_file(inputs))
    names = [output.name for output in session.get_outputs()]
    save_file({name: numpy.ascontiguousarray(result) for name, result in zip(names, results)}, outputs)


if __name__ == "__main__":
    main(*sys.argv[1:])
