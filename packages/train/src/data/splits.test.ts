import { tensor } from '@noosphere/core';
import { describe, expect, test } from 'vitest';
import { classWeights } from './class-weights.js';
import { type Fold, groupKFold, kFold, nestedFolds, stratifiedKFold } from './folds.js';
import goldens from './goldens/splits.json' with { type: 'json' };
import { sliceRows, takeRows } from './rows.js';
import { groupSplit, type Split, splitRows, stratifiedSplit } from './splits.js';
import { purgedFolds, timeFolds, timeSplit } from './time-splits.js';

const plain = (folds: readonly Fold[]) =>
  folds.map(({ train, test: tested }) => ({ train: [...train], test: [...tested] }));

const sizes = ({ train, validation, test: tested }: Split) => [
  train.length,
  validation.length,
  tested.length,
];

/** Every row is in one part. */
function expectWhole(split: Split, rows: number): void {
  const all = [...split.train, ...split.validation, ...split.test].sort((a, b) => a - b);
  expect(all).toEqual(Array.from({ length: rows }, (_, row) => row));
}

/** 60 rows of three classes (36, 18, 6) and 12 groups of five. */
const labels = Array.from({ length: 60 }, (_, row) => (row % 10 < 6 ? 'a' : row % 10 < 9 ? 'b' : 'c'));
const groups = Array.from({ length: 60 }, (_, row) => `group ${Math.floor(row / 5)}`);

describe("folds are scikit-learn's without shuffling", () => {
  test('k-fold', () => {
    for (const { rows, folds, parts } of goldens.kFold)
      expect(plain(kFold(rows, { folds, shuffle: false }))).toEqual(parts);
  });
  test('stratified', () => {
    for (const { labels: column, folds, parts } of goldens.stratifiedKFold)
      expect(plain(stratifiedKFold(column, { folds, shuffle: false }))).toEqual(parts);
  });
  test('group', () => {
    for (const { groups: column, folds, parts } of goldens.groupKFold)
      expect(plain(groupKFold(column, { folds }))).toEqual(parts);
  });
  test('time', () => {
    for (const { rows, options, parts } of goldens.timeFolds)
      expect(plain(timeFolds(rows, options))).toEqual(parts);
  });
  test('class weights', () => {
    const { classes, weights, rowWeights } = classWeights(goldens.classWeights.labels);
    expect(classes).toEqual([0, 1, 2]);
    for (const [at, weight] of weights.entries())
      expect(weight).toBeCloseTo(goldens.classWeights.weights[at] ?? 0, 12);
    expect(rowWeights().shape).toEqual([37]);
  });
});

describe('shuffled folds', () => {
  test('test every row once, by seed', () => {
    const folds = kFold(60, { folds: 7, seed: 3 });
    expect(plain(kFold(60, { folds: 7, seed: 3 }))).toEqual(plain(folds));
    expect(plain(kFold(60, { folds: 7, seed: 4 }))).not.toEqual(plain(folds));
    expect(folds.flatMap(({ test: tested }) => [...tested]).sort((a, b) => a - b)).toEqual([
      ...Array(60).keys(),
    ]);
    for (const { train, test: tested } of folds) expect(train.length + tested.length).toBe(60);
  });
  test('keep the classes, whatever the seed', () => {
    for (const { test: tested } of stratifiedKFold(labels, { folds: 6, seed: 9 })) {
      const counts = ['a', 'b', 'c'].map((name) => tested.filter((row) => labels[row] === name).length);
      expect(counts).toEqual([6, 3, 1]);
    }
  });
  test('nested folds stay inside the outer training rows', () => {
    for (const { train, test: tested, inner } of nestedFolds(kFold(60), (rows) =>
      stratifiedKFold(
        Array.from(rows, (row) => labels[row] ?? ''),
        { folds: 3 },
      ),
    )) {
      for (const fold of inner) {
        expect([...fold.train, ...fold.test].sort((a, b) => a - b)).toEqual([...train]);
        expect([...fold.train, ...fold.test].some((row) => tested.includes(row))).toBe(false);
      }
    }
  });
});

describe('splits', () => {
  test('at random', () => {
    const split = splitRows(60, { test: 0.25, validation: 0.1, seed: 1 });
    expect(sizes(split)).toEqual([39, 6, 15]);
    expectWhole(split, 60);
    expect(splitRows(60, { test: 0.25, validation: 0.1, seed: 1 })).toEqual(split);
    expect(splitRows(60, { test: 0.25, validation: 0.1, seed: 2 })).not.toEqual(split);
    expect(sizes(splitRows(5, { test: 0 }))).toEqual([5, 0, 0]);
  });
  test('by classes', () => {
    const split = stratifiedSplit(labels, { test: 1 / 6, validation: 1 / 6, seed: 5 });
    expectWhole(split, 60);
    for (const part of [split.test, split.validation])
      expect(['a', 'b', 'c'].map((name) => part.filter((row) => labels[row] === name).length)).toEqual([
        6, 3, 1,
      ]);
    // Shares that do not come out even are right to one row in each class, and over all.
    const uneven = stratifiedSplit(labels, { test: 0.22, validation: 0.13 });
    expect(sizes(uneven)).toEqual([60 - 13 - 8, 8, 13]);
    for (const [part, share] of [
      [uneven.test, 0.22],
      [uneven.validation, 0.13],
    ] as const)
      for (const [name, count] of [
        ['a', 36],
        ['b', 18],
        ['c', 6],
      ] as const)
        expect(Math.abs(part.filter((row) => labels[row] === name).length - share * count)).toBeLessThan(1);
  });
  test('by groups', () => {
    for (let seed = 0; seed < 20; seed++) {
      const split = groupSplit(groups, { test: 0.25, validation: 0.1, seed });
      expectWhole(split, 60);
      const of = (rows: Uint32Array) => new Set(Array.from(rows, (row) => groups[row]));
      const [train, validation, tested] = [of(split.train), of(split.validation), of(split.test)];
      expect(train.size + validation.size + tested.size).toBe(12);
      expect(Math.abs(split.test.length - 15)).toBeLessThanOrEqual(2.5);
      expect(Math.abs(split.validation.length - 6)).toBeLessThanOrEqual(2.5);
    }
  });
  test('in time, where rows of one time stay together', () => {
    const times = tensor([3, 1, 2, 2, 5, 4, 1, 5]);
    const split = timeSplit(times, { test: 0.2, validation: 0.2, gap: 1 });
    expect([[...split.train], [...split.validation], [...split.test]]).toEqual([[1, 6], [0], [4, 7]]);
  });
  test('purged folds leave the gap and the embargo out', () => {
    for (const { train, test: tested } of purgedFolds(50, { folds: 5, gap: 2, embargo: 3 })) {
      const [first = 0, last = 0] = [tested[0], tested.at(-1)];
      expect(train.some((row) => row >= first - 2 && row <= last + 5)).toBe(false);
      expect(train.length).toBe(50 - 10 - Math.min(2, first) - Math.min(5, 49 - last));
    }
  });
  test('effective weights lie between equal and balanced ones', () => {
    const { weights } = classWeights(labels, { method: 'effective', beta: 0.9 });
    const { weights: balanced } = classWeights(labels);
    const spread = (each: Float64Array) => (each[2] ?? 0) / (each[0] ?? 0);
    expect(spread(weights)).toBeGreaterThan(1);
    expect(spread(weights)).toBeLessThan(spread(balanced));
  });

  test.each<[string, () => unknown, RegExp]>([
    ['shares', () => splitRows(10, { test: 0.6, validation: 0.4 }), /leave no rows to train on/],
    [
      'an empty part',
      () => splitRows(3, { test: 0.1 }),
      /test part gets no rows \(train 3, validation 0, test 0\)/,
    ],
    ['one group', () => groupSplit(['a', 'a'], { test: 0.5 }), /gets no rows/],
    [
      'a rare class',
      () => stratifiedKFold([0, 0, 0, 1], { folds: 2 }),
      /class 1 has 1 rows, fewer than the 2 folds/,
    ],
    ['few rows', () => kFold(3), /3 rows are too few for 5 folds/],
    ['few groups', () => groupKFold(['a', 'b']), /2 groups are too few for 5 folds/],
    [
      'few times',
      () => timeFolds(6, { folds: 5, gap: 1 }),
      /6 times are too few for 5 folds of 1 with a gap of 1/,
    ],
    ['all purged', () => purgedFolds(6, { folds: 2, gap: 5 }), /lower folds, gap or embargo/],
    ['no labels', () => classWeights([]), /labels must give every row .* it has no rows/],
    ['a NaN time', () => timeSplit([1, Number.NaN]), /finite numbers, got NaN in row 1/],
    [
      'inner places',
      () => nestedFolds(kFold(6, { folds: 2 }), () => kFold(6, { folds: 2 })),
      /split rows.length places/,
    ],
  ])('refuses %s', (_, wrong, message) => {
    expect(wrong).toThrow(message);
  });
});

test('rows that are not there are refused, by their place', async () => {
  const table = tensor([[1], [2], [3]]);
  expect(await takeRows(table, [2, 0]).array()).toEqual([[3], [1]]);
  for (const row of [7, -1, 1.5, Number.NaN])
    expect(() => takeRows(table, [0, row])).toThrow(`rows[1] must be a whole number from 0 to 2, got ${row}`);
  expect(() => takeRows(tensor(1), [0])).toThrow('expected a tensor with rows, got a scalar');
  for (const [first, last] of [
    [0, 4],
    [-1, 2],
    [2, 1],
  ] as const)
    expect(() => sliceRows(table, first, last)).toThrow('expected 0 ≤ first ≤ last ≤ 3');
});
