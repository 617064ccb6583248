/** Functions that users call with integers: those without a kernel go round it, those without a meaning say so. */
import { describe, expect, test } from 'vitest';
import {
  abs,
  argMax,
  bitShift,
  clamp,
  concat,
  cumsum,
  type DType,
  exp,
  floor,
  gather,
  gemm,
  greater,
  isNaN as isNotANumber,
  matmul,
  max,
  min,
  minimum,
  mod,
  pad,
  prod,
  sign,
  sum,
  type Tensor,
  tensor,
  tile,
  where,
} from '../index.js';

const numbers = [
  [-3, 1, 4],
  [2, -9, 5],
];

type Case = readonly [name: string, f: (x: Tensor) => Tensor, expected: unknown];

const cases: readonly Case[] = [
  [
    'abs',
    abs,
    [
      [3, 1, 4],
      [2, 9, 5],
    ],
  ],
  [
    'sign',
    sign,
    [
      [-1, 1, 1],
      [1, -1, 1],
    ],
  ],
  ['floor', floor, numbers],
  [
    'isNaN',
    isNotANumber,
    [
      [false, false, false],
      [false, false, false],
    ],
  ],
  ['sum', (x) => sum(x, { axes: 0 }), [-1, -8, 9]],
  ['prod', (x) => prod(x, { axes: 1 }), [-12, -90]],
  ['max', (x) => max(x, { axes: 1 }), [4, 5]],
  ['min', (x) => min(x, { axes: 1 }), [-3, -9]],
  ['argMax', (x) => argMax(x), [2, 2]],
  [
    'cumsum',
    (x) => cumsum(x, { axis: 1 }),
    [
      [-3, -2, 2],
      [2, -7, -2],
    ],
  ],
  [
    'clamp',
    (x) => clamp(x, { min: -2, max: 3 }),
    [
      [-2, 1, 3],
      [2, -2, 3],
    ],
  ],
  [
    'minimum',
    (x) => minimum(x, 1),
    [
      [-3, 1, 1],
      [1, -9, 1],
    ],
  ],
  [
    'mod',
    (x) => mod(x, 4),
    [
      [1, 1, 0],
      [2, 3, 1],
    ],
  ],
  [
    'where',
    (x) => where(greater(x, 0), x, 0),
    [
      [0, 1, 4],
      [2, 0, 5],
    ],
  ],
  [
    'gather',
    (x) => gather(x, tensor([1, 1], { dtype: 'int32' })),
    [
      [2, -9, 5],
      [2, -9, 5],
    ],
  ],
  [
    'concat',
    (x) => concat([x, x], { axis: 1 }),
    [
      [-3, 1, 4, -3, 1, 4],
      [2, -9, 5, 2, -9, 5],
    ],
  ],
  [
    'pad',
    (x) =>
      pad(x, {
        pads: [
          [0, 0],
          [1, 0],
        ],
        value: 7,
      }),
    [
      [7, -3, 1, 4],
      [7, 2, -9, 5],
    ],
  ],
  [
    'tile',
    (x) => tile(x, [1, 2]),
    [
      [-3, 1, 4, -3, 1, 4],
      [2, -9, 5, 2, -9, 5],
    ],
  ],
  [
    'gemm',
    (x) => gemm(x, x, { transposeB: true }),
    [
      [26, 5],
      [5, 110],
    ],
  ],
  [
    'bitShift',
    (x) => bitShift(x, 1, { direction: 'right' }),
    [
      [-2, 0, 2],
      [1, -5, 2],
    ],
  ],
];

describe.each<DType>(['int32', 'int64'])('%s', (dtype) => {
  test.each(cases)('%s', async (_, f, expected) => {
    expect(await f(tensor(numbers, { dtype })).array()).toEqual(expected);
  });
});

test('what would overflow or has no meaning is refused with the way out', () => {
  const bytes = tensor([[200, 100]], { dtype: 'uint8' });
  expect(() => sum(bytes)).toThrow(/cast\(x, 'int32'\) first/);
  expect(() => matmul(bytes, bytes)).toThrow(/matmulInteger/);
  expect(() => exp(bytes)).toThrow(/cast\(x, 'float32'\) converts/);
});
