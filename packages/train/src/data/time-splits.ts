/** Splits of rows in time: what is trained on lies before what is tested, with a gap where targets reach ahead. */
import { knownOptions, requireWhole } from '@noosphere/base';
import { ArgumentError, type HostTensor, hostData, toNumbers } from '@noosphere/core';
import type { Fold } from './folds.js';
import { readShares, requireParts, type Split } from './splits.js';

/**
 * The rows' times: how many rows, where row 0 is the oldest; or a time for each row [n], in any order. Rows of one time
 * are never parted, and all counts below are counts of distinct times then.
 */
export type Times = number | ArrayLike<number> | HostTensor;

export interface TimeSplitOptions {
  /** Share of the times to test on, the newest. @default 0.2 */
  readonly test?: number;
  /** Share of the times to validate on, right before the test. @default 0 */
  readonly validation?: number;
  /** Times left out between two parts: at least how far targets reach ahead, less 1. @default 0 */
  readonly gap?: number;
}

/**
 * A split in time: the oldest rows train, later ones validate, the newest test.
 *
 * Throws where the shares add up to 1 or more, or a part that was asked for would be empty.
 * @example
 * const { train, validation, test } = timeSplit(10, { test: 0.2, validation: 0.2, gap: 1 });
 * console.log([...train], [...validation], [...test]); // → [ 0, 1, 2, 3 ] [ 5, 6 ] [ 8, 9 ]
 */
export function timeSplit(times: Times, given: TimeSplitOptions = {}): Split {
  const { gap = 0, ...options } = knownOptions('timeSplit', given, 'test validation gap');
  const [testShare, validationShare] = readShares('timeSplit', options);
  const line = readTimes('timeSplit', times);
  requireWhole('timeSplit', 'gap', gap, 0);
  const testStart = line.count - Math.round(testShare * line.count);
  const validationEnd = testShare > 0 ? testStart - gap : testStart;
  const validationStart = validationEnd - Math.round(validationShare * line.count);
  const trainEnd = validationShare > 0 ? validationStart - gap : validationEnd;
  const split = {
    train: line.rows(0, trainEnd),
    validation: line.rows(validationShare > 0 ? validationStart : validationEnd, validationEnd),
    test: line.rows(testStart, line.count),
  };
  requireParts('timeSplit', split, [testShare, validationShare]);
  return split;
}

export interface TimeFoldOptions {
  /** How many folds. @default 5 */
  readonly folds?: number;
  /** Times in each test. @default floor(times / (folds + 1)) */
  readonly testTimes?: number;
  /** At most so many times to train on, the newest before the test (rolling). @default all of them (expanding) */
  readonly trainTimes?: number;
  /** Times left out between training and test. @default 0 */
  readonly gap?: number;
}

/**
 * Folds forward in time: each tests the times after those it trains on; the tests follow each other up to the end.
 *
 * Training grows (expanding), or has at most `trainTimes` (rolling). Throws where a fold would have nothing to train on.
 * Source: Tashman (2000); the folds are scikit-learn's TimeSeriesSplit.
 * @example
 * for (const { train, test } of timeFolds(6, { folds: 2, trainTimes: 2 })) console.log([...train], [...test]);
 * // → [ 0, 1 ] [ 2, 3 ]
 * //   [ 2, 3 ] [ 4, 5 ]
 */
export function timeFolds(times: Times, options: TimeFoldOptions = {}): Fold[] {
  const {
    folds = 5,
    trainTimes = Number.POSITIVE_INFINITY,
    gap = 0,
  } = knownOptions('timeFolds', options, 'folds testTimes trainTimes gap');
  const line = readTimes('timeFolds', times);
  const { testTimes = Math.floor(line.count / (folds + 1)) } = options;
  requireWhole('timeFolds', 'folds', folds, 1);
  requireWhole('timeFolds', 'gap', gap, 0);
  if (trainTimes !== Number.POSITIVE_INFINITY) requireWhole('timeFolds', 'trainTimes', trainTimes, 1);
  const firstTest = line.count - folds * testTimes;
  if (!Number.isInteger(testTimes) || testTimes < 1 || firstTest - gap < 1) {
    throw new ArgumentError(
      'timeFolds',
      `${line.count} times are too few for ${folds} folds of ${testTimes} with a gap of ${gap}; lower folds, testTimes or gap`,
    );
  }
  return Array.from({ length: folds }, (_, fold) => {
    const start = firstTest + fold * testTimes;
    return {
      train: line.rows(Math.max(0, start - gap - trainTimes), start - gap),
      test: line.rows(start, start + testTimes),
    };
  });
}

export interface PurgedFoldOptions {
  /** How many folds. @default 5 */
  readonly folds?: number;
  /** Times left out on both sides of the test: how far targets reach ahead, less 1. @default 0 */
  readonly gap?: number;
  /** Times left out after the test in addition: how long what happened in it is felt in features. @default 0 */
  readonly embargo?: number;
}

/**
 * Folds in time that train on both sides of the test: more data than `timeFolds`, and the past is told from the future.
 *
 * For comparing models of a process that does not change; it does not say how forecasts fare. Throws where a fold would
 * have nothing to train on. Source: López de Prado, Advances in Financial Machine Learning (2018), 7.4.
 * @example
 * const [first, second] = purgedFolds(9, { folds: 3, gap: 1, embargo: 1 });
 * console.log(first && [...first.train], second && [...second.train]); // → [ 5, 6, 7, 8 ] [ 0, 1, 8 ]
 */
export function purgedFolds(times: Times, options: PurgedFoldOptions = {}): Fold[] {
  const { folds = 5, gap = 0, embargo = 0 } = knownOptions('purgedFolds', options, 'folds gap embargo');
  const line = readTimes('purgedFolds', times);
  requireWhole('purgedFolds', 'folds', folds, 2);
  requireWhole('purgedFolds', 'gap', gap, 0);
  requireWhole('purgedFolds', 'embargo', embargo, 0);
  return Array.from({ length: folds }, (_, fold) => {
    const start = Math.floor((fold * line.count) / folds);
    const end = Math.floor(((fold + 1) * line.count) / folds);
    const before = line.rows(0, Math.max(0, start - gap));
    const after = line.rows(Math.min(line.count, end + gap + embargo), line.count);
    const train = Uint32Array.from([...before, ...after]).sort();
    if (start === end || train.length === 0) {
      throw new ArgumentError(
        'purgedFolds',
        `fold ${fold} of ${folds} over ${line.count} times has ${end - start} to test and ${train.length} rows to train on; lower folds, gap or embargo`,
      );
    }
    return { train, test: line.rows(start, end) };
  });
}

/** Distinct times in order, and the rows of a stretch of them. */
interface TimeLine {
  readonly count: number;
  rows(first: number, end: number): Uint32Array;
}

function readTimes(operation: string, times: Times): TimeLine {
  if (typeof times === 'number') {
    requireWhole(operation, 'the number of rows', times, 1);
    const all = Uint32Array.from({ length: times }, (_, row) => row);
    return { count: times, rows: (first, end) => all.slice(Math.max(0, first), Math.max(0, end)) };
  }
  if (typeof times !== 'object' || times === null)
    throw new ArgumentError(
      operation,
      `times must be a number of rows, an array or a tensor of shape [n], got ${String(times)}`,
    );
  const column = Float64Array.from(
    'shape' in times ? toNumbers(times.dtype, hostData(times)) : times,
    Number,
  );
  const wrong = column.findIndex((time) => !Number.isFinite(time));
  if (wrong >= 0 || column.length === 0) {
    const what = column.length === 0 ? 'no rows' : `${column[wrong]} in row ${wrong}`;
    throw new ArgumentError(
      operation,
      `times must be finite numbers, got ${what}; leave such rows out first`,
    );
  }
  const distinct = [...new Set(column.slice().sort())];
  const placeOf = new Map(distinct.map((time, place) => [time, place]));
  const places = Array.from(column, (time) => placeOf.get(time) ?? 0);
  const all = Uint32Array.from({ length: column.length }, (_, row) => row);
  return {
    count: distinct.length,
    rows: (first, end) => all.filter((row) => (places[row] ?? 0) >= first && (places[row] ?? 0) < end),
  };
}
