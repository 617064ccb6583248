import { describe, expect, test } from 'vitest';
import { scalar } from '../graph/constants.js';
import { apply } from '../graph/node.js';
import {
  compile,
  dropout,
  dropoutMask,
  gradients,
  hostData,
  ones,
  randomNormal,
  randomUniform,
  sum,
  type Tensor,
  tensor,
} from '../index.js';
import { Dropout } from './dropout.js';
import { threefry } from './random.js';

/** Mean and variance. */
function moments(values: ArrayLike<number>): { mean: number; variance: number } {
  const list = Array.from(values);
  const mean = list.reduce((total, value) => total + value, 0) / list.length;
  return { mean, variance: list.reduce((total, value) => total + (value - mean) ** 2, 0) / list.length };
}

/** Correlation of a sequence with itself, moved by so many places. */
function correlation(values: ArrayLike<number>, lag: number): number {
  const { mean, variance } = moments(values);
  let total = 0;
  for (let index = lag; index < values.length; index++)
    total += ((values[index] as number) - mean) * ((values[index - lag] as number) - mean);
  return total / variance / (values.length - lag);
}

/** Σ (observed - expected)² / expected over equal bins of [0, 1). */
function chiSquare(values: ArrayLike<number>, bins: number): number {
  const counts = new Array<number>(bins).fill(0);
  for (const value of Array.from(values))
    counts[Math.floor(value * bins)] = (counts[Math.floor(value * bins)] ?? 0) + 1;
  const expected = values.length / bins;
  return counts.reduce((total, count) => total + (count - expected) ** 2 / expected, 0);
}

test.each([
  [
    [0, 0],
    [0, 0],
    [0x6b200159, 0x99ba4efe],
  ],
  [
    [0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x1cb996fc, 0xbb002be7],
  ],
  [
    [0x13198a2e, 0x03707344],
    [0x243f6a88, 0x85a308d3],
    [0xc4923a9c, 0x483df7a0],
  ],
] as [number[], number[], number[]][])(
  'threefry gives the published words, key %j',
  (key, counter, words) => {
    const block = new Uint32Array(2);
    threefry(key[0] as number, key[1] as number, counter[0] as number, counter[1] as number, block);
    expect([...block]).toEqual(words);
  },
);

const count = 100_000;
// Five standard errors of a mean of `count` values with deviation 1.
const five = 5 / Math.sqrt(count);

describe('uniform numbers', () => {
  const values = hostData(randomUniform([count], { seed: 11 }));

  test('are spread evenly and do not follow each other', () => {
    const { mean, variance } = moments(values);
    expect(Math.abs(mean - 0.5)).toBeLessThan(five * Math.sqrt(1 / 12));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(five * 0.1);
    // 99 degrees of freedom: 173 is exceeded once in 100,000 times.
    expect(chiSquare(values, 100)).toBeLessThan(173);
    for (const lag of [1, 2, 3, 64]) expect(Math.abs(correlation(values, lag))).toBeLessThan(five);
  });

  test('stay within their bounds, the upper one left out', () => {
    const bounded = hostData(randomUniform([count], { seed: 12, low: -3, high: -2 }));
    expect(Math.min(...bounded.slice(0, 50_000))).toBeGreaterThanOrEqual(-3);
    expect(Math.max(...bounded.slice(0, 50_000))).toBeLessThan(-2);
  });

  test('are the same for the same counters, other ones for other seeds and streams', () => {
    const draw = (seed: number, stream: number) => [...hostData(randomUniform([4], { seed, stream }))];
    expect(draw(5, 6)).toEqual(draw(5, 6));
    expect(new Set([draw(5, 6), draw(6, 5), draw(5, 7), draw(5 + 2 ** 32, 6)].flat()).size).toBe(16);
    // A longer draw begins with a shorter one.
    expect([...hostData(randomUniform([9], { seed: 5, stream: 6 }))].slice(0, 4)).toEqual(draw(5, 6));
  });

  test('refuse a seed that is none', () => {
    expect(() => randomUniform([1], { seed: -1 })).toThrow(/seed must be a whole number/);
    expect(() => randomUniform([1], { seed: 0, stream: 2 ** 32 })).toThrow(/stream must be a whole number/);
  });
});

test('normal numbers have the moments and tails of the normal distribution', () => {
  const values = hostData(randomNormal([count + 1], { seed: 3, mean: 2, deviation: 0.5 }));
  expect(values.length).toBe(count + 1);
  const standard = Array.from(values, (value) => (value - 2) / 0.5);
  const { mean, variance } = moments(standard);
  expect(Math.abs(mean)).toBeLessThan(five);
  expect(Math.abs(variance - 1)).toBeLessThan(five * Math.SQRT2);
  const beyond = (limit: number) => standard.filter((value) => Math.abs(value) > limit).length / count;
  expect(Math.abs(beyond(1) - 0.3173)).toBeLessThan(five * 0.5);
  expect(Math.abs(beyond(2) - 0.0455)).toBeLessThan(five * 0.21);
  expect(Math.abs(moments(standard.map((value) => value ** 3)).mean)).toBeLessThan(five * Math.sqrt(15));
  expect(Math.abs(correlation(standard, 1))).toBeLessThan(five);
});

describe('dropout masks', () => {
  const mask = (rate: number, step = 0, site = 0) =>
    hostData(dropoutMask({ seed: 7, step, site }, [10 * count], rate));

  test.each([0, 0.1, 0.25, 0.3333, 0.5, 0.9])('keep 1 - rate of the elements: %f', (rate) => {
    const bits = mask(rate);
    const { mean } = moments(bits);
    const error = Math.sqrt((rate * (1 - rate)) / bits.length);
    expect(Math.abs(mean - (1 - rate))).toBeLessThanOrEqual(5 * error + 2 ** -16);
    expect(bits.every((bit) => bit <= 1)).toBe(true);
  });

  test('neighbours, steps and sites do not follow each other', () => {
    const bits = mask(0.3);
    for (const lag of [1, 2, 3, 4, 5, 16, 128])
      expect(Math.abs(correlation(bits, lag))).toBeLessThan(five / 2);
    for (const other of [mask(0.3, 1), mask(0.3, 0, 1)]) {
      const both =
        bits.reduce((total, bit, index) => total + bit * (other[index] as number), 0) / bits.length;
      expect(Math.abs(both - 0.49)).toBeLessThan(five / 2);
    }
  });

  test('every place of a word is kept alike', () => {
    const bits = mask(0.1);
    for (let place = 0; place < 16; place++) {
      const own = bits.filter((_, index) => index % 16 === place);
      expect(Math.abs(moments(own).mean - 0.9)).toBeLessThan((5 * 0.3) / Math.sqrt(own.length));
    }
  });

  test('are the same for the same key, and a shorter one is the beginning of a longer one', () => {
    expect(Buffer.compare(mask(0.2, 3, 4), mask(0.2, 3, 4))).toBe(0);
    const short = hostData(dropoutMask({ seed: 7, step: 3, site: 4 }, [3, 7], 0.2));
    expect([...short]).toEqual([...mask(0.2, 3, 4).slice(0, 21)]);
    expect(() => dropoutMask({ seed: 0, step: 0, site: 0 }, [1], 1)).toThrow(/below 1/);
  });
});

describe('dropout', () => {
  test('by a key is dropout by the mask of that key', async () => {
    const key = { seed: 1, step: 2, site: 3 };
    const x = ones([3, 5]);
    const byMask = dropout(x, { rate: 0.4, mask: dropoutMask(key, [3, 5], 0.4) });
    expect(await dropout(x, { rate: 0.4, mask: key }).array()).toEqual(await byMask.array());
  });

  test('refuses a mask that is not uint8', () => {
    expect(() => dropout(ones([2]), { rate: 0.5, mask: ones([2]) as Tensor as Tensor<'uint8'> })).toThrow(
      /uint8/,
    );
  });

  test("the operator's gradient is its own mask", async () => {
    const run = compile((x: Tensor, trains: Tensor) => {
      const [y] = apply(Dropout, [x, scalar('float32', 0.25), trains], { seed: undefined }) as [Tensor];
      return [y, ...gradients(sum(y), [x])];
    });
    const [y, slope] = await run(ones([1000]), tensor(true));
    expect(hostData(slope as Tensor)).toEqual(hostData(y as Tensor));
    expect(new Set(hostData(y as Tensor<'float32'>)).size).toBe(2);
    const [same, one] = await run(ones([10]), tensor(false));
    expect([...hostData(same as Tensor<'float32'>)]).toEqual(new Array(10).fill(1));
    expect([...hostData(one as Tensor<'float32'>)]).toEqual(new Array(10).fill(1));
    await run.dispose();
  });

  test('two uses of the operator draw two masks', async () => {
    const run = compile((x: Tensor) => {
      const once = () =>
        apply(Dropout, [x, scalar('float32', 0.5), scalar('bool', true)], { seed: undefined })[0];
      return [once() as Tensor, once() as Tensor];
    });
    const [a, b] = (await run(ones([1000]))).map((each) => hostData(each as Tensor<'float32'>));
    expect(a).not.toEqual(b);
    await run.dispose();
  });
});
