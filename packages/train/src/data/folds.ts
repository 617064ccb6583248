/** k-fold splits: every row is tested once, and what is tested is never trained on. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { Random } from '../random.js';
import { encodeKeys, type Keys } from './keys.js';

/** Rows by number, in rising order. */
export interface Fold {
  readonly train: Uint32Array;
  readonly test: Uint32Array;
}

export interface FoldOptions {
  /** How many folds. @default 5 */
  readonly folds?: number;
  /** Mix the rows before they are dealt out. @default true */
  readonly shuffle?: boolean;
  /** @default 0 */
  readonly seed?: number;
}

/**
 * k folds of rows: each tests n / k of them (the first n mod k folds one more) and trains on the rest.
 *
 * Throws for fewer than two folds, or fewer rows than folds.
 * @example
 * for (const { train, test } of kFold(5, { folds: 2, shuffle: false })) console.log([...train], [...test]);
 * // → [ 3, 4 ] [ 0, 1, 2 ]
 * //   [ 0, 1, 2 ] [ 3, 4 ]
 */
export function kFold(rows: number, options: FoldOptions = {}): Fold[] {
  const { folds = 5, shuffle = true, seed = 0 } = knownOptions('kFold', options, 'folds shuffle seed');
  requireFolds('kFold', folds, rows, 'rows');
  const order = shuffle
    ? new Random(seed).permutation(rows)
    : Uint32Array.from({ length: rows }, (_, row) => row);
  const foldOf = new Uint32Array(rows);
  let first = 0;
  for (let fold = 0; fold < folds; fold++) {
    const size = Math.floor(rows / folds) + Number(fold < rows % folds);
    for (const row of order.subarray(first, first + size)) foldOf[row] = fold;
    first += size;
  }
  return foldsOf(foldOf, folds);
}

/**
 * k folds in which every class has the share that it has in all rows, to one row.
 *
 * `labels` [n] are numbers or texts. Throws where a class has fewer rows than there are folds.
 * Source: scikit-learn's StratifiedKFold, whose folds these are without shuffling.
 * @example
 * const labels = ['a', 'a', 'a', 'a', 'b', 'b'];
 * for (const { test } of stratifiedKFold(labels, { folds: 2, shuffle: false })) console.log([...test]);
 * // → [ 0, 1, 4 ]
 * //   [ 2, 3, 5 ]
 */
export function stratifiedKFold(labels: Keys, options: FoldOptions = {}): Fold[] {
  const {
    folds = 5,
    shuffle = true,
    seed = 0,
  } = knownOptions('stratifiedKFold', options, 'folds shuffle seed');
  const { codes, names } = encodeKeys('stratifiedKFold', 'labels', labels);
  requireFolds('stratifiedKFold', folds, codes.length, 'rows');
  // Row i of the sorted classes goes to fold i mod k, so that folds differ by one row, over all and in each class.
  const counts = names.map(() => 0);
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  const rare = counts.findIndex((count) => count < folds);
  if (rare >= 0) {
    throw new ArgumentError(
      'stratifiedKFold',
      `class ${names[rare]} has ${counts[rare]} rows, fewer than the ${folds} folds; lower folds or merge rare classes`,
    );
  }
  const random = new Random(seed);
  const foldOf = new Uint32Array(codes.length);
  let first = 0;
  for (const [code, count] of counts.entries()) {
    const dealt = Uint32Array.from({ length: count }, (_, at) => (first + at) % folds).sort();
    const order = shuffle ? random.permutation(count) : undefined;
    let place = 0;
    for (const [row, own] of codes.entries()) {
      if (own !== code) continue;
      foldOf[row] = dealt[order ? (order[place] ?? 0) : place] ?? 0;
      place++;
    }
    first += count;
  }
  return foldsOf(foldOf, folds);
}

/**
 * k folds in which no group (patient, customer, document) is in both parts.
 *
 * `groups` [n] are numbers or texts. The largest group goes first, each to the fold with the fewest rows; there is
 * nothing to shuffle. Throws where there are fewer groups than folds. Source: scikit-learn's GroupKFold.
 * @example
 * for (const { test } of groupKFold(['ann', 'ann', 'bob', 'cy', 'cy'], { folds: 2 })) console.log([...test]);
 * // → [ 2, 3, 4 ]
 * //   [ 0, 1 ]
 */
export function groupKFold(groups: Keys, options: Pick<FoldOptions, 'folds'> = {}): Fold[] {
  const { folds = 5 } = knownOptions('groupKFold', options, 'folds');
  const { codes, names } = encodeKeys('groupKFold', 'groups', groups, 'sorted');
  requireFolds('groupKFold', folds, names.length, 'groups');
  const sizes = names.map(() => 0);
  for (const code of codes) sizes[code] = (sizes[code] ?? 0) + 1;
  const largestFirst = names
    .map((_, code) => code)
    .sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0) || b - a);
  const rowsOf = Array.from({ length: folds }, () => 0);
  const foldOfGroup = names.map(() => 0);
  for (const code of largestFirst) {
    const lightest = rowsOf.indexOf(Math.min(...rowsOf));
    rowsOf[lightest] = (rowsOf[lightest] ?? 0) + (sizes[code] ?? 0);
    foldOfGroup[code] = lightest;
  }
  return foldsOf(
    codes.map((code) => foldOfGroup[code] ?? 0),
    folds,
  );
}

/** An outer fold with the folds of its training rows. */
export interface NestedFold extends Fold {
  /** Folds inside `train`, in row numbers of the whole data: choose settings by them, then judge on `test`. */
  readonly inner: readonly Fold[];
}

/**
 * Nested folds: settings are chosen on the inner folds of the training rows, so that the outer test stays unseen.
 *
 * `inner` is given the training rows and splits their places 0 … m - 1. Source: Varma and Simon (2006).
 * @example
 * const [first] = nestedFolds(kFold(9, { folds: 3, shuffle: false }), (rows) => kFold(rows.length, { folds: 2, shuffle: false }));
 * console.log(first && [...first.test], first?.inner.map(({ test }) => [...test]));
 * // → [ 0, 1, 2 ] [ [ 3, 4, 5 ], [ 6, 7, 8 ] ]
 */
export function nestedFolds(
  outer: readonly Fold[],
  inner: (rows: Uint32Array) => readonly Fold[],
): NestedFold[] {
  return outer.map(({ train, test }) => {
    const ofTrain = (places: Uint32Array) =>
      places.map((place) => {
        const row = train[place];
        if (row !== undefined) return row;
        throw new ArgumentError(
          'nestedFolds',
          `an inner fold has place ${place}, but the outer one trains on ${train.length} rows; split rows.length places`,
        );
      });
    const folds = inner(train).map((fold) => ({ train: ofTrain(fold.train), test: ofTrain(fold.test) }));
    return { train, test, inner: folds };
  });
}

/** Folds from the fold in which each row is tested. */
function foldsOf(foldOf: ArrayLike<number>, folds: number): Fold[] {
  const rows = Uint32Array.from({ length: foldOf.length }, (_, row) => row);
  return Array.from({ length: folds }, (_, fold) => ({
    train: rows.filter((row) => foldOf[row] !== fold),
    test: rows.filter((row) => foldOf[row] === fold),
  }));
}

function requireFolds(operation: string, folds: number, count: number, what: string): void {
  if (!Number.isInteger(folds) || folds < 2)
    throw new ArgumentError(operation, `folds must be a whole number from 2, got ${folds}`);
  if (!Number.isInteger(count) || count < folds)
    throw new ArgumentError(operation, `${count} ${what} are too few for ${folds} folds; lower folds`);
}
