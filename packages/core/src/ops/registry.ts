/** Every operator by its name. The compiler refuses this file while one of the names has no record. */
import type { Operator, OperatorName } from '../graph/index.js';
import { Gelu, Relu, Sigmoid } from './activations.js';
import {
  Clip,
  Hardmax,
  HardSigmoid,
  HardSwish,
  LeakyRelu,
  PRelu,
  ThresholdedRelu,
} from './activations-piecewise.js';
import { Celu, Elu, Mish, Selu, Softplus, Softsign } from './activations-smooth.js';
import { Add, Div, Max, Mean, Min, Mod, Mul, Pow, Sub, Sum } from './arithmetic.js';
import { Attention } from './attention.js';
import { BatchNormalization } from './batch-normalization.js';
import { BitShift, BitwiseAnd, BitwiseNot, BitwiseOr, BitwiseXor } from './bits.js';
import { ReorderInput, ReorderOutput } from './blocked.js';
import { Col2Im } from './columns.js';
import {
  And,
  Equal,
  Greater,
  GreaterOrEqual,
  IsInf,
  IsNaN,
  Less,
  LessOrEqual,
  Not,
  Or,
  Where,
  Xor,
} from './comparison.js';
import { Scan } from './control.js';
import { If, Loop } from './control-flow.js';
import { Conv } from './convolution.js';
import { ConvTranspose } from './convolution-transposed.js';
import { ConvWeightGradient } from './convolution-weight-gradient.js';
import { CumSum } from './cumulative.js';
import { NonMaxSuppression, RoiAlign } from './detection.js';
import { Dropout } from './dropout.js';
import { Einsum } from './einsum.js';
import { Fused } from './fused.js';
import { Gather, GatherElements, GatherND } from './gather.js';
import { Constant, ConstantOfShape, EyeLike, Range } from './generators.js';
import { GridSample } from './grid-sample.js';
import { Concat, Pad, Slice, Split, Tile } from './joining.js';
import {
  Cast,
  CastLike,
  Expand,
  Flatten,
  Reshape,
  ShapeOf,
  Size,
  Squeeze,
  Transpose,
  Unsqueeze,
} from './layout.js';
import { FusedMatMul, Gemm, MatMul } from './matrix.js';
import { Product } from './native-product.js';
import {
  GroupNormalization,
  InstanceNormalization,
  LayerNormalization,
  RMSNormalization,
} from './normalization.js';
import { LpNormalization, LRN, MeanVarianceNormalization } from './normalization-norms.js';
import { GlobalMaxPool, MaxPool, MaxUnpool } from './pooling.js';
import { AveragePool, GlobalAveragePool, LpPool } from './pooling-average.js';
import { DequantizeLinear, DynamicQuantizeLinear, MatMulInteger, QuantizeLinear } from './quantization.js';
import { RandomNormalLike, RandomUniformLike } from './random-like.js';
import { DepthToSpace, ReverseSequence, SpaceToDepth } from './rearrange.js';
import { GRU, LSTM, RNN } from './recurrent.js';
import { GRUGradient, LSTMGradient } from './recurrent-back.js';
import {
  ArgMax,
  ArgMin,
  ReduceL1,
  ReduceL2,
  ReduceLogSum,
  ReduceLogSumExp,
  ReduceMax,
  ReduceMean,
  ReduceMin,
  ReduceProd,
  ReduceSum,
  ReduceSumSquare,
} from './reduce.js';
import { Resize } from './resize.js';
import { RotaryEmbedding } from './rotary-embedding.js';
import { ScatterElements, ScatterND } from './scatter.js';
import { NonZero, OneHot, TopK } from './selection.js';
import { LogSoftmax, NegativeLogLikelihoodLoss, Softmax, SoftmaxCrossEntropyLoss } from './softmax.js';
import { Trilu } from './triangle.js';
import {
  Abs,
  Acos,
  Acosh,
  Asin,
  Asinh,
  Atan,
  Atanh,
  Ceil,
  Cos,
  Cosh,
  Erf,
  Exp,
  Floor,
  Identity,
  Log,
  Neg,
  Reciprocal,
  Round,
  Sign,
  Sin,
  Sinh,
  Sqrt,
  Tan,
  Tanh,
} from './unary.js';

/** What holds for every record, whatever its attributes. */
type AnyRecord = Pick<Operator, 'name' | 'domain' | 'opset' | 'doc' | 'allOutputs'>;

/** The tracer makes its own record for each barrier: it stands in no file and no registry. */
type RegisteredName = Exclude<OperatorName, 'Barrier'>;

/** The records of all operators, by their ONNX names. */
export const operators = {
  // elementwise arithmetic
  Add,
  Sub,
  Mul,
  Div,
  Pow,
  Mod,
  Min,
  Max,
  Sum,
  Mean,
  Neg,
  Abs,
  Sign,
  Reciprocal,
  Sqrt,
  Exp,
  Log,
  Floor,
  Ceil,
  Round,
  Erf,
  Clip,
  Identity,
  Sin,
  Cos,
  Tan,
  Asin,
  Acos,
  Atan,
  Sinh,
  Cosh,
  Tanh,
  Asinh,
  Acosh,
  Atanh,
  // comparison, logic, bits
  Equal,
  Less,
  LessOrEqual,
  Greater,
  GreaterOrEqual,
  And,
  Or,
  Xor,
  Not,
  IsNaN,
  IsInf,
  Where,
  BitShift,
  BitwiseAnd,
  BitwiseOr,
  BitwiseXor,
  BitwiseNot,
  // activations
  Relu,
  LeakyRelu,
  Elu,
  Selu,
  Celu,
  PRelu,
  Gelu,
  Mish,
  Sigmoid,
  HardSigmoid,
  HardSwish,
  Softplus,
  Softsign,
  ThresholdedRelu,
  Softmax,
  LogSoftmax,
  Hardmax,
  SoftmaxCrossEntropyLoss,
  NegativeLogLikelihoodLoss,
  // products
  MatMul,
  Gemm,
  Einsum,
  MatMulInteger,
  // reductions
  ReduceSum,
  ReduceMean,
  ReduceMax,
  ReduceMin,
  ReduceProd,
  ReduceL1,
  ReduceL2,
  ReduceSumSquare,
  ReduceLogSum,
  ReduceLogSumExp,
  ArgMax,
  ArgMin,
  CumSum,
  TopK,
  // layout
  Cast,
  CastLike,
  Reshape,
  Transpose,
  Squeeze,
  Unsqueeze,
  Flatten,
  Expand,
  Tile,
  Concat,
  Split,
  Slice,
  Pad,
  Trilu,
  DepthToSpace,
  SpaceToDepth,
  ReverseSequence,
  Shape: ShapeOf,
  Size,
  Constant,
  ConstantOfShape,
  Range,
  EyeLike,
  OneHot,
  NonZero,
  // indexing
  Gather,
  GatherElements,
  GatherND,
  ScatterElements,
  ScatterND,
  // normalisations
  BatchNormalization,
  LayerNormalization,
  GroupNormalization,
  InstanceNormalization,
  RMSNormalization,
  LpNormalization,
  MeanVarianceNormalization,
  LRN,
  // convolutions and pooling
  Conv,
  ConvTranspose,
  ConvWeightGradient,
  Col2Im,
  MaxPool,
  MaxUnpool,
  AveragePool,
  LpPool,
  GlobalAveragePool,
  GlobalMaxPool,
  Resize,
  GridSample,
  RoiAlign,
  NonMaxSuppression,
  // recurrent, control flow, regularisation
  LSTM,
  LSTMGradient,
  GRU,
  GRUGradient,
  RNN,
  Scan,
  Loop,
  If,
  Dropout,
  RandomNormalLike,
  RandomUniformLike,
  Attention,
  RotaryEmbedding,
  // quantisation
  QuantizeLinear,
  DequantizeLinear,
  DynamicQuantizeLinear,
  // the CPU executor's own: each is held equal to its standard form by a test
  FusedMatMul,
  Fused,
  Product,
  ReorderInput,
  ReorderOutput,
} as const satisfies { readonly [N in RegisteredName]: AnyRecord };

const records: ReadonlyMap<string, Operator> = new Map(
  // A record's functions only ever see attributes of its own schema: whoever applies one by name checks them.
  Object.values(operators as unknown as Readonly<Record<string, Operator>>).map((operator) => [
    `${operator.domain}.${operator.name}`,
    operator,
  ]),
);

/**
 * The record of an operator by domain ('' is the standard set) and name, or `undefined` where Noosphere has none.
 * @example
 * console.log(findOperator('', 'Relu')?.doc); // → max(x, 0). Gradient: g where y > 0, 0 at 0 and below.
 */
export function findOperator(domain: string, name: string): Operator | undefined {
  return records.get(`${domain === 'ai.onnx' ? '' : domain}.${name}`);
}
