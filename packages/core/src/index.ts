/** @noosphere/core: tensors, operators, gradients, and programs that ONNX Runtime runs. */
import { installEvaluator } from './graph/index.js';
import { evaluate } from './tensor/index.js';

installEvaluator(evaluate);

export {
  ArgumentError,
  DTypeError,
  type ErrorKind,
  FormatError,
  GraphError,
  internalError,
  NoosphereError,
  PlatformError,
  RuntimeError,
  ShapeError,
} from '@noosphere/base';
export * from './autodiff/index.js';
export * from './graph/index.js';
export * from './onnx/index.js';
export * from './ops/index.js';
export * from './profile/index.js';
export * from './runtime/index.js';
export * from './safetensors/index.js';
export * from './shape/index.js';
export * from './tensor/index.js';
