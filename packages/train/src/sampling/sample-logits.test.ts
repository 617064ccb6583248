import { describe, expect, test } from 'vitest';
import { Random } from '../random.js';
import { type SampleOptions, sampleLogits } from './sample-logits.js';

const logits = [1, 3, 0, 2, Number.NEGATIVE_INFINITY];

/** How often each index is drawn. */
function sharesOf(options: SampleOptions): number[] {
  const [random, count] = [new Random(5), 20_000];
  const found = new Array<number>(logits.length).fill(0);
  for (let draw = 0; draw < count; draw++) {
    const index = sampleLogits(logits, { ...options, random });
    found[index] = (found[index] as number) + 1 / count;
  }
  return found;
}

function softmaxOf(values: readonly (number | undefined)[]): number[] {
  const powers = values.map((value) => (value === undefined ? 0 : Math.exp(value)));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

describe('indexes are drawn by their probabilities', () => {
  const out = undefined;
  test.each<[what: string, options: SampleOptions, left: (number | undefined)[]]>([
    ['all', {}, [1, 3, 0, 2, out]],
    ['a high temperature evens them', { temperature: 2 }, [0.5, 1.5, 0, 1, out]],
    ['the two largest', { topK: 2 }, [out, 3, out, 2, out]],
    // Probabilities 0.644, 0.237, 0.087, 0.032: three make 0.9.
    ['the nucleus', { topP: 0.9 }, [1, 3, out, 2, out]],
    ['both', { topK: 3, topP: 0.5 }, [out, 3, out, out, out]],
    ['more than there are', { topK: 99 }, [1, 3, 0, 2, out]],
  ])('%s', (_, options, left) => {
    const expected = softmaxOf(left);
    sharesOf(options).forEach((share, index) => {
      expect(Math.abs(share - (expected[index] as number))).toBeLessThan(0.015);
    });
  });
});

test('temperature 0 takes the largest, the first among equals, without numbers', () => {
  expect(sampleLogits(logits, { temperature: 0 })).toBe(1);
  expect(sampleLogits(Float32Array.of(2, 5, 5), { temperature: 0 })).toBe(1);
});

test('large logits do not overflow, and draws repeat', () => {
  const draws = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 20 }, () => sampleLogits([1e4, 1e4, 9e3], { random }));
  };
  expect(new Set(draws(1))).toEqual(new Set([0, 1]));
  expect(draws(1)).toEqual(draws(1));
});

test.each<[options: SampleOptions, values: number[], message: RegExp]>([
  [{}, [1], /needs random, such as new Random\(1\)/],
  [{ temperature: -1 }, [1], /temperature must be a finite number from 0/],
  [{ topK: 0 }, [1], /topK must be a whole number from 1/],
  [{ topP: 0 }, [1], /topP must be above 0/],
  [{ temperature: 0 }, [], /needs a logit above -Infinity, got none/],
  [{ temperature: 0 }, [1, Number.NaN], /logit 1 is NaN/],
  [{ topp: 1 } as never, [1], /there is no option 'topp'.*topP/],
])('%j of %j is refused', (options, values, message) => {
  expect(() => sampleLogits(values, options)).toThrow(message);
});
