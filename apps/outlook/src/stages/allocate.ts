/** What to hold: exact and heuristic search side by side, walked forward net of costs, and the trades for a budget. */
import { layOut, type RunFolder, wrap } from '@noosphere/command-line';
import { simpleReturns, type TradeList, tradeList } from '@noosphere/decide';
import type { KeyFigure } from '@noosphere/report';
import {
  decisionTable,
  fallsChart,
  growthChart,
  rowsOf,
  searchTable,
  strategiesTable,
  variationTable,
  weightsChart,
} from '../allocation/exhibits.js';
import { type SearchResult, searchSideBySide } from '../allocation/search.js';
import { variationsOf } from '../allocation/sensitivity.js';
import {
  chosenName,
  costs,
  equalName,
  holdingFor,
  holdingText,
  largestCash,
  level,
  limitsOf,
  trainingFor,
} from '../allocation/strategies.js';
import {
  growthOf,
  pricesCsv,
  returnsCsv,
  type WalkForward,
  walkForwardOf,
  weightsCsv,
} from '../allocation/walk-forward.js';
import { amountText, type JointPrices } from '../joint.js';
import type { OutlookOptions } from '../options.js';
import { percent } from '../percent.js';
import { periodsText } from '../period.js';
import type { StageResult } from './stage.js';

export interface AllocationStage extends StageResult {
  readonly summary: readonly string[];
  readonly keyFigures: readonly KeyFigure[];
}

const files = {
  prices: 'allocation/prices.csv',
  weights: 'allocation/weights.csv',
  returns: 'allocation/returns.csv',
};

export async function allocateStage(
  joint: JointPrices,
  { budget, seed }: OutlookOptions,
  folder: RunFolder,
): Promise<AllocationStage> {
  const returns = joint.prices.map(simpleReturns);
  const training = trainingFor(returns[0]?.length ?? 0, joint.period);
  const recent = returns.map((own) => own.subarray(Math.max(0, own.length - training)));
  const walked = await walkForwardOf(joint);
  const searches = await searchSideBySide(joint, recent, seed);
  const [exact] = searches;
  const weights = exact?.weights ?? new Float64Array();
  const variations = await variationsOf(joint, returns, weights);
  const trades = tradesOf(joint, weights, budget);
  await folder.write(files.prices, pricesCsv(joint));
  await folder.write(files.weights, weightsCsv(walked, joint));
  await folder.write(files.returns, returnsCsv(walked));
  const told = tell(joint, walked, { weights, training, budget });
  return {
    summary: plainSentences(joint, walked, { weights, training, budget }),
    keyFigures: keyFiguresOf(walked, joint, weights),
    files,
    lines: [
      ...joint.leftOut.map((each) => wrap(`  Left out: ${each}`, 2)),
      ...told.map((sentence) => wrap(`  ${sentence}`, 2)),
      ...strategyLines(walked),
      '',
      ...searchLines(searches),
    ],
    facts: {
      base: joint.base,
      budget,
      periodsPerYear: joint.period.perYear,
      ...{
        training,
        holding: holdingFor(joint.period),
        costs,
        level,
        limit: limitsOf(joint).upper,
        largestCash,
      },
      assets: joint.names,
      leftOut: joint.leftOut,
      from: joint.dates[0],
      to: joint.dates.at(-1),
      decision: Object.fromEntries(joint.names.map((name, asset) => [name, weights[asset]])),
      trades: trades.trades,
      cashAfter: trades.cashAfter,
      strategies: rowsOf(walked),
      searches: searches.map((search) => ({ ...search, weights: Array.from(search.weights) })),
      variations: variations.map((variation) => ({ ...variation, weights: Array.from(variation.weights) })),
    },
    section: {
      title: 'What to hold',
      blocks: [
        {
          kind: 'paragraph',
          text: `The weights whose worst ${joint.period.name}s, the worst twentieth, would have lost least on average: least CVaR (conditional value at risk), the same as the expected shortfall. They follow from risk alone: no forecast of returns goes into them.`,
        },
        decisionTable(joint, { weights, trades, budget, training }),
        { kind: 'heading', text: 'Would it have been any good?' },
        strategiesTable(walked, joint, training),
        { kind: 'chart', chart: await growthChart(walked) },
        { kind: 'chart', chart: await fallsChart(walked) },
        { kind: 'chart', chart: await weightsChart(walked, joint) },
        {
          kind: 'callout',
          tone: 'warning',
          title: 'Hindsight',
          text: `${joint.isEmbedded ? 'The assets were chosen by people who knew how they fared.' : 'If the assets were chosen by how they have fared, all of these returns are too high.'} Compare the ways of spreading with each other and with equal parts${walked.index ? ', not with the index' : ''}.`,
        },
        { kind: 'heading', text: 'Exact and heuristic search' },
        searchTable(searches, joint.period, training),
        { kind: 'heading', text: 'What would change the decision' },
        variationTable(variations, joint),
      ],
    },
  };
}

function strategyLines(walked: WalkForward): string[] {
  return layOut([
    ['  walk-forward, net of costs', 'return %', 'volatility %', 'Sharpe', 'deepest fall %', 'turnover'],
    ...rowsOf(walked).map(({ name, statistics, turnover }) => [
      `${name === chosenName ? '*' : ' '} ${name}`,
      percent(statistics.annualReturn, 2),
      percent(statistics.annualVolatility, 2),
      statistics.sharpe.toFixed(2),
      percent(statistics.maximumDrawdown, 1),
      turnover === undefined ? '–' : turnover.toFixed(2),
    ]),
  ]);
}

/** The exact search first. */
function searchLines(searches: readonly SearchResult[]): string[] {
  const best = searches[0]?.risk ?? Number.NaN;
  return layOut([
    [`  least CVaR of ${100 * level} %`, 'CVaR %', 'above exact', 'evaluations', 's'],
    ...searches.map(({ name, risk, evaluations, elapsedMs }) => [
      `  ${name}`,
      percent(risk, 5),
      `${(1e4 * (risk / best - 1)).toFixed(2)} bp`,
      evaluations === undefined ? '–' : String(evaluations),
      (elapsedMs / 1000).toFixed(2),
    ]),
  ]);
}

function tradesOf(
  { names, prices, base, cash }: JointPrices,
  weights: Float64Array,
  budget: number,
): TradeList {
  const positions = names.map((name, asset) => ({
    name,
    price: prices[asset]?.at(-1) ?? Number.NaN,
    // Foreign cash is bought in any amount.
    lot: cash.has(name) ? 0 : 1,
  }));
  return tradeList(positions, weights, { base, cash: { [base]: budget }, costs });
}

interface Decision {
  readonly weights: Float64Array;
  /** Rows that it was made from. */
  readonly training: number;
  readonly budget: number;
}

function tell(joint: JointPrices, walked: WalkForward, { weights, training }: Decision): string[] {
  const { inBase, period } = joint;
  const rows = rowsOf(walked);
  const of = (name: string) => rows.find((row) => row.name === name)?.statistics;
  const [own, equal] = [of(chosenName), of(equalName)];
  if (!own || !equal) return [];
  return [
    `Least tail risk over the last ${periodsText(training, period)} would hold ${heldText(joint, weights)}.`,
    `Decided anew ${holdingText(period)} from ${walked.dates[0]} to ${walked.dates.at(-1)}, net of costs and ${inBase}, it would have fallen by ${percent(own.maximumDrawdown, 0)} % at worst and earned ${percent(own.annualReturn, 1)} % a year; equal parts fell by ${percent(equal.maximumDrawdown, 0)} % and earned ${percent(equal.annualReturn, 1)} %.`,
  ];
}

function heldText({ names }: JointPrices, weights: Float64Array): string {
  return names
    .map((name, asset) => ({ name, weight: weights[asset] ?? 0 }))
    .filter(({ weight }) => weight > 0.005)
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ name, weight }) => `${name} ${percent(weight, 0)}\u00a0%`)
    .join(', ');
}

/** What to hold, what it would have earned, whether it was worth it: for a reader who knows none of the terms. */
function plainSentences(joint: JointPrices, walked: WalkForward, { weights, budget }: Decision): string[] {
  const worthOf = (name: string) => {
    const result = walked.strategies.find((strategy) => strategy.name === name)?.result;
    return result && { ...result.statistics, end: budget * (growthOf(result.returns).at(-1) ?? 1) };
  };
  const [own, equal] = [worthOf(chosenName), worthOf(equalName)];
  const hold = `To lose least in bad times, hold ${heldText(joint, weights)}: what would have lost least in the worst ${joint.period.name}s up to ${joint.dates.at(-1)}.`;
  if (!own || !equal) return [hold];
  const amount = (value: number) => amountText(value, joint);
  const isWorthIt = own.end > equal.end;
  const isSafer = own.maximumDrawdown < equal.maximumDrawdown;
  return [
    hold,
    `Decided so anew ${holdingText(joint.period)}, ${amount(budget)} would have become ${amount(own.end)} between ${walked.dates[0]} and ${walked.dates.at(-1)}, after costs: ${percent(own.annualReturn, 1)} % a year.`,
    `Was it worth it? ${isWorthIt ? 'Yes' : 'No'}: the same money in equal parts of all assets would have become ${amount(equal.end)} (${percent(equal.annualReturn, 1)} % a year), ${isWorthIt ? 'less' : own.end < equal.end ? 'more' : 'the same'}.`,
    `At its worst it would have stood ${percent(own.maximumDrawdown, 0)} % below an earlier high, and equal parts ${percent(equal.maximumDrawdown, 0)} %: it was ${isSafer ? '' : 'not '}the safer of the two.`,
  ];
}

function keyFiguresOf(
  walked: WalkForward,
  { names, isEmbedded }: JointPrices,
  weights: Float64Array,
): KeyFigure[] {
  const own = walked.strategies.find(({ name }) => name === chosenName)?.result.statistics;
  const largest = weights.reduce((best, weight, asset) => (weight > (weights[best] ?? 0) ? asset : best), 0);
  if (!own) return [];
  return [
    {
      label: 'Largest holding',
      value: `${names[largest]} ${percent(weights[largest] ?? 0, 0)}`,
      unit: '%',
      note: chosenName,
    },
    {
      label: 'Return, walked forward',
      value: percent(own.annualReturn, 1),
      unit: '% a year',
      note: `net of costs${isEmbedded ? '; assets chosen with hindsight' : ''}`,
    },
    { label: 'Deepest fall', value: percent(own.maximumDrawdown, 0), unit: '%', note: 'of the same' },
  ];
}
