import { describe, expect, test } from 'vitest';
import { type Attribute, float, type ModelText, modelBytes, type NodeText } from '../../test/onnx-model.js';
import { fromNumbers, type HostTensor, scalar, type Tensor } from '../graph/index.js';
import { compile, mul, sub, sum, tensor, valueAndGrad } from '../index.js';
import { exportOnnx } from './export.js';
import { importOnnx } from './import.js';

const ints = (...values: number[]) => fromNumbers('int64', [values.length], values);

/** The result of one old node on a float input. */
async function resultOf(
  opset: number,
  nodes: readonly NodeText[],
  x: Tensor,
  initializers: Record<string, HostTensor> = {},
): Promise<unknown> {
  const model: ModelText = {
    opset,
    nodes,
    inputs: [float('x', ...x.shape)],
    outputs: [float('y')],
    initializers,
  };
  return importOnnx<'y'>(modelBytes(model)).apply([x]).y.array();
}

const matrix = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
const int = (value: number): Attribute => ({ int: value });
const list = (...values: number[]): Attribute => ({ ints: values });

describe('older forms mean what they meant', () => {
  test.each<[what: string, opset: number, node: NodeText, expected: unknown]>([
    [
      'Unsqueeze-1 with axes',
      11,
      ['Unsqueeze', 'x', 'y', { axes: list(0) }],
      [
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ],
    ],
    ['ReduceMean-13 with axes', 13, ['ReduceMean', 'x', 'y', { axes: list(1), keepdims: int(0) }], [2, 5]],
    ['ReduceSum-11 with axes', 11, ['ReduceSum', 'x', 'y', { axes: list(0), keepdims: int(0) }], [5, 7, 9]],
    [
      'Slice-1',
      9,
      ['Slice', 'x', 'y', { starts: list(1), ends: { ints: [Number.MAX_SAFE_INTEGER] }, axes: list(1) }],
      [
        [2, 3],
        [5, 6],
      ],
    ],
    [
      'Pad-2',
      10,
      ['Pad', 'x', 'y', { pads: list(0, 1, 0, 0), value: { float: 9 } }],
      [
        [9, 1, 2, 3],
        [9, 4, 5, 6],
      ],
    ],
    [
      'Clip-6',
      10,
      ['Clip', 'x', 'y', { min: { float: 2 }, max: { float: 5 } }],
      [
        [2, 2, 3],
        [4, 5, 5],
      ],
    ],
    [
      'Clip-6 without max',
      10,
      ['Clip', 'x', 'y', { min: { float: 2 } }],
      [
        [2, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      'Reshape-1',
      4,
      ['Reshape', 'x', 'y', { shape: list(3, -1) }],
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ],
    [
      'Cast-1 by name',
      5,
      ['Cast', 'x', 'y', { to: { string: 'INT32' } }],
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      'Dropout-7 outside training',
      9,
      ['Dropout', 'x', 'y', { ratio: { float: 0.5 } }],
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      'Relu-1 with consumed_inputs',
      5,
      ['Relu', 'x', 'y', { consumed_inputs: list(0) }],
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
  ])('%s', async (_, opset, node, expected) => {
    expect(await resultOf(opset, [node], matrix)).toEqual(expected);
  });

  test('Softmax-11 runs over all axes from axis on', async () => {
    const x = tensor([
      [
        [0, 0],
        [0, 0],
      ],
    ]);
    expect(await resultOf(11, [['Softmax', 'x', 'y', { axis: int(1) }]], x)).toEqual([
      [
        [0.25, 0.25],
        [0.25, 0.25],
      ],
    ]);
    expect(await resultOf(13, [['Softmax', 'x', 'y', { axis: int(1) }]], x)).toEqual([
      [
        [0.5, 0.5],
        [0.5, 0.5],
      ],
    ]);
  });

  test('Add-6 aligns its second operand at an axis', async () => {
    const nodes: NodeText[] = [['Add', 'x b', 'y', { axis: int(0), broadcast: int(1) }]];
    expect(await resultOf(6, nodes, matrix, { b: fromNumbers('float32', [2], [10, 20]) })).toEqual([
      [11, 12, 13],
      [24, 25, 26],
    ]);
  });

  test('Split-11 by its attribute, Split-13 evenly', async () => {
    const nodes = (attributes: Record<string, Attribute>): NodeText[] => [
      ['Split', 'x', 'y rest', { axis: int(1), ...attributes }],
    ];
    expect(await resultOf(11, nodes({ split: list(1, 2) }), matrix)).toEqual([[1], [4]]);
    expect(await resultOf(13, nodes({}), tensor([[1, 2]]))).toEqual([[1]]);
  });

  test('Squeeze-11', async () => {
    expect(await resultOf(11, [['Squeeze', 'x', 'y', { axes: list(0) }]], tensor([[1, 2]]))).toEqual([1, 2]);
  });

  test('Constant in each of its forms', async () => {
    const nodes: NodeText[] = [
      ['Constant', '', 'a', { value_float: { float: 2 } }],
      ['Constant', '', 'b', { value_floats: { floats: [1, 2, 3] } }],
      ['Constant', '', 'c', { value_ints: list(1) }],
      ['Constant', '', 'd', { value: { tensor: fromNumbers('float32', [], [100]) } }],
      ['Mul', 'x a', 'e'],
      ['Add', 'e b', 'f'],
      ['Add', 'f d', 'g'],
      ['ReduceSum', 'g c', 'y', { keepdims: int(0) }],
    ];
    expect(await resultOf(13, nodes, matrix)).toEqual([318, 336]);
  });
});

/** y = x in the shape [first dimension, -1], as exporters write it. */
const flattened: ModelText = {
  nodes: [
    ['Shape', 'x', 'shape'],
    ['Gather', 'shape zero', 'first', { axis: int(0) }],
    ['Unsqueeze', 'first axis', 'firsts'],
    ['Concat', 'firsts rest', 'target', { axis: int(0) }],
    ['Reshape', 'x target', 'y'],
  ],
  inputs: [float('x', 'batch', 2, 3)],
  outputs: [float('y', 'batch', 6)],
  initializers: { zero: scalar('int64', 0), axis: ints(0), rest: ints(-1) },
};

describe('shape arithmetic', () => {
  test('is folded for the shapes given', () => {
    const model = importOnnx<'y'>(modelBytes(flattened), { dims: { batch: 5 } });
    expect(model.outputs).toEqual([{ name: 'y', dtype: 'float32', shape: [5, 6] }]);
    const { y } = model.apply([tensor(new Float32Array(30), { shape: [5, 2, 3] })]);
    const node = y.origin.kind === 'node' ? y.origin.node : undefined;
    expect(node?.operator.name).toBe('Reshape');
    expect(node?.inputs[1]?.origin.kind).toBe('data');
  });

  test('of open dimensions keeps their names', () => {
    expect(importOnnx(modelBytes(flattened)).outputs[0]?.shape).toEqual(['batch', 6]);
  });

  test('on integers and comparisons picks a branch', async () => {
    const branch = (operator: string) => ({
      graph: {
        nodes: [[operator, 'x', `${operator}_result`]] as NodeText[],
        outputs: [float(`${operator}_result`)],
      },
    });
    const bytes = modelBytes({
      nodes: [
        ['Size', 'x', 'size'],
        ['Div', 'size two', 'half'],
        ['Greater', 'half two', 'condition'],
        ['If', 'condition', 'y', { then_branch: branch('Neg'), else_branch: branch('Abs') }],
      ],
      inputs: [float('x', 'n')],
      outputs: [float('y', 'n')],
      initializers: { two: scalar('int64', 2) },
    });
    const model = importOnnx<'y'>(bytes);
    expect(await model.apply([tensor([1, -2])]).y.array()).toEqual([1, 2]);
    expect(await model.apply([tensor([1, -2, 3, 4, 5, 6])]).y.array()).toEqual([-1, 2, -3, -4, -5, -6]);
  });
});

const dense: ModelText = {
  nodes: [
    ['Identity', 'weight', 'alias'],
    ['MatMul', 'x alias', 'product'],
    ['Add', 'product bias', 'y'],
  ],
  inputs: [float('x', 'batch', 2)],
  outputs: [float('y', 'batch', 1)],
  initializers: {
    weight: fromNumbers('float32', [2, 1], [0, 0]),
    bias: fromNumbers('float32', [1], [0]),
  },
};

test('a stranger’s file is fine-tuned and saved again', async () => {
  const model = importOnnx<'y'>(modelBytes(dense));
  let parameters: Record<string, Tensor> = model.parameters(/weight/);
  expect(Object.keys(parameters)).toEqual(['weight']);
  const x = tensor([
    [1, 0],
    [0, 1],
    [1, 1],
  ]);
  const target = tensor([[2], [-1], [1]]);
  const step = compile(
    valueAndGrad((weights: Record<string, Tensor>, inputs: Tensor, targets: Tensor) => {
      const error = sub(model.apply([inputs], weights).y, targets);
      return sum(mul(error, error));
    }),
  );
  const losses: number[] = [];
  for (let count = 0; count < 60; count++) {
    const { value, grads } = await step(parameters, x, target);
    losses.push(await value.item());
    const { weight } = grads;
    const data = await sub(parameters.weight as Tensor, mul(weight as Tensor, 0.2)).data();
    parameters = { weight: tensor(data as Float32Array, { shape: [2, 1] }) };
  }
  expect(losses.at(-1)).toBeLessThan(1e-6);
  const bytes = exportOnnx((inputs, tuned) => ({ y: model.apply(inputs, tuned).y }), {
    inputs: { x: model.place('x') },
    parameters,
  });
  const again = importOnnx<'y'>(bytes);
  expect(again.inputs).toEqual(model.inputs);
  expect(await again.initializers.weight?.array()).toEqual(await parameters.weight?.array());
  const result = (await again.apply([x]).y.array()) as number[][];
  expect(result.map(([value = 0]) => Math.round(100 * value) / 100)).toEqual([2, -1, 1]);
});

test('parameters are chosen by pattern, name or function, and unknown ones refused', () => {
  const model = importOnnx(modelBytes(dense));
  expect(Object.keys(model.parameters())).toEqual(['weight', 'bias']);
  expect(Object.keys(model.parameters(['bias']))).toEqual(['bias']);
  expect(Object.keys(model.parameters((_, { rank }) => rank === 2))).toEqual(['weight']);
  expect(() => model.parameters(['none'])).toThrow(/no initialiser none/);
  expect(() => model.apply([tensor([[1, 2]])], { none: tensor([1]) })).toThrow(/no initialiser 'none'/);
});

test('inputs that do not fit are refused by name', () => {
  const model = importOnnx(modelBytes(dense));
  expect(() => model.apply({ z: tensor([1]) })).toThrow(/inputs x, got z/);
  expect(() => model.apply([tensor([[1, 2, 3]])])).toThrow(/'x' must be float32\[batch, 2\]/);
  expect(() => model.apply([tensor([[1, 2]], { dtype: 'int32' })])).toThrow(/got Tensor int32/);
});

describe('control flow', () => {
  const branch = (...nodes: NodeText[]) => ({
    graph: { nodes, outputs: [float(nodes.at(-1)?.[2] ?? '')] },
  });

  test('an open condition runs the branch that it picks, which reads the graph around it', async () => {
    const bytes = modelBytes({
      nodes: [
        ['Mul', 'x x', 'square'],
        [
          'If',
          'condition',
          'y',
          {
            then_branch: branch(['Add', 'square x', 'a']),
            else_branch: branch(['Neg', 'square', 'b'], ['Mul', 'b scale', 'c']),
          },
        ],
      ],
      inputs: [float('x', 2), { name: 'condition', dtype: 'bool', shape: [] }],
      outputs: [float('y', 2)],
      initializers: { scale: scalar('float32', 10) },
    });
    const model = importOnnx<'y'>(bytes);
    const run = compile((condition: Tensor, x: Tensor) => model.apply({ x, condition }));
    const x = tensor([2, 3]);
    expect(await (await run(scalar('bool', true), x)).y.array()).toEqual([6, 12]);
    expect(await (await run(scalar('bool', false), x)).y.array()).toEqual([-40, -90]);
  });

  test('a branch that does not fit the shapes stops the run only where it is taken', async () => {
    const bytes = modelBytes({
      nodes: [
        [
          'If',
          'condition',
          'y',
          {
            then_branch: branch(['MatMul', 'x wide', 'a']),
            else_branch: branch(['MatMul', 'x narrow', 'b']),
          },
        ],
      ],
      inputs: [float('x', 1, 'n'), { name: 'condition', dtype: 'bool', shape: [] }],
      outputs: [float('y', 1, 1)],
      initializers: {
        wide: fromNumbers('float32', [3, 1], [1, 1, 1]),
        narrow: fromNumbers('float32', [2, 1], [1, 1]),
      },
    });
    const model = importOnnx<'y'>(bytes);
    const run = compile((condition: Tensor, x: Tensor) => model.apply({ x, condition }));
    const x = tensor([[2, 3]]);
    expect(await (await run(scalar('bool', false), x)).y.array()).toEqual([[5]]);
    await expect(run(scalar('bool', true), x)).rejects.toThrow(/out of data bounds/);
  });

  test('a loop’s state may grow, and rounds are collected', async () => {
    const body: Attribute = {
      graph: {
        nodes: [
          ['Identity', 'going', 'still'],
          ['Concat', 'list x', 'longer', { axis: int(0) }],
          ['ReduceSum', 'longer axis', 'total', { keepdims: int(0) }],
        ],
        inputs: [
          { name: 'round', dtype: 'int64', shape: [] },
          { name: 'going', dtype: 'bool', shape: [] },
          float('list', undefined),
        ],
        outputs: [{ name: 'still', dtype: 'bool', shape: [] }, float('longer', undefined), float('total')],
      },
    };
    const bytes = modelBytes({
      opset: 18,
      nodes: [['Loop', 'rounds - x', 'y totals', { body }]],
      inputs: [float('x', 2), { name: 'rounds', dtype: 'int64', shape: [] }],
      outputs: [float('y', undefined), float('totals', undefined)],
      initializers: { axis: ints(0) },
    });
    const model = importOnnx<'y' | 'totals'>(bytes);
    const run = compile((x: Tensor, rounds: Tensor) => model.apply({ x, rounds }));
    const { y, totals } = await run(tensor([1, 2]), scalar('int64', 3));
    expect(await y.array()).toEqual([1, 2, 1, 2, 1, 2, 1, 2]);
    expect(await totals.array()).toEqual([6, 9, 12]);
  });
});

test.each(['bilinear', 'bicubic', 'nearest'])('GridSample-16 and -20, %s', async (mode) => {
  const of = async (opset: number, name: string) => {
    const grid = fromNumbers('float32', [1, 1, 2, 2], [0, 0, 0.9, 1]);
    const node: NodeText = ['GridSample', 'x grid', 'y', { mode: { string: name }, align_corners: int(1) }];
    const x = tensor([
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
    ]);
    return resultOf(opset, [node], x, { grid });
  };
  const present = { bilinear: 'linear', bicubic: 'cubic', nearest: 'nearest' }[mode] as string;
  expect(await of(16, mode)).toEqual(await of(20, present));
  if (mode === 'bilinear') expect(await of(16, mode)).toEqual([[[[2.5, expect.closeTo(3.95, 5)]]]]);
});

test('unknown operators are listed all at once', () => {
  const bytes = modelBytes({
    nodes: [
      ['Frobnicate', 'x', 'a'],
      ['Relu', 'a', 'b'],
      ['Frobnicate', 'b', 'c'],
      ['com.stranger:Twist', 'c', 'y'],
    ],
    inputs: [float('x', 1)],
    outputs: [float('y', 1)],
  });
  expect(() => importOnnx(bytes)).toThrow(
    /Frobnicate, 2 times, first at graph, node 0.*; Twist \(com.stranger\), 1 times/,
  );
});

test('functions of the file stand for their bodies, attributes included', async () => {
  const bytes = modelBytes({
    nodes: [
      ['local:Scaled', 'x', 'a', { slope: { float: 0.5 } }],
      ['local:Scaled', 'a', 'y', { slope: { float: 0.1 } }],
    ],
    inputs: [float('x', 2)],
    outputs: [float('y', 2)],
    functions: [
      {
        domain: 'local',
        name: 'Scaled',
        inputs: 'v',
        outputs: 'w',
        attributes: ['slope'],
        nodes: [
          ['Constant', '', 's', { value_float: { reference: 'slope', type: 1 } }],
          ['Mul', 'v s', 'w'],
        ],
      },
    ],
  });
  const result = (await importOnnx<'y'>(bytes)
    .apply([tensor([20, -20])])
    .y.array()) as number[];
  expect(result.map((value) => Math.round(1e5 * value) / 1e5)).toEqual([1, -1]);
});

test('integers of another width are converted, so that labels need no BigInt', async () => {
  const bytes = modelBytes({
    nodes: [['Gather', 'table ids', 'y']],
    inputs: [{ name: 'ids', dtype: 'int64', shape: ['n'] }],
    outputs: [float('y', 'n')],
    initializers: { table: fromNumbers('float32', [3], [10, 20, 30]) },
  });
  const ids = tensor([2, 0], { dtype: 'int32' });
  expect(await importOnnx<'y'>(bytes).apply([ids]).y.array()).toEqual([30, 10]);
});
