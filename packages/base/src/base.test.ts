import { expect, test } from 'vitest';
import {
  ArgumentError,
  didYouMean,
  dot,
  FormatError,
  knownOptions,
  meanOf,
  medianInPlace,
  medianOf,
  NoosphereError,
  normalCumulative,
  normalQuantile,
  quantileOf,
  requireFinite,
  requirePositive,
  requireRate,
  requireShare,
  requireValues,
  requireWhole,
  robustDeviation,
  varianceOf,
} from './index.js';
import { nearestName } from './options.js';

test('an error knows its classes by name, across duplicate installs', () => {
  class DatasetError extends FormatError {}
  const error = new DatasetError('load', 'a.csv', 'is empty');
  expect(error.message).toBe('load: a.csv: is empty');
  expect(error.name).toBe('DatasetError');
  expect([NoosphereError, FormatError, DatasetError].map((kind) => kind.isInstance(error))).toEqual([
    true,
    true,
    true,
  ]);
  expect(ArgumentError.isInstance(error)).toBe(false);
  expect(NoosphereError.isInstance(new Error('other'))).toBe(false);
  // A copy of the class from another install has the same name and the same mark.
  const Copy = { ArgumentError: class ArgumentError extends NoosphereError {} }.ArgumentError;
  expect(ArgumentError.isInstance(new Copy('argument', 'f', 'no'))).toBe(true);
});

test('whole numbers and their limits', () => {
  requireWhole('f', 'count', 1);
  requireWhole('f', 'count', 0, 0, 0);
  expect(() => requireWhole('f', 'count', 1.5)).toThrow('f: count must be a whole number from 1, got 1.5');
  expect(() => requireWhole('f', 'count', 7, 0, 6)).toThrow('from 0 to 6, got 7');
  expect(() => requireWhole('f', 'count', 2 ** 53)).toThrow(ArgumentError);
  expect(() => requireWhole('f', 'count', Number.NaN)).toThrow('got NaN');
});

test.each([
  [requirePositive, [1e-300, 5], [0, -1, Number.NaN, Number.POSITIVE_INFINITY]],
  [requireRate, [0, 0.999], [1, -0.1, Number.NaN]],
  [requireShare, [0.5], [0, 1, Number.NaN]],
])('%o', (check, good, bad) => {
  for (const value of good) expect(() => check('f', 'x', value)).not.toThrow();
  for (const value of bad) expect(() => check('f', 'x', value)).toThrow(`got ${value}`);
});

test('values name the first that is no number', () => {
  expect(() => requireFinite('f', 'x', [1, Number.NaN])).toThrow('f: x[1] must be finite, got NaN');
  expect(() => requireValues('f', 'x', Float64Array.of(1, Number.NaN), 1)).toThrow('value 1 of x is NaN');
  expect(() => requireValues('f', 'x', Float64Array.of(1), 2)).toThrow('at least 2 values, got 1');
});

test('an unknown option is refused with the nearest', () => {
  const options: { strides?: number; padding?: string } = { strides: 1 };
  expect(knownOptions('conv', options, ['strides', 'padding'])).toBe(options);
  const wrong = { stride: 2 } as typeof options;
  expect(() => knownOptions('conv', wrong, ['strides', 'padding'])).toThrow(
    "conv: there is no option 'stride', only strides, padding; did you mean strides?",
  );
  expect(() => knownOptions('conv', null as unknown as typeof options, ['strides', 'padding'])).toThrow(
    'expects an object of options, got null',
  );
  expect(nearestName('sed', ['seed', 'shuffle'])).toBe('seed');
  expect(nearestName('zzz', ['seed', 'shuffle'])).toBeUndefined();
  expect(didYouMean('zzz', ['seed'])).toBe('');
});

test('sums, moments and order statistics of small lists, by hand', () => {
  expect(dot(Float64Array.of(1, 2, 3), Float64Array.of(4, 5, 6))).toBe(32);
  expect(meanOf([1, 2, 6])).toBe(3);
  expect(varianceOf(Float64Array.of(1, 3))).toBe(1);
  expect(medianOf([5, 1, 3])).toBe(3);
  expect(medianInPlace(Float64Array.of(4, 1, 3, 2))).toBe(2.5);
  expect(quantileOf(Float64Array.of(0, 10), 0.25)).toBe(2.5);
  expect(robustDeviation(Float64Array.of(1, 2, 3, 4, 1000))).toBeCloseTo(1.4826, 4);
});

test('the normal distribution and its inverse undo each other', () => {
  for (const p of [1e-300, 1e-12, 0.01, 0.3, 0.5, 0.975])
    expect(normalCumulative(normalQuantile(p)) / p).toBeCloseTo(1, 11);
  // Tables: Φ⁻¹(0.975), Φ(1).
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 14);
  expect(normalCumulative(1)).toBeCloseTo(0.8413447460685429, 15);
  expect([0, 1, 2].map(normalQuantile)).toEqual([
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NaN,
  ]);
});
