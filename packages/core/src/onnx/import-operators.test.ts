/** Operators that files bring beside those with a gradient: quantised products, detection, draws, sequences, newer sets. */
import { describe, expect, test } from 'vitest';
import { type Attribute, modelBytes, type NodeText } from '../../test/onnx-model.js';
import { fromNumbers, type HostTensor, type Tensor } from '../graph/index.js';
import { compile, gradients, mul, ones, sum, tensor } from '../index.js';
import { importOnnx } from './import.js';

const int = (value: number): Attribute => ({ int: value });
const ints = (...values: number[]) => fromNumbers('int64', [values.length], values);
const bools = (...values: number[]) => fromNumbers('bool', [values.length], values);
const scalar = (value: number) => fromNumbers('float32', [], [value]);

/** A model of nodes on one float input `x`; its last result is `y`. */
function model(
  nodes: readonly NodeText[],
  x: Tensor,
  initializers: Record<string, HostTensor> = {},
  opset = 21,
) {
  const bytes = modelBytes({
    opset,
    nodes,
    inputs: [{ name: 'x', dtype: x.dtype, shape: x.shape }],
    outputs: [{ name: 'y', dtype: 'float32' }],
    initializers,
  });
  return importOnnx<'y'>(bytes);
}

async function resultOf(...given: Parameters<typeof model>): Promise<unknown> {
  return model(...given)
    .apply([given[1]])
    .y.array();
}

describe('quantised products', () => {
  // The example of the ONNX specification.
  test('QLinearMatMul', async () => {
    const a = tensor(
      [
        [208, 236, 0, 238],
        [3, 214, 255, 29],
      ],
      { dtype: 'uint8' },
    );
    const b = tensor(
      [
        [152, 51, 244],
        [60, 26, 255],
        [0, 127, 246],
        [127, 254, 247],
      ],
      { dtype: 'uint8' },
    );
    const byte = (value: number) => fromNumbers('uint8', [], [value]);
    const given = { as: scalar(0.0066), az: byte(113), b, bs: scalar(0.00705), bz: byte(114) };
    const nodes: NodeText[] = [['QLinearMatMul', 'x as az b bs bz ys yz', 'y']];
    expect(await resultOf(nodes, a, { ...given, ys: scalar(0.0107), yz: byte(118) })).toEqual([
      [168, 115, 255],
      [1, 66, 151],
    ]);
  });

  test('QLinearConv and ConvInteger, with a scale for each channel', async () => {
    const x = tensor([[[[12, 10, 14]]]], { dtype: 'uint8' });
    const w = tensor([[[[2, 1]]], [[[-3, 4]]]], { dtype: 'int8' });
    const zero = { xz: fromNumbers('uint8', [], [10]), wz: fromNumbers('int8', [2], [0, 0]) };
    // (x - 10) = [2, 0, 4]: [4, 4] and [-6, 16].
    expect(await resultOf([['ConvInteger', 'x w xz wz', 'y']], x, { w, ...zero })).toEqual([
      [[[4, 4]], [[-6, 16]]],
    ]);
    // Scales 0.5 · [1, 2], bias [2, 3] of the same scales, a result in steps of 0.5 from 100.
    const scales = { xs: scalar(0.5), ws: fromNumbers('float32', [2], [1, 2]), ys: scalar(0.5) };
    const rest = { yz: fromNumbers('uint8', [], [100]), bias: fromNumbers('int32', [2], [2, 3]) };
    const nodes: NodeText[] = [['QLinearConv', 'x xs xz w ws wz ys yz bias', 'y']];
    expect(await resultOf(nodes, x, { w, ...zero, ...scales, ...rest })).toEqual([
      [[[106, 106]], [[94, 138]]],
    ]);
  });
});

describe('detection', () => {
  // The example of the ONNX specification.
  test('NonMaxSuppression', async () => {
    const rows = [0, 0.1, -0.1, 10, 10.1, 100];
    const boxes = tensor([rows.map((top) => [0, top, 1, top + 1])]);
    const given = {
      scores: fromNumbers('float32', [1, 1, 6], [0.9, 0.75, 0.6, 0.95, 0.5, 0.3]),
      most: ints(3),
      overlap: fromNumbers('float32', [1], [0.5]),
      least: fromNumbers('float32', [1], [0]),
    };
    const nodes: NodeText[] = [['NonMaxSuppression', 'x scores most overlap least', 'y']];
    expect(await resultOf(nodes, boxes, given)).toEqual([
      [0, 0, 3],
      [0, 0, 0],
      [0, 0, 5],
    ]);
  });

  test('RoiAlign averages a ramp to the middle of each part', async () => {
    const row = [0, 1, 2, 3, 4, 5];
    const ramp = tensor([[row.map(() => row)]]);
    const given = { rois: fromNumbers('float32', [1, 4], [1, 1, 5, 5]), batch: ints(0) };
    const size = { output_height: int(2), output_width: int(2), sampling_ratio: int(2) };
    expect(await resultOf([['RoiAlign', 'x rois batch', 'y', size]], ramp, given)).toEqual([
      [
        [
          [1.5, 3.5],
          [1.5, 3.5],
        ],
      ],
    ]);
  });
});

const rows = tensor([
  [1, 2],
  [3, 4],
  [5, 6],
]);

describe('Compress', () => {
  test.each<[what: string, attributes: Record<string, Attribute>, kept: number[], expected: unknown]>([
    [
      'rows',
      { axis: int(0) },
      [0, 1, 1],
      [
        [3, 4],
        [5, 6],
      ],
    ],
    ['columns', { axis: int(-1) }, [0, 1], [[2], [4], [6]]],
    ['elements, a short condition', {}, [0, 1, 0, 0, 1], [2, 5]],
  ])('%s', async (_, attributes, kept, expected) => {
    const nodes: NodeText[] = [['Compress', 'x kept', 'y', attributes]];
    expect(await resultOf(nodes, rows, { kept: bools(...kept) })).toEqual(expected);
  });
});

describe('random numbers', () => {
  const x = ones([100, 100]);

  test('RandomNormalLike: its mean and deviation, others at each run and in each node', async () => {
    const attributes: Record<string, Attribute> = { mean: { float: 3 }, scale: { float: 2 } };
    const nodes: NodeText[] = [
      ['RandomNormalLike', 'x', 'a', attributes],
      ['RandomNormalLike', 'x', 'b', attributes],
      ['Concat', 'a b', 'y', { axis: int(0) }],
    ];
    const run = compile((given: Tensor) => model(nodes, x).apply([given]).y);
    const [first, second] = [await (await run(x)).data(), await (await run(x)).data()];
    const values = Array.from(first as Float32Array);
    const mean = values.reduce((total, value) => total + value, 0) / values.length;
    const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(3, 1);
    expect(Math.sqrt(variance)).toBeCloseTo(2, 1);
    expect(values.slice(0, 100)).not.toEqual(values.slice(10_000, 10_100));
    expect(first).not.toEqual(second);
    await run.dispose();
  });

  test('RandomUniform of a shape, Bernoulli of probabilities', async () => {
    const shape: Record<string, Attribute> = { shape: { ints: [4] }, low: { float: 5 }, high: { float: 6 } };
    const nodes: NodeText[] = [
      ['RandomUniform', '', 'drawn', shape],
      ['Bernoulli', 'x', 'ones'],
      ['ReduceMin', 'ones', 'least', { keepdims: int(0) }],
      ['Add', 'drawn least', 'y'],
    ];
    for (const value of (await resultOf(nodes, x)) as number[]) expect(Math.floor(value)).toBe(6);
  });

  test('a sample moved by its parameters has their gradient', async () => {
    const nodes: NodeText[] = [
      ['RandomNormalLike', 'x', 'noise'],
      ['Add', 'x noise', 'y'],
    ];
    const [slope] = gradients(sum(mul(model(nodes, rows).apply([rows]).y, 2)), [rows]);
    expect(await slope?.array()).toEqual([
      [2, 2],
      [2, 2],
      [2, 2],
    ]);
  });
});

describe('sequences', () => {
  test.each<[what: string, nodes: readonly NodeText[], expected: unknown]>([
    [
      'unbind and stack',
      [
        ['SplitToSequence', 'x', 's', { axis: int(1), keepdims: int(0) }],
        ['ConcatFromSequence', 's', 'y', { axis: int(0), new_axis: int(1) }],
      ],
      [
        [1, 3, 5],
        [2, 4, 6],
      ],
    ],
    [
      'chunks of a size, the last smaller',
      [
        ['SplitToSequence', 'x two', 's'],
        ['SequenceAt', 's last', 'y'],
      ],
      [[5, 6]],
    ],
    [
      'insert, erase and count',
      [
        ['SequenceEmpty', '', 'empty'],
        ['SequenceInsert', 'empty x', 'one'],
        ['SequenceConstruct', 'x x', 'pair'],
        ['SequenceInsert', 'pair x zero', 'three'],
        ['SequenceErase', 'three zero', 'fewer'],
        ['SequenceLength', 'three', 'length'],
        ['Cast', 'length', 'y', { to: int(1) }],
      ],
      3,
    ],
  ])('%s', async (_, nodes, expected) => {
    const positions = {
      two: fromNumbers('int64', [], [2]),
      last: fromNumbers('int64', [], [-1]),
      zero: fromNumbers('int64', [], [0]),
    };
    expect(await resultOf(nodes, rows, positions)).toEqual(expected);
  });

  test('a position beyond the end, and a sequence where a tensor belongs', () => {
    const far = { far: fromNumbers('int64', [], [2]) };
    const construct: NodeText = ['SequenceConstruct', 'x x', 's'];
    expect(() => model([construct, ['SequenceAt', 's far', 'y']], rows, far)).toThrow(
      /position 2 of a sequence of 2/,
    );
    expect(() => model([construct, ['Relu', 's', 'y']], rows)).toThrow(/'s', which is a sequence/);
  });
});

describe('sets 24 to 26', () => {
  test('Swish', async () => {
    const nodes: NodeText[] = [['Swish', 'x', 'y', { alpha: { float: 2 } }]];
    const expected = [-1, 0, 3].map((x) => expect.closeTo(x / (1 + Math.exp(-2 * x)), 5));
    expect(await resultOf(nodes, tensor([-1, 0, 3]), {}, 24)).toEqual(expected);
  });

  test.each<[attributes: Record<string, Attribute>, expected: number[][]]>([
    [
      {},
      [
        [1, 2],
        [3, 12],
        [15, 72],
      ].map((_, row) => [[1, 3, 15][row] as number, [2, 8, 48][row] as number]),
    ],
    [
      { reverse: int(1) },
      [
        [15, 48],
        [15, 24],
        [5, 6],
      ],
    ],
    [
      { exclusive: int(1) },
      [
        [1, 1],
        [1, 2],
        [3, 8],
      ],
    ],
  ])('CumProd %j', async (attributes, expected) => {
    const axis = { axis: fromNumbers('int64', [], [0]) };
    expect(await resultOf([['CumProd', 'x axis', 'y', attributes]], rows, axis, 26)).toEqual(expected);
  });

  test('Cast with how small floats are rounded', async () => {
    const nodes: NodeText[] = [['Cast', 'x', 'y', { to: int(7), round_mode: { string: 'up' } }]];
    expect(await resultOf(nodes, tensor([1.5]), {}, 25)).toEqual([1]);
  });

  test('what is not carried is refused by name', () => {
    expect(() => model([['BitCast', 'x', 'y']], rows, {}, 26)).toThrow(/does not have: BitCast/);
    expect(() => model([['Relu', 'x', 'y']], rows, {}, 27)).toThrow(/opset 27, expected 1 to 26/);
  });
});

test('a split that does not come out even passes its sizes on', async () => {
  const nodes: NodeText[] = [
    ['Split', 'x', 'a b c d', { num_outputs: int(4) }],
    ['Concat', 'd c b a', 'y', { axis: int(0) }],
  ];
  expect(await resultOf(nodes, tensor([1, 2, 3, 4, 5]))).toEqual([5, 3, 4, 1, 2]);
});

test.each(['SAME_UPPER', 'SAME_LOWER'])('ConvTranspose %s with a kernel under the stride', async (pad) => {
  const attributes: Record<string, Attribute> = { auto_pad: { string: pad }, strides: { ints: [3] } };
  const x = tensor([[[1, 2]]]);
  const file = model([['ConvTranspose', 'x w', 'y', attributes]], x, { w: ones([1, 1, 2]) });
  expect(await file.apply([x]).y.array()).toEqual([[[1, 1, 0, 2, 2, 0]]]);
  const [slope] = gradients(sum(mul(file.apply([x]).y, tensor([[[1, 2, 3, 4, 5, 6]]]))), [x]);
  expect(await slope?.array()).toEqual([[[3, 9]]]);
});

test('parameters leave settings out: sizes of a resize, bounds, numbers written as nodes', () => {
  const value: Attribute = { tensor: scalar(0.5) };
  const nodes: NodeText[] = [
    ['Constant', '', 'half', { value }],
    ['Mul', 'x half', 'a'],
    ['Mul', 'a weight', 'b'],
    ['Clip', 'b least', 'c'],
    ['Resize', 'c - scales', 'y'],
  ];
  const scales = fromNumbers('float32', [2], [2, 1]);
  const file = model(nodes, rows, { weight: ones([2]), least: scalar(0), scales });
  expect(Object.keys(file.parameters())).toEqual(['weight']);
  expect(Object.keys(file.parameters(/scales|half/))).toEqual(['scales', 'half']);
});
