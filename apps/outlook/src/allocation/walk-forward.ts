/** What each way of spreading would have earned, decision by decision, net of costs; and the files to check it by. */
import { csvText } from '@noosphere/command-line';
import { type Backtest, backtest, portfolioStatistics, simpleReturns } from '@noosphere/decide';
import type { JointPrices } from '../joint.js';
import { costs, holdingFor, strategiesOf, trainingFor } from './strategies.js';

export interface Walked {
  readonly name: string;
  readonly result: Backtest;
}

export interface WalkForward {
  readonly strategies: readonly Walked[];
  /** Date of each return. */
  readonly dates: readonly string[];
  /** The index on the same days, without costs. */
  readonly index:
    | { readonly name: string; readonly returns: Float64Array; readonly statistics: Backtest['statistics'] }
    | undefined;
}

export async function walkForwardOf(joint: JointPrices): Promise<WalkForward> {
  const returns = joint.prices.map(simpleReturns);
  const train = trainingFor(returns[0]?.length ?? 0, joint.period);
  const strategies: Walked[] = [];
  for (const { name, decide } of strategiesOf(joint)) {
    strategies.push({
      name,
      result: await backtest(returns, decide, {
        train,
        test: holdingFor(joint.period),
        costs,
        periodsPerYear: joint.period.perYear,
      }),
    });
  }
  const rows = strategies[0]?.result.rows ?? new Int32Array();
  const indexReturns = joint.index && simpleReturns(joint.index.prices);
  const same = indexReturns && Float64Array.from(rows, (row) => indexReturns[row] ?? Number.NaN);
  return {
    strategies,
    // Return k is that from day k to day k + 1.
    dates: Array.from(rows, (row) => joint.dates[row + 1] ?? ''),
    index:
      joint.index && same
        ? {
            name: joint.index.name,
            returns: same,
            statistics: portfolioStatistics(same, { periodsPerYear: joint.period.perYear }),
          }
        : undefined,
  };
}

/** Worth of one unit after each return. */
export function growthOf(returns: Float64Array): number[] {
  let value = 1;
  return Array.from(returns, (change) => {
    value *= 1 + change;
    return value;
  });
}

/** Prices of all assets in the base currency, with all digits. */
export function pricesCsv({ names, dates, prices }: JointPrices): string {
  return csvText(
    ['date', ...names],
    dates.map((date, day) => [date, ...prices.map((own) => own[day] ?? Number.NaN)]),
  );
}

/** Weights of each decision, by the day after whose close they are held. */
export function weightsCsv({ strategies }: WalkForward, { names, dates }: JointPrices): string {
  return csvText(
    ['strategy', 'date', ...names],
    strategies.flatMap(({ name, result }) =>
      result.rebalances.map(({ row, weights }) => [name, dates[row] ?? '', ...weights]),
    ),
  );
}

/** Returns net of costs. */
export function returnsCsv({ strategies, dates, index }: WalkForward): string {
  const columns = [
    ...strategies.map(({ name, result }) => ({ name, returns: result.returns })),
    ...(index ? [index] : []),
  ];
  return csvText(
    ['date', ...columns.map(({ name }) => name)],
    dates.map((date, day) => [date, ...columns.map(({ returns }) => returns[day] ?? Number.NaN)]),
  );
}
