import { expect, test } from 'vitest';
import { namedWeights } from './named-weights.js';

test('weights have the names of their assets, largest first', () => {
  const weights = namedWeights(['A', '__proto__', ' B'], Float64Array.of(0.2, 0.5, 0.3));
  expect(Object.entries(weights)).toEqual([
    ['__proto__', 0.5],
    [' B', 0.3],
    ['A', 0.2],
  ]);
  expect(namedWeights(['A', 'B', 'C'], [0.7, 1e-9, -0.3], { least: 1e-6 })).toEqual({ A: 0.7, C: -0.3 });
});

test('what does not fit is refused', () => {
  expect(() => namedWeights(['A'], [0.5, 0.5])).toThrow('got 1 names and 2 weights');
  expect(() => namedWeights(['A', 'A'], [0.5, 0.5])).toThrow("the name 'A' comes twice");
  expect(() => namedWeights(['A'], [Number.NaN])).toThrow(/weights\[0\] must be finite/);
  expect(() => namedWeights(['A'], [1], { leats: 1 } as never)).toThrow(/did you mean least/);
});
