import {
  hostData,
  isHostTensor,
  mean,
  mul,
  namedTensors,
  ones,
  relu,
  slice,
  square,
  type Tensor,
  tensor,
  zeros,
} from '@noosphere/core';
import { describe, expect, test } from 'vitest';
import { adam } from '../optimizers/index.js';
import { Random } from '../random.js';
import { type ForwardContext, inference } from '../step/context.js';
import { TrainStep } from '../step/train-step.js';
import * as layers from './index.js';

const random = new Random(1);

function values(x: Tensor | undefined): number[] {
  if (!x || !isHostTensor(x)) throw new Error(`expected data, got ${x}`);
  return Array.from(hostData(x), Number);
}

/** As options come out of a file or plain JavaScript: no type checks their names. */
function untyped(options: unknown): object {
  return options as object;
}

describe('initial values', () => {
  // The bounds of PyTorch's reset_parameters; a sample of n uniform numbers reaches 1 - 1/n of its bound on average.
  test.each<[string, Tensor | undefined, number]>([
    ['Linear', new layers.Linear(25, 400, random).weight, 1 / 5],
    ['a bias of Linear', new layers.Linear(25, 4000, random).bias, 1 / 5],
    ['Conv2d', new layers.Conv2d(8, 100, 3, random, { groups: 2 }).weight, 1 / 6],
    [
      'ConvTranspose1d',
      new layers.ConvTranspose1d(100, 8, 2, random, { groups: 2 }).weight,
      1 / Math.sqrt(8),
    ],
    ['LSTM', namedTensors(new layers.LSTM(30, 16, random)).get('weight_ih_l0'), 1 / 4],
    ['MultiheadAttention', new layers.MultiheadAttention(24, 2, random).in_proj_weight, Math.sqrt(6 / 96)],
  ])('%s is uniform', (_, weight, bound) => {
    const sizes = values(weight);
    const largest = Math.max(...sizes.map(Math.abs));
    expect(largest).toBeLessThanOrEqual(Math.fround(bound));
    expect(largest).toBeGreaterThan(0.99 * bound);
    const variance = sizes.reduce((total, value) => total + value * value, 0) / sizes.length;
    expect(variance / (bound ** 2 / 3)).toBeCloseTo(1, 0.7);
  });

  test('Embedding is standard normal, its padding row 0', () => {
    const { weight } = new layers.Embedding(100, 50, random, { paddingIndex: 3 });
    const rows = values(weight);
    expect(rows.slice(150, 200)).toEqual(new Array(50).fill(0));
    const variance = rows.reduce((total, value) => total + value * value, 0) / 4950;
    expect(variance).toBeCloseTo(1, 1);
  });

  test('attention begins with biases of 0', () => {
    const { in_proj_bias, out_proj } = new layers.MultiheadAttention(4, 2, random);
    expect([...values(in_proj_bias), ...values(out_proj.bias)]).toEqual(new Array(16).fill(0));
  });
});

describe('dropout', () => {
  /** Notes the shapes that masks are drawn for, and doubles. */
  function noting(): { context: ForwardContext; shapes: unknown[] } {
    const shapes: unknown[] = [];
    const dropout = (x: Tensor) => {
      shapes.push(x.shape);
      return mul(x, 2);
    };
    return { context: { ...inference, training: true, dropout }, shapes };
  }

  test.each<[string, layers.Layer, number[]]>([
    ['elements', new layers.Dropout(0.5), [2, 3, 4]],
    ['channels', new layers.Dropout2d(0.5), [2, 3, 1]],
    ['samples', new layers.DropPath(0.5), [2, 1, 1]],
  ])('of %s', async (_, layer, shape) => {
    const { context, shapes } = noting();
    expect(await layer.forward(ones([2, 3, 4]), context).array()).toEqual(
      await mul(ones([2, 3, 4]), 2).array(),
    );
    expect(shapes).toEqual([shape]);
    const x = ones([2, 3, 4]);
    expect(layer.forward(x)).toBe(x);
  });

  test('of recurrent layers stands between them', () => {
    const { context, shapes } = noting();
    new layers.GRU(3, 4, random, { layers: 3, dropout: 0.2 }).forward(ones([5, 2, 3]), context);
    expect(shapes).toEqual([
      [5, 2, 4],
      [5, 2, 4],
    ]);
  });
});

test('an LSTM goes on from the states of an earlier call', async () => {
  const layer = new layers.LSTM(3, 4, random, { layers: 2 });
  const x = random.normalTensor([6, 2, 3], 1);
  const part = (from: number, to: number) => slice(x, { starts: [from], ends: [to] });
  const { states } = layer.forward(part(0, 4));
  const { hidden } = layer.forward(part(4, 6), inference, states);
  const whole = values(await settled(layer.forward(x).hidden));
  values(await settled(hidden)).forEach((value, index) => {
    expect(value).toBeCloseTo(whole[index] as number, 5);
  });
});

async function settled(x: Tensor): Promise<Tensor> {
  await x.data();
  return x;
}

test('a batch norm keeps running statistics in a train step, with the same bits for k steps in a call', async () => {
  const model = { norm: new layers.BatchNorm2d(2), head: new layers.Conv2d(2, 1, 1, random) };
  const options = {
    model,
    loss: ({ norm, head }: typeof model, { x }: { x: Tensor }, context: ForwardContext) =>
      mean(square(head.forward(relu(norm.forward(x, context))))),
    optimizer: adam(),
  };
  const batches = [1, 2, 3, 4].map((seed) => ({ x: new Random(seed).normalTensor([3, 2, 4, 4], 2) }));
  const [single, several] = [new TrainStep(options), new TrainStep(options)];
  for (const batch of batches) await single.run([batch]);
  await several.run(batches);
  for (const [path, parameter] of single.state().parameters)
    expect(values(several.state().parameters.get(path)), path).toEqual(values(parameter));
  const { norm } = several.model;
  expect(values(norm.num_batches_tracked)).toEqual([4]);
  // Twice a standard normal: the variance moves from 1 to 4 by a tenth of the way a step, 4 - 3 · 0.9⁴ = 2.03.
  for (const variance of values(norm.running_var)) expect(variance).toBeCloseTo(2.03, 0);
  expect(Object.keys(norm)).toContain('bufferNames');
  await single.dispose();
  await several.dispose();
});

test('places of Sequential have the numbers of PyTorch, and buffers of inner layers are found', async () => {
  const net = new layers.Sequential(
    new layers.Conv2d(1, 2, 3, random),
    new layers.BatchNorm2d(2),
    relu,
    new layers.GlobalAvgPool(),
    new layers.Residual(new layers.Linear(2, 2, random)),
  );
  expect(net.forward(ones([1, 1, 5, 5])).shape).toEqual([1, 2]);
  const step = new TrainStep({
    model: net,
    loss: (model, { x }: { x: Tensor }, context) => mean(model.forward(x, context)),
    optimizer: adam(),
  });
  expect([...step.state().parameters.keys()]).toEqual([
    '0.weight',
    '0.bias',
    '1.weight',
    '1.bias',
    '4.body.weight',
    '4.body.bias',
    '1.running_mean',
    '1.running_var',
    '1.num_batches_tracked',
  ]);
  await step.dispose();
});

test.each<[string, () => unknown, string | RegExp]>([
  [
    'heads that do not divide',
    () => new layers.MultiheadAttention(10, 4, random),
    'MultiheadAttention: the size must be a multiple of the heads, got 10 and 4',
  ],
  [
    'a sequence of another width',
    () => new layers.MultiheadAttention(8, 2, random).forward(ones([1, 3, 4])),
    'MultiheadAttention: expects [N, T, E] with E = 8, got [1, 3, 4]; the batch comes first',
  ],
  [
    'rotary positions across sequences',
    () =>
      new layers.MultiheadAttention(8, 2, random, { rotary: true }).forward(ones([1, 3, 8]), inference, {
        memory: ones([1, 2, 8]),
      }),
    'rotary positions are those of one sequence',
  ],
  [
    'an image for a norm of vectors',
    () => new layers.BatchNorm1d(3).forward(ones([1, 3, 2, 2])),
    'BatchNorm1d: expects x [N, C] or [N, C, L] with 3 channels, got [1, 3, 2, 2]',
  ],
  ['a rate of 1', () => new layers.Dropout(1), 'Dropout: the rate must lie in [0, 1), got 1'],
  [
    'a padding index outside',
    () => new layers.Embedding(3, 2, random, { paddingIndex: 3 }),
    'Embedding: paddingIndex must be a row from 0 to 2, got 3',
  ],
  [
    'inputs of a depthwise layer',
    () => new layers.Conv2d(3, 4, 3, random, { groups: 2 }),
    'Conv2d: inputs must be a multiple of the groups, got 3 and 2',
  ],
  [
    'a sequence of another size',
    () => new layers.LSTM(3, 4, random).forward(ones([5, 2, 4])),
    'LSTM: expects x [T, N, I] with 3 inputs, got [5, 2, 4]',
  ],
  [
    'a body that changes the shape',
    () => new layers.Residual(new layers.Linear(2, 3, random)).forward(zeros([1, 2])),
    'Residual: expects two tensors of one shape, got [1, 2] and [1, 3]',
  ],
  [
    'no channels',
    () => new layers.BatchNorm2d(0),
    'BatchNorm: channels must be a whole number from 1, got 0',
  ],
  [
    'PyTorch’s name for an option',
    () => new layers.Conv2d(3, 8, 3, random, untyped({ stride: 2 })),
    "Conv2d: there is no option 'stride', only strides, padding, pads, dilations, groups, bias, paddingMode; did you mean strides?",
  ],
  [
    'an option of the layers given to a stack, misspelt',
    () => new layers.TransformerEncoder(1, 8, 2, random, untyped({ final_norm: true })),
    /^TransformerEncoder: there is no option 'final_norm', .*; did you mean finalNorm\?$/,
  ],
  [
    'an option nothing resembles',
    () => new layers.LSTM(3, 4, random, untyped({ peephole: true })),
    /^LSTM: there is no option 'peephole', only layers, bidirectional, dropout, bias, batchFirst$/,
  ],
  [
    'a number in place of options',
    () => new layers.LayerNorm(8, untyped(1e-5)),
    'LayerNorm: expects an object of options, got 0.00001',
  ],
])('%s: a clear error', (_, call, message) => {
  expect(call).toThrow(message);
});

test('a sample of padding alone gives numbers, and does not touch the others', async () => {
  const layer = new layers.MultiheadAttention(4, 2, random);
  const x = random.normalTensor([2, 3, 4], 1);
  const keyMask = tensor([
    [false, false, false],
    [true, true, false],
  ]);
  const masked = values(await settled(layer.forward(x, inference, { keyMask, causal: true })));
  expect(masked.every(Number.isFinite)).toBe(true);
  const alone = layer.forward(slice(x, { starts: [1], ends: [2] }), inference, {
    keyMask: tensor([[true, true, false]]),
    causal: true,
  });
  values(await settled(alone)).forEach((value, index) => {
    expect(masked[12 + index]).toBeCloseTo(value, 6);
  });
});

test('a row of padding gets no gradient', async () => {
  const step = new TrainStep({
    model: new layers.Embedding(3, 2, random, { paddingIndex: 0 }),
    loss: (model, { x }: { x: Tensor }) => mean(model.forward(x)),
    optimizer: adam(),
  });
  await step.run([{ x: tensor([0, 1], { dtype: 'int32' }) }]);
  expect(values(step.model.weight).slice(0, 2)).toEqual([0, 0]);
  await step.dispose();
});

test('Flatten joins the axes of a row, or those that are named', () => {
  const x = ones([2, 3, 4, 5]);
  expect(new layers.Flatten().forward(x).shape).toEqual([2, 60]);
  expect(new layers.Flatten({ start: 2 }).forward(x).shape).toEqual([2, 3, 20]);
  expect(new layers.Flatten({ start: 0, end: 1 }).forward(x).shape).toEqual([6, 4, 5]);
  expect(() => new layers.Flatten({ begin: 1 } as never)).toThrow(/there is no option 'begin'/);
});
