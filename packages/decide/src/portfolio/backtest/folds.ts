/** Which rows a decision may learn from, and on which it is judged. */
import { knownOptions, requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';

/** One decision. Rows are in the order of time. */
export interface Fold {
  /** What the decision may see. */
  readonly train: Int32Array;
  /** Blocks of consecutive rows on which it is held; several for combinatorial folds. */
  readonly test: readonly Int32Array[];
}

export interface WalkForwardOptions {
  /** Rows to learn from; the first part where it expands. @default 252 */
  readonly train?: number;
  /** Rows between decisions. @default 21 */
  readonly test?: number;
  /** Rows between training and test that are seen by neither. @default 0 */
  readonly purge?: number;
  /** Learn from all rows before, instead of the last `train`. @default false */
  readonly expanding?: boolean;
}

/**
 * Decisions one after the other, each judged on the rows that follow it. The last test may be shorter.
 *
 * @example
 * const [first, second] = walkForward(10, { train: 4, test: 3 });
 * console.log(first?.train.join(), first?.test[0]?.join(), second?.train[0]); // → 0,1,2,3 4,5,6 3
 */
export function walkForward(rows: number, options: WalkForwardOptions = {}): Fold[] {
  const {
    train = 252,
    test = 21,
    purge = 0,
    expanding = false,
  } = knownOptions('walkForward', options, 'train test purge expanding');
  requireWhole('walkForward', 'train', train, 1);
  requireWhole('walkForward', 'test', test, 1);
  requireWhole('walkForward', 'purge', purge, 0);
  requireWhole('walkForward', 'rows', rows, 1);
  if (rows <= train + purge) {
    throw new ArgumentError(
      'walkForward',
      `${rows} rows leave nothing to test after ${train} of training and ${purge} purged; take a shorter training part`,
    );
  }
  const folds: Fold[] = [];
  for (let start = train + purge; start < rows; start += test) {
    const end = start - purge;
    const first = expanding ? 0 : end - train;
    folds.push({ train: range(first, end), test: [range(start, Math.min(rows, start + test))] });
  }
  return folds;
}

export interface CombinatorialOptions {
  /** Groups of consecutive rows. @default 10 */
  readonly groups?: number;
  /** How many of them are tested at a time. @default 2 */
  readonly testGroups?: number;
  /** Rows left out of training on either side of a test. @default 0 */
  readonly purge?: number;
  /** Further rows left out of training after a test. @default 0 */
  readonly embargo?: number;
}

export interface CombinatorialFolds {
  /** Every choice of the test groups. */
  readonly folds: readonly Fold[];
  /**
   * Histories from the first row to the last: `paths[p][g]` names the fold that decides group g on path p, and which of its
   * test blocks it is.
   */
  readonly paths: readonly (readonly { readonly fold: number; readonly block: number }[])[];
}

/**
 * Combinatorial purged folds: every choice of test groups, from which several whole histories are put together, so that a strategy
 * has a distribution of results instead of one. Training may lie after a test: for choosing between strategies, not for what one
 * would have earned.
 *
 * López de Prado 2018, Advances in Financial Machine Learning, chapter 12.
 *
 * @example
 * const { folds, paths } = combinatorialPurgedFolds(60, { groups: 6, testGroups: 2, purge: 1, embargo: 2 });
 * console.log(folds.length, paths.length, folds[0]?.train[0]); // → 15 5 23
 */
export function combinatorialPurgedFolds(
  rows: number,
  options: CombinatorialOptions = {},
): CombinatorialFolds {
  const {
    groups = 10,
    testGroups = 2,
    purge = 0,
    embargo = 0,
  } = knownOptions('combinatorialPurgedFolds', options, 'groups testGroups purge embargo');
  requireWhole('combinatorialPurgedFolds', 'groups', groups, 2);
  requireWhole('combinatorialPurgedFolds', 'testGroups', testGroups, 1);
  requireWhole('combinatorialPurgedFolds', 'purge', purge, 0);
  requireWhole('combinatorialPurgedFolds', 'embargo', embargo, 0);
  if (testGroups >= groups) {
    throw new ArgumentError(
      'combinatorialPurgedFolds',
      `testGroups must be fewer than the ${groups} groups, got ${testGroups}: nothing would be left to learn from`,
    );
  }
  const size = Math.floor(rows / groups);
  if (purge + embargo >= size - 1) {
    throw new ArgumentError(
      'combinatorialPurgedFolds',
      `purge and embargo of ${purge + embargo} rows must be smaller than a group of ${size}; take fewer groups`,
    );
  }
  const blocks = Array.from({ length: groups }, (_, group) => {
    return range(group * size, group === groups - 1 ? rows : (group + 1) * size);
  });
  const choices = combinations(groups, testGroups);
  const folds = choices.map((chosen) => {
    const test = chosen.map((group) => blocks[group] as Int32Array);
    return { train: trainingRows(rows, test, purge, embargo), test };
  });
  const used = new Int32Array(groups);
  const paths: { fold: number; block: number }[][] = [];
  for (const [fold, chosen] of choices.entries()) {
    for (const [block, group] of chosen.entries()) {
      const path = used[group] as number;
      used[group] = path + 1;
      paths[path] ??= [];
      (paths[path] as { fold: number; block: number }[])[group] = { fold, block };
    }
  }
  return { folds, paths };
}

function trainingRows(rows: number, test: readonly Int32Array[], purge: number, embargo: number): Int32Array {
  const isFree = new Uint8Array(rows).fill(1);
  for (const block of test) {
    const first = block[0] as number;
    const last = block[block.length - 1] as number;
    isFree.fill(0, Math.max(0, first - purge), Math.min(rows, last + 1 + purge + embargo));
  }
  return Int32Array.from(isFree.keys()).filter((row) => isFree[row] === 1);
}

/** All choices of so many of 0 … count - 1, in the order of the dictionary. */
function combinations(count: number, chosen: number, from = 0): number[][] {
  if (chosen === 0) return [[]];
  const all: number[][] = [];
  for (let first = from; first <= count - chosen; first++) {
    for (const rest of combinations(count, chosen - 1, first + 1)) all.push([first, ...rest]);
  }
  return all;
}

function range(first: number, end: number): Int32Array {
  return Int32Array.from({ length: end - first }, (_, at) => first + at);
}
