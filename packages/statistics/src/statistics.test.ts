// Against SciPy and NumPy (tools/goldens/distributions.py).
import { medianInPlace, medianOf, normalQuantile, quantileOf, requireValues } from '@noosphere/base';
import { expect, test } from 'vitest';
import {
  chiSquaredTail,
  kolmogorovTail,
  normalCdf,
  normalTails,
  studentQuantile,
  studentTails,
} from './distributions/distributions.js';
import goldens from './goldens/statistics.json' with { type: 'json' };
import { cholesky, choleskySolve, isPositiveSemidefinite } from './linear-algebra/cholesky.js';
import { diagonalize, symmetricEigen } from './linear-algebra/symmetric-eigen.js';

const functions = {
  chiSquaredTail,
  normalTails,
  normalCdf,
  studentTails,
  studentQuantile,
  normalQuantile,
  kolmogorovTail,
} as const;

test.each(Object.entries(functions))('%s', (name, compute) => {
  for (const row of goldens[name as keyof typeof functions]) {
    const [first = 0, second = 0] = row;
    const expected = row.at(-1) ?? Number.NaN;
    expect(Math.abs(compute(first, second) - expected), String(row)).toBeLessThan(
      1e-7 * Math.max(1e-3, Math.abs(expected)),
    );
  }
});

test('Cholesky factors and solutions; none of a matrix that is not positive', () => {
  const factor = cholesky(goldens.matrix.map((row) => Float64Array.from(row))) ?? [];
  for (const [row, values] of goldens.factor.entries()) {
    for (const [column, value] of values.entries()) expect(factor[row]?.[column]).toBeCloseTo(value, 12);
  }
  const solution = choleskySolve(factor, Float64Array.from(goldens.right));
  for (const [row, value] of goldens.solution.entries()) expect(solution[row]).toBeCloseTo(value, 10);
  expect(cholesky([Float64Array.of(1, 2), Float64Array.of(2, 4)])).toBeUndefined();
});

test('medians and quantiles', () => {
  const values = Float64Array.from(goldens.values);
  expect(medianOf(values)).toBe(goldens.median);
  expect(medianInPlace(values.slice())).toBe(goldens.median);
  const sorted = values.slice().sort();
  for (const [share = 0, value = 0] of goldens.quantiles)
    expect(quantileOf(sorted, share)).toBeCloseTo(value, 14);
});

test.each([
  ['in disorder', (t: number) => Math.sin(t * t)],
  ['with ties', (t: number) => Math.round(5 * Math.sin(t * t)) + 0],
  ['rising', (t: number) => t],
  [
    'far from what a sample of every so many shows',
    (t: number) => (t % 25 === 0 ? 1e6 + t : Math.sin(t * t)),
  ],
  ['all equal', () => 7],
  ['with infinities', (t: number) => (t % 5 === 0 ? Infinity : t % 5 === 1 ? -Infinity : Math.cos(t * t))],
] as const)('medians of any number of values, %s', (_, valueAt) => {
  for (const length of [1, 2, 3, 10, 39, 199, 200, 201, 500, 1001, 2000]) {
    const values = Float64Array.from({ length }, (_, t) => valueAt(t));
    const sorted = values.slice().sort();
    const expected = ((sorted[(length - 1) >> 1] ?? 0) + (sorted[length >> 1] ?? 0)) / 2;
    expect(medianOf(values)).toBe(expected);
  }
});

test('what is too short or no number is refused by its place', () => {
  expect(() => requireValues('trend', 'y', Float64Array.of(1), 2)).toThrow(
    'y needs at least 2 values, got 1',
  );
  expect(() => requireValues('trend', 'y', Float64Array.of(1, Number.NaN), 2)).toThrow(
    'value 1 of y is NaN; fill gaps or leave them out',
  );
});

test('eigenvectors rebuild a symmetric matrix, badly scaled ones too', () => {
  const size = 6;
  const matrix = Float64Array.from({ length: size * size }, (_, at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    const scale = 10 ** (row + column - 6);
    return scale * (Math.cos(row * column) + Math.cos(row + column) + (row === column ? size : 0));
  });
  const [vectors, values] = [new Float64Array(size * size), new Float64Array(size)];
  for (let place = 0; place < size; place++) vectors[place * (size + 1)] = 1;
  diagonalize(matrix.slice(), vectors, values);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let [rebuilt, product] = [0, 0];
      for (let k = 0; k < size; k++) {
        const [a, b] = [vectors[row * size + k] as number, vectors[column * size + k] as number];
        rebuilt += a * b * (values[k] as number);
        product += (vectors[k * size + row] as number) * (vectors[k * size + column] as number);
      }
      const expected = matrix[row * size + column] as number;
      const scale = Math.sqrt((matrix[row * (size + 1)] as number) * (matrix[column * (size + 1)] as number));
      expect(Math.abs(rebuilt - expected)).toBeLessThan(1e-12 * scale + 1e-14 * 1e5);
      expect(Math.abs(product - (row === column ? 1 : 0))).toBeLessThan(1e-13);
    }
  }
});

test('eigenvalues of a singular matrix: the same by rows, and zeros where they are', () => {
  const half = goldens.matrix.map((row) => Float64Array.from(row.slice(0, 2)));
  // Rank 2 of 4.
  const singular = half.map((a) =>
    Float64Array.from(half, (b) => (a[0] ?? 0) * (b[0] ?? 0) + (a[1] ?? 0) * (b[1] ?? 0)),
  );
  const { values, vectors } = symmetricEigen(singular);
  const scale = Math.max(...values);
  expect(values.filter((value) => Math.abs(value) < 1e-13 * scale)).toHaveLength(2);
  for (const [row, entries] of singular.entries()) {
    for (const [column, entry] of entries.entries()) {
      const rebuilt = vectors.reduce(
        (sum, v, k) => sum + (values[k] ?? 0) * (v[row] ?? 0) * (v[column] ?? 0),
        0,
      );
      expect(Math.abs(rebuilt - entry)).toBeLessThan(1e-13 * scale);
    }
  }
});

test('positive semidefinite: by hand, singular ones too, in any unit', () => {
  const rows = (...values: number[][]) => values.map((row) => Float64Array.from(row));
  for (const unit of [1e-18, 1, 1e18]) {
    const inUnit = (matrix: Float64Array[]) => matrix.map((row) => row.map((value) => value * unit));
    expect(isPositiveSemidefinite(inUnit(rows([4, 2], [2, 1])))).toBe(true);
    expect(isPositiveSemidefinite(inUnit(rows([1, 2], [2, 1])))).toBe(false);
    expect(isPositiveSemidefinite(inUnit(rows([-1, 0], [0, 1])))).toBe(false);
    expect(isPositiveSemidefinite(inUnit(rows([0, 0], [0, 1])))).toBe(true);
    expect(isPositiveSemidefinite(inUnit(rows([0, 1], [1, 1])))).toBe(false);
  }
});
