/**
 * The set of operators is closed under differentiation: each one with a gradient is used once, the use is differentiated
 * twice, and whatever the two gradients emit must be registered and differentiable in its turn. Nothing runs here.
 */
import { describe, expect, test } from 'vitest';
import { scalar } from '../graph/constants.js';
import { sortNodes } from '../graph/graph.js';
import { apply } from '../graph/node.js';
import { type OperatorName, operatorNames } from '../graph/operator-names.js';
import {
  add,
  cast,
  eye,
  fromNumbers,
  gradients,
  isFloat,
  mul,
  ones,
  scan,
  sum,
  type Tensor,
  tanh,
  tensor,
  zeros,
} from '../index.js';
import { findOperator, operators } from './registry.js';

const matrix = () =>
  tensor([
    [0.5, 0.3, 0.9],
    [0.7, 0.2, 0.4],
  ]);
const square = () =>
  tensor([
    [0.5, 0.3],
    [0.7, 0.2],
  ]);
const image = () => mul(ones([1, 2, 4, 4]), 0.5);
const vector = (...values: number[]) => tensor(values);
const whole = (...values: number[]) => fromNumbers('int64', [values.length], values);

type Use = readonly [inputs: readonly (Tensor | undefined)[], attributes?: object];

/** One use of each operator; those not named take a matrix, or two where their formula needs two. */
const uses: { readonly [N in OperatorName]?: () => Use } = {
  Clip: () => [[matrix(), scalar('float32', 0.3), scalar('float32', 0.6)]],
  Where: () => [[tensor([true, false, true]), matrix(), matrix()]],
  Cast: () => [[matrix()], { to: 11 }],
  CastLike: () => [[matrix(), scalar('float64', 0)]],
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
  Concat: () => [[matrix(), matrix()], { axis: 0 }],
  Split: () => [[matrix(), whole(1, 2)], { axis: 1 }],
  Slice: () => [[matrix(), whole(0), whole(3), whole(1), whole(2)]],
  Pad: () => [[matrix(), whole(1, 1, 0, 2)], { mode: 'reflect' }],
  DepthToSpace: () => [[mul(ones([1, 4, 2, 2]), 0.5)], { blocksize: 2 }],
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
    [image(), ones([2]), zeros([2]), zeros([2]), ones([2])],
    { momentum: 0, training_mode: 1 },
  ],
  LayerNormalization: () => [[matrix(), ones([3]), zeros([3])]],
  RMSNormalization: () => [[matrix(), ones([3])]],
  GroupNormalization: () => [[image(), ones([2]), zeros([2])], { num_groups: 1 }],
  InstanceNormalization: () => [[image(), ones([2]), zeros([2])]],
  MeanVarianceNormalization: () => [[image()]],
  LRN: () => [[image()], { size: 3 }],
  Conv: () => [[image(), mul(ones([2, 2, 3, 3]), 0.1), vector(1, 2)], { strides: [2, 2] }],
  ConvTranspose: () => [[image(), mul(ones([2, 2, 3, 3]), 0.1), vector(1, 2)], { strides: [2, 2] }],
  Col2Im: () => [[ones([1, 4, 9]), whole(4, 4), whole(2, 2)]],
  MaxPool: () => [[image()], { kernel_shape: [3, 3] }],
  MaxUnpool: () => [
    [ones([1, 1, 1, 1]), fromNumbers('int64', [1, 1, 1, 1], [3])],
    { kernel_shape: [2, 2], strides: [2, 2] },
  ],
  AveragePool: () => [[image()], { kernel_shape: [3, 3] }],
  LpPool: () => [[image()], { kernel_shape: [3, 3] }],
  GlobalAveragePool: () => [[image()]],
  GlobalMaxPool: () => [[image()]],
  Resize: () => [[image(), undefined, undefined, whole(1, 2, 7, 3)], { mode: 'cubic' }],
  GridSample: () => [[image(), mul(ones([1, 2, 2, 2]), 0.3)]],
  LSTM: () => [[ones([3, 2, 2]), ones([1, 8, 2]), ones([1, 8, 2])], { hidden_size: 2 }],
  GRU: () => [[ones([3, 2, 2]), ones([1, 6, 2]), ones([1, 6, 2])], { hidden_size: 2 }],
  RNN: () => [[ones([3, 2, 2]), ones([1, 2, 2]), ones([1, 2, 2])], { hidden_size: 2 }],
  Attention: () => [[image(), image(), image()]],
  RotaryEmbedding: () => [[image(), ones([1, 4, 2]), ones([1, 4, 2])]],
  DequantizeLinear: () => [[fromNumbers('uint8', [2, 2], [1, 2, 3, 4]), vector(0.5, 2)], { axis: 0 }],
  PRelu: () => [[matrix(), vector(0.1, 0.2, 0.3)]],
  Dropout: () => [[matrix(), scalar('float32', 0.5), scalar('bool', true)]],
};

const twoInputs: readonly OperatorName[] = [
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Pow',
  'Mod',
  'Min',
  'Max',
  'Sum',
  'Mean',
];

/** Sources of no tensor, and control flow: loops with a gradient are used through `scan` below. */
const without: readonly OperatorName[] = ['Constant', 'ConstantOfShape', 'EyeLike', 'Scan', 'Barrier'];

const differentiable = operatorNames.filter((name) => {
  if (name === 'Barrier' || without.includes(name)) return false;
  return typeof operators[name].gradient === 'function';
});

/** The float outputs of one use, and its float inputs. */
function useOf(name: OperatorName): { inputs: Tensor[]; outputs: Tensor[] } {
  const operator = findOperator('', name);
  if (!operator) throw new Error(`${name} is not registered`);
  const plain = (): Use => [twoInputs.includes(name) ? [matrix(), matrix()] : [matrix()]];
  const [inputs, given = {}] = (uses[name] ?? plain)();
  const absent = Object.fromEntries(Object.keys(operator.attributes).map((key) => [key, undefined]));
  const outputs = apply(operator, inputs, { ...absent, ...operator.defaults, ...given } as never);
  const isActive = (tensor: Tensor | undefined): tensor is Tensor =>
    tensor !== undefined && isFloat(tensor.dtype);
  return { inputs: inputs.filter(isActive), outputs: outputs.filter(isActive) };
}

const total = (tensors: readonly Tensor[]) =>
  tensors.map((each) => cast(sum(mul(each, each)), 'float32')).reduce((a, b) => add(a, b));

function expectClosed(outputs: readonly Tensor[], inputs: readonly Tensor[]): void {
  const first = gradients(total(outputs), inputs);
  const second = gradients(total(first), inputs);
  for (const { operator } of sortNodes([...first, ...second])) {
    expect(findOperator(operator.domain, operator.name), operator.name).toBe(operator);
    expect(operator.domain, operator.name).toBe('');
  }
}

describe('twice differentiable', () => {
  test.each(differentiable)('%s', (name) => {
    const { inputs, outputs } = useOf(name);
    expect(outputs.length, 'a float output to differentiate').toBeGreaterThan(0);
    expectClosed(outputs, inputs);
  });

  test('Scan', () => {
    const weight = eye(2);
    const { state, outputs } = scan(
      ([hidden], [x]) => {
        const next = tanh(mul(hidden as Tensor, x as Tensor));
        return { state: [next], outputs: [next] };
      },
      { state: [weight], sequences: [ones([3, 2, 2])] },
    );
    expectClosed([...state, ...outputs], [weight]);
  });
});
