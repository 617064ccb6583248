/** One use of every differentiable operator, for the tests that hold over all of them. */
import { scalar } from '../src/graph/constants.js';
import { apply } from '../src/graph/node.js';
import { type OperatorName, operatorNames } from '../src/graph/operator-names.js';
import { add, fromNumbers, isFloat, ones, type Tensor, tensor, zeros } from '../src/index.js';
import { findOperator, operators } from '../src/ops/registry.js';

/** Numbers without a pattern or a tie, between 0.1 and 0.9. */
function varied(shape: readonly number[], phase = 0): Tensor<'float32'> {
  const size = shape.reduce((product, dim) => product * dim, 1);
  const at = (index: number) => 0.5 + 0.4 * Math.sin(7.3 * index + 1.1 + phase);
  return tensor(
    Float32Array.from({ length: size }, (_, index) => at(index)),
    { shape },
  );
}
const matrix = (phase = 0) => varied([2, 3], phase);
const square = () => varied([2, 2], 2);
const image = (phase = 0) => varied([1, 2, 4, 4], phase);
const vector = (...values: number[]) => tensor(values);
const whole = (...values: number[]) => fromNumbers('int64', [values.length], values);

type Use = readonly [inputs: readonly (Tensor | undefined)[], attributes?: object];

/** One use of each operator; those not named take a matrix, or two where their formula needs two. */
const uses: { readonly [N in OperatorName]?: () => Use } = {
  Acosh: () => [[add(matrix(), 1)]],
  Clip: () => [[matrix(), scalar('float32', 0.3), scalar('float32', 0.6)]],
  Where: () => [[tensor([true, false, true]), matrix(), matrix()]],
  Cast: () => [[matrix()], { to: 11 }],
  CastLike: () => [[matrix(), scalar('float64', 0)]],
  Mod: () => [[matrix(), varied([2, 3], 1)], { fmod: 1 }],
  MatMul: () => [[square(), matrix()]],
  Gemm: () => [[square(), matrix(), vector(1, 2, 3)]],
  Einsum: () => [[square(), matrix()], { equation: 'ij,jk->ik' }],
  CumSum: () => [[matrix(), scalar('int64', 1)]],
  TopK: () => [[matrix(), whole(2)]],
  SoftmaxCrossEntropyLoss: () => [[matrix(), whole(1, 0)]],
  NegativeLogLikelihoodLoss: () => [[matrix(), whole(1, 0)]],
  Reshape: () => [[matrix(), whole(3, 2)]],
  Transpose: () => [[matrix()], { perm: [1, 0] }],
  Squeeze: () => [[tensor([[1, 2]]), whole(0)]],
  Unsqueeze: () => [[matrix(), whole(0)]],
  Expand: () => [[matrix(), whole(4, 2, 3)]],
  Tile: () => [[matrix(), whole(2, 1)]],
  Concat: () => [[matrix(), matrix(1)], { axis: 0 }],
  Split: () => [[matrix(), whole(1, 2)], { axis: 1 }],
  Slice: () => [[matrix(), whole(0), whole(3), whole(1), whole(2)]],
  Pad: () => [[matrix(), whole(1, 1, 0, 2)], { mode: 'reflect' }],
  DepthToSpace: () => [[varied([1, 4, 2, 2])], { blocksize: 2 }],
  SpaceToDepth: () => [[image()], { blocksize: 2 }],
  ReverseSequence: () => [[matrix(), whole(1, 2, 1)]],
  Range: () => [[scalar('float32', 0), scalar('float32', 5), scalar('float32', 2)]],
  OneHot: () => [[whole(1, 0), scalar('int64', 2), vector(0, 1)]],
  Gather: () => [[matrix(), whole(1, 1)]],
  GatherElements: () => [[matrix(), fromNumbers('int64', [1, 3], [1, 0, 1])]],
  GatherND: () => [[matrix(), fromNumbers('int64', [1, 2], [1, 0])]],
  ScatterElements: () => [[matrix(), fromNumbers('int64', [1, 3], [1, 0, 1]), tensor([[1, 2, 3]])]],
  ScatterND: () => [[matrix(), fromNumbers('int64', [1, 1], [1]), tensor([[1, 2, 3]])]],
  BatchNormalization: () => [
    [image(), varied([2], 1), varied([2], 2), zeros([2]), ones([2])],
    { momentum: 0, training_mode: 1 },
  ],
  LayerNormalization: () => [[matrix(), varied([3], 1), varied([3], 2)]],
  RMSNormalization: () => [[matrix(), varied([3], 1)]],
  GroupNormalization: () => [[image(), varied([2], 1), varied([2], 2)], { num_groups: 1 }],
  InstanceNormalization: () => [[image(), varied([2], 1), varied([2], 2)]],
  MeanVarianceNormalization: () => [[image()]],
  LRN: () => [[image()], { size: 3 }],
  Conv: () => [[image(), varied([2, 2, 3, 3], 3), vector(1, 2)], { strides: [2, 2] }],
  ConvTranspose: () => [[image(), varied([2, 2, 3, 3], 3), vector(1, 2)], { strides: [2, 2] }],
  ConvWeightGradient: () => [
    [varied([1, 2, 3, 3]), image()],
    { shape: [2, 2, 2, 2], strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 },
  ],
  Col2Im: () => [[varied([1, 4, 9]), whole(4, 4), whole(2, 2)]],
  MaxPool: () => [[image()], { kernel_shape: [3, 3] }],
  MaxUnpool: () => [
    [varied([1, 1, 1, 1]), fromNumbers('int64', [1, 1, 1, 1], [3])],
    { kernel_shape: [2, 2], strides: [2, 2] },
  ],
  AveragePool: () => [[image()], { kernel_shape: [3, 3] }],
  LpPool: () => [[image()], { kernel_shape: [3, 3] }],
  GlobalAveragePool: () => [[image()]],
  GlobalMaxPool: () => [[image()]],
  Resize: () => [[image(), undefined, undefined, whole(1, 2, 7, 3)], { mode: 'cubic' }],
  GridSample: () => [[image(), varied([1, 2, 2, 2], 3)]],
  LSTM: () => [[varied([3, 2, 2]), varied([1, 8, 2], 1), varied([1, 8, 2], 2)], { hidden_size: 2 }],
  GRU: () => [[varied([3, 2, 2]), varied([1, 6, 2], 1), varied([1, 6, 2], 2)], { hidden_size: 2 }],
  LSTMGradient: () => [
    [
      varied([3, 2, 2]),
      varied([8, 2], 1),
      varied([8, 2], 2),
      undefined,
      varied([2, 2], 3),
      varied([2, 2], 4),
      varied([3, 2, 2], 5),
      varied([3, 2, 2], 6),
    ],
    { reverse: 0 },
  ],
  GRUGradient: () => [
    [
      varied([3, 2, 2]),
      varied([6, 2], 1),
      varied([6, 2], 2),
      undefined,
      varied([2, 2], 3),
      undefined,
      varied([3, 2, 2], 5),
      varied([3, 2, 2], 6),
    ],
    { reverse: 0 },
  ],
  RNN: () => [[varied([3, 2, 2]), varied([1, 2, 2], 1), varied([1, 2, 2], 2)], { hidden_size: 2 }],
  Attention: () => [[image(), image(1), image(2)]],
  RotaryEmbedding: () => [[image(), varied([1, 4, 2], 1), varied([1, 4, 2], 2)]],
  DequantizeLinear: () => [[fromNumbers('uint8', [2, 2], [1, 2, 3, 4]), vector(0.5, 2)], { axis: 0 }],
  PRelu: () => [[matrix(), vector(0.1, 0.2, 0.3)]],
  Dropout: () => [[matrix(), scalar('float32', 0.5), scalar('bool', true)]],
};

const twoInputs: readonly OperatorName[] = ['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Min', 'Max', 'Sum', 'Mean'];

/** Sources of no tensor, and control flow: loops with a gradient are used through `scan` below. */
const without: readonly OperatorName[] = ['Constant', 'ConstantOfShape', 'EyeLike', 'Scan', 'Barrier'];

export const differentiable = operatorNames.filter((name) => {
  if (name === 'Barrier' || without.includes(name)) return false;
  return typeof operators[name].gradient === 'function';
});

/** An operator as a function of the float inputs of its one use; its float results. */
interface OperatorUse {
  readonly inputs: readonly Tensor[];
  readonly results: (...inputs: readonly Tensor[]) => Tensor[];
}

export function useOf(name: OperatorName): OperatorUse {
  const operator = findOperator('', name) ?? findOperator('noosphere', name);
  if (!operator) throw new Error(`${name} is not registered`);
  const plain = (): Use => [twoInputs.includes(name) ? [matrix(), matrix(1)] : [matrix()]];
  const [inputs, given = {}] = (uses[name] ?? plain)();
  const absent = Object.fromEntries(Object.keys(operator.attributes).map((key) => [key, undefined]));
  const attributes = { ...absent, ...operator.defaults, ...given };
  const isActive = (tensor: Tensor | undefined): tensor is Tensor =>
    tensor !== undefined && isFloat(tensor.dtype);
  const active = inputs.filter(isActive);
  const results = (...moved: readonly Tensor[]) => {
    const all = inputs.map((each) => (isActive(each) ? moved[active.indexOf(each)] : each));
    const outputs = apply(operator, all, attributes as never).filter(isActive);
    // Only the native operator gives the last one of these, for its own gradient.
    return ['LSTM', 'GRU'].includes(name) ? outputs.slice(0, -1) : outputs;
  };
  return { inputs: active, results };
}
