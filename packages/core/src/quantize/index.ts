/** @noosphere/core/quantize: models in fewer bytes, and products on integers. */
export {
  type Example,
  type QuantizeOptions,
  type QuantizeResult,
  quantizeOnnx,
} from './quantize-onnx.js';
export type { RangeMethod } from './ranges.js';
