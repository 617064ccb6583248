import { describe, expect, test } from 'vitest';
import { type DType, tensor } from '../index.js';

describe('tensor keeps the numbers it is given', () => {
  test.each<[DType, number]>([
    ['int8', 127],
    ['uint8', 255],
    ['int16', -32768],
    ['uint16', 65535],
    ['int32', -(2 ** 31)],
    ['uint32', 2 ** 32 - 1],
    ['int64', Number.MAX_SAFE_INTEGER],
    ['float16', -65504],
    ['float32', Number.POSITIVE_INFINITY],
  ])('%s %d', async (dtype, value) => {
    expect(Number(await tensor([value], { dtype }).item())).toBe(value);
  });

  test.each<[DType, number]>([
    ['int8', 128],
    ['uint8', -1],
    ['uint8', 0.5],
    ['int16', 32768],
    ['uint16', 65536],
    ['int32', 2 ** 31],
    ['int32', Number.NaN],
    ['uint32', -1],
    ['int64', 2 ** 63],
    ['float16', 65520],
    ['float32', 1e39],
    ['bool', 2],
  ])('%s refuses %d', (dtype, value) => {
    expect(() => tensor([0, value], { dtype })).toThrow(/^tensor: .* at 1; choose another dtype/);
    expect(() => tensor(Float64Array.of(0, value), { dtype })).toThrow(/at 1/);
  });
});
