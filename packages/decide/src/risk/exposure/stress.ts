/** What a portfolio would lose: in shocks that are given, and in times that were. */
import { knownOptions, requireNumbers, requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { requireList, requireTable } from '../../moments/tables.js';

/** Something that may happen: a return of each asset. */
export interface Scenario {
  readonly name: string;
  /** One an asset, as shares: -0.3 loses 30 %. */
  readonly shocks: ArrayLike<number>;
  /** How likely it is; those of all scenarios may add up to less than one. @default not said */
  readonly probability?: number;
}

export interface ScenarioResult {
  readonly name: string;
  /** Σ weight · shock, as a share of the whole. */
  readonly portfolioReturn: number;
  /** weight · shock of each asset. */
  readonly contributions: Float64Array;
  /** As given. */
  readonly probability: number | undefined;
}

/**
 * Returns of a portfolio in given scenarios, worst first, and what each asset brings.
 *
 * @example
 * const [worst] = stressTest([0.6, 0.4], [
 *   { name: 'crash', shocks: [-0.4, 0.05] },
 *   { name: 'rates up', shocks: [-0.1, -0.15] },
 * ]);
 * console.log(worst?.name, worst?.portfolioReturn.toFixed(2)); // → crash -0.22
 */
export function stressTest(weights: ArrayLike<number>, scenarios: readonly Scenario[]): ScenarioResult[] {
  requireNumbers('stressTest', 'weights', weights);
  requireScenarios(scenarios);
  const checked = requireList('stressTest', 'weights', weights, weights.length);
  const results = scenarios.map(({ name, shocks, probability }) => {
    const list = requireList('stressTest', `shocks of '${name}'`, shocks, checked.length);
    if (probability !== undefined && !(probability >= 0 && probability <= 1)) {
      throw new ArgumentError(
        'stressTest',
        `probability of '${name}' lies between 0 and 1, got ${probability}`,
      );
    }
    const contributions = list.map((shock, asset) => shock * (checked[asset] as number));
    return {
      name,
      portfolioReturn: contributions.reduce((sum, value) => sum + value, 0),
      contributions,
      probability,
    };
  });
  return results.toSorted((a, b) => a.portfolioReturn - b.portfolioReturn);
}

export interface HistoricalStressOptions {
  /** How many periods a time lasts. @default 21 */
  readonly window?: number;
  /** How many times, which do not overlap. @default 5 */
  readonly count?: number;
}

/** A time that was. */
export interface HistoricalStress {
  /** First and last row of the returns. */
  readonly first: number;
  readonly last: number;
  /** Of the portfolio, bought before the first and not traded. */
  readonly portfolioReturn: number;
  /** Of each asset: shocks for `stressTest`. */
  readonly assetReturns: Float64Array;
}

/**
 * The times in which these weights would have lost most, worst first: bought before, held without trading.
 *
 * @param weights - one an asset; what is missing to one is cash
 * @param returns - simple returns, one array an asset
 *
 * @example
 * const [worst] = historicalStress([1], [Float64Array.of(0.1, -0.2, -0.1, 0.3)], { window: 2 });
 * console.log(worst?.first, worst?.last, worst?.portfolioReturn.toFixed(2)); // → 1 2 -0.28
 */
export function historicalStress(
  weights: ArrayLike<number>,
  returns: readonly Float64Array[],
  options: HistoricalStressOptions = {},
): HistoricalStress[] {
  const { window = 21, count = 5 } = knownOptions('historicalStress', options, 'window count');
  const rows = requireTable('historicalStress', returns, { minimum: 1 });
  const checked = requireList('historicalStress', 'weights', weights, returns.length);
  requireWhole('historicalStress', 'window', window, 1);
  requireWhole('historicalStress', 'count', count, 1);
  if (window > rows)
    throw new ArgumentError(
      'historicalStress',
      `window of ${window} rows is longer than the ${rows} there are`,
    );
  const all = Array.from({ length: rows - window + 1 }, (_, first) =>
    stressOf(checked, returns, first, window),
  );
  const chosen: HistoricalStress[] = [];
  for (const time of all.toSorted((a, b) => a.portfolioReturn - b.portfolioReturn)) {
    if (chosen.length === count) break;
    if (chosen.every(({ first, last }) => time.last < first || time.first > last)) chosen.push(time);
  }
  return chosen;
}

function stressOf(
  weights: Float64Array,
  returns: readonly Float64Array[],
  first: number,
  window: number,
): HistoricalStress {
  const assetReturns = Float64Array.from(
    returns,
    (column) => column.subarray(first, first + window).reduce((value, change) => value * (1 + change), 1) - 1,
  );
  const portfolioReturn = assetReturns.reduce(
    (sum, value, asset) => sum + value * (weights[asset] as number),
    0,
  );
  return { first, last: first + window - 1, portfolioReturn, assetReturns };
}

function requireScenarios(scenarios: unknown): void {
  if (Array.isArray(scenarios)) return;
  throw new ArgumentError(
    'stressTest',
    `scenarios must be an array of { name, shocks }, got ${String(scenarios)}`,
  );
}
