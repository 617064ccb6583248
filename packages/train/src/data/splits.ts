/** Splits into training, validation and test rows: at random, by classes, or by groups. Row numbers, not data. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { Random } from '../random.js';
import { encodeKeys, type Keys } from './keys.js';

/** Rows by number, in rising order; every row is in one part. */
export interface Split {
  readonly train: Uint32Array;
  /** Empty where no validation was asked for. */
  readonly validation: Uint32Array;
  readonly test: Uint32Array;
}

export interface SplitOptions {
  /** Share of rows to test on, 0 up to 1. @default 0.2 */
  readonly test?: number;
  /** Share of rows to validate on, 0 up to 1. @default 0 */
  readonly validation?: number;
  /** @default 0 */
  readonly seed?: number;
}

/**
 * A random split of rows: round(share · n) to each part, the rest to training.
 *
 * Throws where the shares add up to 1 or more, or a part that was asked for would be empty.
 * @example
 * const { train, validation, test } = splitRows(10, { test: 0.2, validation: 0.1 });
 * console.log(train.length, validation.length, test.length); // → 7 1 2
 */
export function splitRows(rows: number, options: SplitOptions = {}): Split {
  knownOptions('splitRows', options, 'test validation seed');
  const shares = readShares('splitRows', options);
  if (!Number.isInteger(rows) || rows < 1)
    throw new ArgumentError('splitRows', `rows must be a whole number from 1, got ${rows}`);
  const counts = shares.map((share) => Math.round(share * rows));
  return partsOf('splitRows', dealt(new Random(options.seed ?? 0).permutation(rows), counts), shares);
}

/**
 * A random split in which every class has the share that it has in all rows, to one row.
 *
 * `labels` [n] are numbers or texts. Parts have round(share · n) rows; what the classes' exact shares leave over goes to
 * those that lose most by rounding. Throws as `splitRows`.
 * @example
 * const labels = Array.from({ length: 20 }, (_, row) => (row < 5 ? 'rare' : 'common'));
 * const { test } = stratifiedSplit(labels, { test: 0.2 });
 * console.log(Array.from(test).filter((row) => labels[row] === 'rare').length, test.length); // → 1 4
 */
export function stratifiedSplit(labels: Keys, options: SplitOptions = {}): Split {
  knownOptions('stratifiedSplit', options, 'test validation seed');
  const shares = readShares('stratifiedSplit', options);
  const { codes, names } = encodeKeys('stratifiedSplit', 'labels', labels);
  const random = new Random(options.seed ?? 0);
  const members = names.map((_, code) => rowsWith(codes, code));
  const left = members.map((rows) => rows.length);
  const countsByShare = shares.map((share) => {
    const counts = apportion(
      Math.round(share * codes.length),
      members.map((rows) => rows.length),
      left,
    );
    for (const [code, count] of counts.entries()) left[code] = (left[code] ?? 0) - count;
    return counts;
  });
  const partOf = new Uint8Array(codes.length);
  for (const [code, rows] of members.entries()) {
    const order = random.permutation(rows.length).map((place) => rows[place] ?? 0);
    const parts = dealt(
      order,
      countsByShare.map((counts) => counts[code] ?? 0),
    );
    for (const [row, part] of parts) partOf[row] = part;
  }
  return partsOf('stratifiedSplit', partOf.entries(), shares);
}

/**
 * A random split in which no group (patient, customer, document) is in two parts.
 *
 * `groups` [n] are numbers or texts. Groups are dealt in random order to the part that lacks most rows, so that parts come
 * close to their shares of rows. Throws as `splitRows`, and where there are fewer groups than parts.
 * @example
 * const groups = ['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd', 'e', 'e'];
 * const { train, test } = groupSplit(groups, { test: 0.2 });
 * console.log(train.length, test.length, groups[test[0] ?? 0] === groups[test[1] ?? 0]); // → 8 2 true
 */
export function groupSplit(groups: Keys, options: SplitOptions = {}): Split {
  knownOptions('groupSplit', options, 'test validation seed');
  const shares = readShares('groupSplit', options);
  const { codes, names } = encodeKeys('groupSplit', 'groups', groups);
  const wanted = shares.map((share) => share * codes.length);
  const partOfGroup = new Uint8Array(names.length);
  const sizes = names.map(() => 0);
  for (const code of codes) sizes[code] = (sizes[code] ?? 0) + 1;
  const got = shares.map(() => 0);
  for (const code of new Random(options.seed ?? 0).permutation(names.length)) {
    const size = sizes[code] ?? 0;
    // A part takes a group while that brings it nearer to what it wants.
    const lacks = wanted.map((rows, part) => rows - (got[part] ?? 0));
    const neediest = lacks.indexOf(Math.max(...lacks));
    const isFirst = got[neediest] === 0 && (wanted[neediest] ?? 0) > 0;
    if ((lacks[neediest] ?? 0) < size / 2 && !isFirst) continue;
    got[neediest] = (got[neediest] ?? 0) + size;
    partOfGroup[code] = neediest + 1;
  }
  return partsOf('groupSplit', codes.map((code) => partOfGroup[code] ?? 0).entries(), shares);
}

/** The shares of test and validation. */
export function readShares(
  operation: string,
  { test = 0.2, validation = 0 }: SplitOptions,
): [number, number] {
  for (const [name, share] of Object.entries({ test, validation })) {
    if (!(share >= 0 && share < 1))
      throw new ArgumentError(operation, `${name} must be a share from 0 up to 1, got ${share}`);
  }
  if (test + validation >= 1) {
    throw new ArgumentError(
      operation,
      `test ${test} and validation ${validation} leave no rows to train on; lower them`,
    );
  }
  return [test, validation];
}

/** The first rows go to part 1, the next ones to part 2, the rest to part 0: training. */
function* dealt(order: Uint32Array, counts: readonly number[]): Generator<[row: number, part: number]> {
  let first = 0;
  for (const [part, count] of [...counts, order.length].entries()) {
    for (const row of order.subarray(first, first + count)) yield [row, (part + 1) % (counts.length + 1)];
    first += count;
  }
}

/** Rows by part, checked: 0 training, 1 test, 2 validation. */
function partsOf(
  operation: string,
  parts: Iterable<[row: number, part: number]>,
  shares: readonly number[],
): Split {
  const rows: [number[], number[], number[]] = [[], [], []];
  for (const [row, part] of parts) rows[part]?.push(row);
  const [train, test, validation] = rows.map((each) => Uint32Array.from(each).sort());
  const split = {
    train: train ?? new Uint32Array(),
    validation: validation ?? new Uint32Array(),
    test: test ?? new Uint32Array(),
  };
  requireParts(operation, split, shares);
  return split;
}

/** Throws where a part that was asked for has no rows. */
export function requireParts(
  operation: string,
  split: Split,
  [test = 0, validation = 0]: readonly number[],
): void {
  for (const [name, share] of Object.entries({ train: 1, test, validation })) {
    if (share > 0 && split[name as keyof Split].length === 0) {
      throw new ArgumentError(
        operation,
        `the ${name} part gets no rows (train ${split.train.length}, validation ${split.validation.length}, test ${split.test.length}); give more rows or other shares`,
      );
    }
  }
}

function rowsWith(codes: Uint32Array, code: number): Uint32Array {
  return Uint32Array.from({ length: codes.length }, (_, row) => row).filter((row) => codes[row] === code);
}

/** Deals `total` out in proportion to sizes, whole numbers, by largest remainders; no more than is left of each. */
function apportion(total: number, sizes: readonly number[], left: readonly number[]): number[] {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const exact = sizes.map((size) => (total * size) / all);
  const counts = exact.map((share, index) => Math.min(Math.floor(share), left[index] ?? 0));
  const byRemainder = exact
    .map((share, index) => ({ index, remainder: share - Math.floor(share) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  let missing = total - counts.reduce((sum, count) => sum + count, 0);
  for (const { index } of byRemainder) {
    if (missing > 0 && (counts[index] ?? 0) < (left[index] ?? 0)) {
      counts[index] = (counts[index] ?? 0) + 1;
      missing--;
    }
  }
  return counts;
}
