"""Goldens of @noosphere/core/quantize: a small CNN, quantised by onnxruntime's own static QDQ quantiser.

    python tools/goldens/quantize.py
"""

import base64
import json
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static

TARGET = Path(__file__).parents[2] / "packages/core/src/quantize/goldens/quantize.json"


def make_model(random):
    weights = {
        "conv.weight": random.normal(0, 0.4, (8, 1, 3, 3)),
        "conv.bias": random.normal(0, 0.2, 8),
        "fc.weight": random.normal(0, 0.3, (128, 5)),
        "fc.bias": random.normal(0, 0.2, 5),
    }
    nodes = [
        helper.make_node("Conv", ["x", "conv.weight", "conv.bias"], ["features"], pads=[1, 1, 1, 1], kernel_shape=[3, 3]),
        helper.make_node("Relu", ["features"], ["active"]),
        helper.make_node("MaxPool", ["active"], ["pooled"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("Gemm", ["flat", "fc.weight", "fc.bias"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "cnn",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 1, 8, 8])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 5])],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


class Examples(CalibrationDataReader):
    def __init__(self, batches):
        self.batches = iter(batches)

    def get_next(self):
        batch = next(self.batches, None)
        return None if batch is None else {"x": batch}


def parameters(model):
    """Scale and zero point of every tensor that is quantised, by name."""
    constants = {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}
    found = {}
    for node in model.graph.node:
        if node.op_type in ("QuantizeLinear", "DequantizeLinear"):
            name = node.input[0].removesuffix("_quantized").removesuffix("_QuantizeLinear_Output")
            scale, zero_point = (constants[each] for each in node.input[1:3])
            found[name] = {"scale": np.ravel(scale).tolist(), "zeroPoint": np.ravel(zero_point).tolist()}
    return found


def main():
    random = np.random.default_rng(7)
    model = make_model(random)
    batches = [random.normal(0, 1, (8, 1, 8, 8)).astype(np.float32) for _ in range(4)]
    fresh = random.normal(0, 1, (4, 1, 8, 8)).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "model.onnx"), Path(folder, "quantized.onnx")
        onnx.save(model, source)
        quantize_static(
            source,
            target,
            Examples(batches),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
        )
        quantized = onnx.load(target)
        (exact,) = onnxruntime.InferenceSession(source).run(None, {"x": fresh})
        (logits,) = onnxruntime.InferenceSession(target).run(None, {"x": fresh})
    golden = {
        "onnxruntime": onnxruntime.__version__,
        "model": base64.b64encode(model.SerializeToString()).decode(),
        "examples": [batch.ravel().tolist() for batch in batches],
        "fresh": fresh.ravel().tolist(),
        "parameters": parameters(quantized),
        "exact": exact.ravel().tolist(),
        "logits": logits.ravel().tolist(),
    }
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
