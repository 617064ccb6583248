/** Tables and charts of the allocation. */
import type { PortfolioStatistics, TradeList } from '@noosphere/decide';
import { type Chart, drawdownChart, lineChart, stackedAreaChart } from '@noosphere/report';
import { amountText, type JointPrices } from '../joint.js';
import { percent } from '../percent.js';
import { type Period, periodsText } from '../period.js';
import type { SearchResult } from './search.js';
import type { Variation } from './sensitivity.js';
import { chosenName, costs, equalName, holdingFor, largestCash, limitsOf } from './strategies.js';
import { growthOf, type WalkForward } from './walk-forward.js';

export interface StrategyRow {
  readonly name: string;
  readonly statistics: PortfolioStatistics;
  /** Mean of a decision after the first; `undefined` of the index. */
  readonly turnover: number | undefined;
  readonly cost: number;
}

/** Each way of spreading, and the index. */
export function rowsOf({ strategies, index }: WalkForward): StrategyRow[] {
  return [
    ...strategies.map(({ name, result }) => ({
      name,
      statistics: result.statistics,
      turnover: result.meanTurnover,
      cost: result.totalCost,
    })),
    ...(index
      ? [{ name: `${index.name}, an index`, statistics: index.statistics, turnover: undefined, cost: 0 }]
      : []),
  ];
}

/** What is decided, and what is bought for the budget. */
interface Decided {
  readonly weights: Float64Array;
  readonly trades: TradeList;
  readonly budget: number;
  /** Rows that the decision was made from. */
  readonly training: number;
}

export function decisionTable(
  { names, prices, dates, base, leftOut, cash, period }: JointPrices,
  { weights, trades, budget, training }: Decided,
) {
  const hasCash = cash.size > 0 && cash.size < names.length;
  return {
    kind: 'table' as const,
    caption: `The decision of ${dates.at(-1)}: ${chosenName} over the last ${periodsText(training, period)}, for ${amountText(budget, { base })}`,
    columns: [
      { header: 'Asset' },
      { header: 'Weight', unit: '%', decimals: 1 },
      { header: 'Units', decimals: 0 },
      { header: 'Price', unit: base },
      { header: 'Value', unit: base, decimals: 0 },
    ],
    rows: names.map((name, asset) => {
      const trade = trades.trades.find((each) => each.name === name);
      return [
        name,
        100 * (weights[asset] ?? 0),
        trade?.quantity ?? 0,
        prices[asset]?.at(-1) ?? null,
        trade?.value ?? 0,
      ];
    }),
    note: `Bought from cash; ${Math.round(trades.cashAfter).toLocaleString('en')} are left after costs of ${(10_000 * costs).toFixed(0)} basis points. No asset gets more than ${percent(limitsOf({ names, cash }).upper, 0)} %${hasCash ? `, and all foreign cash no more than ${percent(largestCash, 0)} %` : ''}. Left out: ${leftOut.join('; ') || 'nothing'}.`,
  };
}

export function strategiesTable(walked: WalkForward, { period }: JointPrices, training: number) {
  const rows = rowsOf(walked);
  const index = walked.index ? ' The index pays no costs here, and no dividends.' : '';
  return {
    kind: 'table' as const,
    caption: `Walked forward: decided every ${periodsText(holdingFor(period), period)} from the ${training} before, net of ${(10_000 * costs).toFixed(0)} basis points a trade`,
    columns: [
      { header: 'Way of spreading' },
      { header: 'Return', unit: '% a year', decimals: 2 },
      { header: 'Volatility', unit: '% a year', decimals: 2 },
      { header: 'Sharpe', decimals: 2 },
      { header: 'Deepest fall', unit: '%', decimals: 1 },
      { header: 'Expected shortfall', unit: `% a ${period.name}`, decimals: 2 },
      { header: 'Turnover', unit: 'a decision', decimals: 2 },
      { header: 'Costs in all', unit: '%', decimals: 2 },
    ],
    rows: rows.map(({ name, statistics, turnover, cost }) => [
      name,
      100 * statistics.annualReturn,
      100 * statistics.annualVolatility,
      statistics.sharpe,
      100 * statistics.maximumDrawdown,
      100 * statistics.expectedShortfall,
      turnover ?? null,
      100 * cost,
    ]),
    strongRows: rows.flatMap(({ name }, row) => (name === chosenName ? [row] : [])),
    note: `Bold: the way whose decision is told above, fixed before any result was seen. Volatility: how much returns vary. Sharpe: return over volatility, without a risk-free rate. Deepest fall: from a high to the lowest point after it. Expected shortfall: the mean loss of the worst twentieth of ${period.name}s. Turnover: the share of the value that a decision trades.${index}`,
  };
}

export function searchTable(searches: readonly SearchResult[], period: Period, training: number) {
  const best = searches[0]?.risk ?? Number.NaN;
  return {
    kind: 'table' as const,
    caption: `Least expected shortfall of the last ${periodsText(training, period)}, by one exact and three heuristic searches`,
    columns: [
      { header: 'Search' },
      { header: 'Expected shortfall', unit: `% a ${period.name}`, decimals: 5 },
      { header: 'Above the optimum', unit: 'basis points of it', decimals: 2 },
      { header: 'Evaluations', decimals: 0 },
      { header: 'Time', unit: 's', decimals: 2 },
    ],
    rows: searches.map(({ name, risk, evaluations, elapsedMs }) => [
      name,
      100 * risk,
      1e4 * (risk / best - 1),
      evaluations ?? null,
      elapsedMs / 1000,
    ]),
    note: 'The linear program proves its optimum; heuristics are for problems that no exact solver takes, such as whole lots with costs that are not convex.',
  };
}

export function variationTable(variations: readonly Variation[], { names }: JointPrices) {
  return {
    kind: 'table' as const,
    caption: 'The same program under other assumptions, weights in %',
    columns: [
      { header: 'Instead' },
      { header: 'Money moved', unit: '%', decimals: 0 },
      ...names.map((header) => ({ header, decimals: 0 })),
    ],
    rows: variations.map(({ name, moved, weights }) => [
      name,
      100 * moved,
      ...Array.from(weights, (weight) => 100 * weight),
    ]),
  };
}

export function growthChart({ strategies, dates, index }: WalkForward): Promise<Chart> {
  const lines = [
    ...strategies.map(({ name, result }) => ({ name, values: growthOf(result.returns) })),
    ...(index ? [{ name: index.name, values: growthOf(index.returns), dashed: true }] : []),
  ];
  const ends = lines.map(({ name, values }) => `${name} ${values.at(-1)?.toFixed(2)}`);
  return lineChart({
    title: 'Worth of one unit, net of costs',
    alt: `At the end: ${ends.join(', ')}.`,
    x: dates,
    yAxis: { label: 'Worth of 1', unit: 'none', scale: 'log' },
    lines,
  });
}

export function fallsChart({ strategies, dates }: WalkForward): Promise<Chart> {
  const shown = strategies.filter(({ name }) => name === chosenName || name === equalName);
  return drawdownChart({
    title: 'Fall from the highest point so far',
    alt: shown
      .map(
        ({ name, result }) => `${name} fell by ${percent(result.statistics.maximumDrawdown, 0)} % at worst`,
      )
      .join('; '),
    x: dates,
    series: shown.map(({ name, result }) => ({ name, values: growthOf(result.returns) })),
  });
}

export function weightsChart({ strategies }: WalkForward, { names, dates }: JointPrices): Promise<Chart> {
  const rebalances = strategies.find(({ name }) => name === chosenName)?.result.rebalances ?? [];
  const mean = (asset: number) =>
    rebalances.reduce((sum, { weights }) => sum + (weights[asset] ?? 0), 0) / Math.max(1, rebalances.length);
  const largest = names.reduce((best, _, asset) => (mean(asset) > mean(best) ? asset : best), 0);
  return stackedAreaChart({
    title: `${chosenName}: its weights, decision by decision`,
    alt: `On average the largest part is ${names[largest]} with ${percent(mean(largest), 0)} %.`,
    x: rebalances.map(({ row }) => dates[row] ?? ''),
    series: names.map((name, asset) => ({
      name,
      values: rebalances.map(({ weights }) => 100 * Math.max(0, weights[asset] ?? 0)),
    })),
    yAxis: { label: 'Weight', unit: '%' },
  });
}
