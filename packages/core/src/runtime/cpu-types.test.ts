import { expect, test } from 'vitest';
import { apply1, type Tensor } from '../graph/index.js';
import { tensor } from '../index.js';
import { Where } from '../ops/comparison.js';
import type { DType } from '../shape/index.js';

const largest: Partial<Record<DType, number>> = {
  bool: 1,
  int8: -128,
  int16: -32768,
  uint16: 65535,
  uint32: 2 ** 32 - 1,
  uint64: 2 ** 53,
};

test.each(Object.entries(largest) as [DType, number][])(
  'Where on %s keeps its values',
  async (dtype, value) => {
    const condition = tensor([true, false]);
    const a: Tensor = tensor(dtype === 'bool' ? [true, true] : [value, value], { dtype });
    const b: Tensor = tensor(dtype === 'bool' ? [false, false] : [1, 1], { dtype });
    const expected = dtype === 'bool' ? [true, false] : [value, 1];
    expect(await apply1(Where, [condition, a, b], {}).array()).toEqual(expected);
  },
);
