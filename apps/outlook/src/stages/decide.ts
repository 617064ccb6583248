/** Does it help to train a forecaster through the decision's own cost? Compared with forecasting first, on later days. */
import { writeAtomically } from '@noosphere/base/files';
import { layOut, type RunFolder, wrap } from '@noosphere/command-line';
import { type Block, barChart, type Cell } from '@noosphere/report';
import { costs, level } from '../allocation/strategies.js';
import {
  blockRows,
  type ComparedRow,
  comparedCsv,
  comparedRows,
  compareWays,
  focusedName,
  twoStageName,
} from '../focused/compare.js';
import { decisionFocused, type TwoStageRule, twoStage } from '../focused/learned.js';
import { type DecisionProblem, decisionProblem, lookback } from '../focused/problem.js';
import type { JointPrices } from '../joint.js';
import { percent } from '../percent.js';
import { type Period, periodsText } from '../period.js';
import { CountProgress } from '../progress.js';
import type { StageResult } from './stage.js';

/** Networks of each kind, with seeds that follow each other. */
const networks = 3;

const files = {
  weights: 'allocation/decide-weights.csv',
  returns: 'allocation/decide-returns.csv',
  network: 'models/decide.onnx',
};

export interface DecideStage extends StageResult {
  readonly summary: readonly string[];
  readonly facts: DecideFacts;
}

/** The part `decide` of result.json. Losses, returns and turnover are shares of the value. */
export interface DecideFacts {
  /** First and last day of the comparison. */
  readonly from: string;
  readonly to: string;
  /** Whole ones in the comparison. */
  readonly periods: number;
  /** Rows of a period. */
  readonly horizon: number;
  readonly level: number;
  readonly costs: number;
  readonly lookback: number;
  readonly seeds: readonly number[];
  /** Last day that anything was learnt from. */
  readonly trainingTo: string;
  readonly validationDays: number;
  /** Formula that the decision-focused network is trained through. */
  readonly loss: string;
  readonly interval: string;
  /** Of the two-stage way, by seed. */
  readonly rules: readonly (TwoStageRule & { readonly seed: number })[];
  /** Training steps, by seed. */
  readonly steps: { readonly twoStage: readonly number[]; readonly focused: readonly number[] };
  readonly ways: readonly ComparedRow[];
}

export interface DecideOptions {
  /** Days between decisions, and days ahead of the forecasts. */
  readonly horizon: number;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** `undefined` where the signal ended it. */
export async function decideStage(
  joint: JointPrices,
  { horizon, seed, signal }: DecideOptions,
  folder: RunFolder,
): Promise<DecideStage | undefined> {
  const problem = decisionProblem(joint, horizon);
  const learned = await learn(problem, seed, signal);
  const [first] = learned.focused;
  if (signal.aborted || !first) return undefined;
  const ways = await compareWays(problem, {
    [twoStageName]: learned.twoStage,
    [focusedName]: learned.focused,
  });
  const rows = comparedRows(ways, horizon, seed);
  const { weights, returns } = comparedCsv(ways, joint);
  await folder.write(files.weights, weights);
  await folder.write(files.returns, returns);
  await writeAtomically(folder.place(files.network), [first.fitted.toOnnx()], folder.writeOptions);
  const periods = Math.floor(((problem.returns[0]?.length ?? 0) - problem.testFrom) / horizon);
  const span = {
    from: joint.dates[problem.testFrom + 1] ?? '',
    to: joint.dates.at(-1) ?? '',
    periods,
    horizon,
  };
  const sentence = sentenceOf(rows, span, joint.period);
  return {
    summary: [sentence],
    files: { decideWeights: files.weights, decideReturns: files.returns, decisionNetwork: files.network },
    lines: [wrap(`  ${sentence}`, 2), ...tableLines(rows, periodsText(horizon, joint.period))],
    facts: {
      ...span,
      ...{ level, costs, lookback, seeds: learned.focused.map((each) => each.seed) },
      trainingTo: joint.dates[problem.testFrom] ?? '',
      validationDays: problem.validationDays,
      loss: 'CVaR of -(Σ share · return of the period - cost · Σ |share - equal share|), shares = softmax(Σ forecast)',
      interval: `95 %, bootstrap of circular blocks of ${periodsText(blockRows, joint.period)}, the same for all ways`,
      rules: learned.twoStage.map((each) => ({ seed: each.seed, ...each.rule })),
      steps: {
        twoStage: learned.twoStage.map(({ fitted }) => fitted.report.steps),
        focused: learned.focused.map(({ fitted }) => fitted.report.steps),
      },
      ways: rows,
    },
    section: {
      title: 'Does it help to learn for the decision?',
      blocks: await blocksOf(rows, sentence, problem, span),
    },
  };
}

async function learn(problem: DecisionProblem, seed: number, signal: AbortSignal) {
  const progress = new CountProgress('decide');
  const found = {
    twoStage: [] as (Awaited<ReturnType<typeof twoStage>> & { seed: number })[],
    focused: [] as (Awaited<ReturnType<typeof decisionFocused>> & { seed: number })[],
  };
  try {
    for (let place = 0; place < networks && !signal.aborted; place++) {
      // Seeds are 32-bit numbers, the last of which has no next one.
      const own = (seed + place) % 2 ** 32;
      found.twoStage.push({ seed: own, ...(await twoStage(problem, own, { signal })) });
      progress.show(2 * place + 1, 2 * networks, 'networks');
      found.focused.push({ seed: own, ...(await decisionFocused(problem, own, { signal })) });
      progress.show(2 * place + 2, 2 * networks, 'networks');
    }
    return found;
  } finally {
    progress.clear();
  }
}

interface Span {
  readonly from: string;
  readonly to: string;
  readonly periods: number;
  readonly horizon: number;
}

/** Whether it helps, first: only an interval without 0 tells one way from the other. */
function sentenceOf(
  rows: readonly ComparedRow[],
  { from, to, periods, horizon }: Span,
  period: Period,
): string {
  const of = (name: string) => rows.find((row) => row.name === name);
  const [focused, other] = [of(focusedName), of(twoStageName)];
  const { value = Number.NaN, low = Number.NaN, high = Number.NaN } = other?.difference ?? {};
  const verdict =
    high < 0
      ? 'A network trained through the cost of the allocation loses less in bad times than one that forecasts first'
      : low > 0
        ? 'A network trained through the cost of the allocation loses more in bad times than one that forecasts first'
        : 'A network trained through the cost of the allocation cannot be told from one that forecasts first';
  return `${verdict}: in the worst twentieth of ${periods} stretches of ${periodsText(horizon, period)} from ${from} to ${to} they lost ${percent(focused?.cvar ?? Number.NaN, 2)} and ${percent(other?.cvar ?? Number.NaN, 2)} % on average (difference ${signed(value)}, 95 % interval ${signed(low)} to ${signed(high)} points).`;
}

function signed(share: number): string {
  return `${share < 0 ? '-' : '+'}${percent(Math.abs(share), 2)}`;
}

function titleOf({ name, seedCvars }: ComparedRow): string {
  return seedCvars.length > 1 ? `${name}, mean of ${seedCvars.length}` : name;
}

function tableLines(rows: readonly ComparedRow[], stretch: string): string[] {
  return layOut([
    [`  ${stretch}, net of costs`, 'CVaR %', 'seeds', 'return %', 'turnover', 'difference'],
    ...rows.map((row) => [
      `  ${titleOf(row)}`,
      percent(row.cvar, 2),
      row.seedCvars.length > 1
        ? `${percent(Math.min(...row.seedCvars), 2)} to ${percent(Math.max(...row.seedCvars), 2)}`
        : '',
      percent(row.annualReturn, 2),
      row.turnover.toFixed(3),
      row.difference
        ? `${signed(row.difference.value)} [${signed(row.difference.low)}, ${signed(row.difference.high)}]`
        : '',
    ]),
  ]);
}

async function blocksOf(
  rows: readonly ComparedRow[],
  sentence: string,
  { validationDays, names, period }: DecisionProblem,
  { from, to, periods, horizon }: Span,
): Promise<Block[]> {
  const stretch = periodsText(horizon, period);
  return [
    {
      kind: 'paragraph',
      text: `${sentence} Both are the same small network over the last ${lookback} returns of each asset. One learns to forecast returns, and a rule then turns forecasts and past volatility into shares; the other learns shares that lose least in bad times.`,
    },
    {
      kind: 'table',
      caption: `Decided every ${stretch} on ${period.name}s that no network saw, ${from} to ${to}: ${periods} decisions, net of ${(10_000 * costs).toFixed(0)} basis points a trade`,
      columns: [
        { header: 'Way of deciding' },
        { header: 'CVaR', unit: `% in ${stretch}`, decimals: 2 },
        { header: 'lowest seed', decimals: 2 },
        { header: 'highest', decimals: 2 },
        { header: 'Return', unit: '% a year', decimals: 2 },
        { header: 'Turnover', unit: 'a decision', decimals: 3 },
        { header: `${focusedName} less this`, unit: 'points', decimals: 2 },
        { header: '95 % from', decimals: 2 },
        { header: 'to', decimals: 2 },
      ],
      rows: rows.map((row): Cell[] => [
        titleOf(row),
        100 * row.cvar,
        row.seedCvars.length > 1 ? 100 * Math.min(...row.seedCvars) : null,
        row.seedCvars.length > 1 ? 100 * Math.max(...row.seedCvars) : null,
        100 * row.annualReturn,
        row.turnover,
        row.difference ? 100 * row.difference.value : null,
        row.difference ? 100 * row.difference.low : null,
        row.difference ? 100 * row.difference.high : null,
      ]),
      strongRows: rows.flatMap(({ name }, row) => (name === focusedName ? [row] : [])),
      note: `CVaR: mean loss of the worst ${percent(1 - level, 0)} % of the stretches of ${stretch}. Below 0 points the decision-focused network loses less. Networks know no limits of single assets or of cash; minimum CVaR is shown with the limits of the decision above and without, decided once a quarter. Early stopping and the rule of the two-stage way come from the last ${periodsText(validationDays, period)} before ${from}. Intervals draw blocks of ${periodsText(blockRows, period)}, the same for all; they do not hold the chance of other assets than these ${names.length}.`,
    },
    {
      kind: 'chart',
      chart: await barChart({
        title: `Mean loss of the worst twentieth of stretches of ${stretch}`,
        alt: `${rows.map(({ name, cvar }) => `${name} ${percent(cvar, 2)} %`).join(', ')}; whiskers go from the lowest to the highest seed.`,
        categories: rows.map(({ name }) => name),
        series: [
          {
            name: 'CVaR',
            values: rows.map(({ cvar }) => 100 * cvar),
            interval: {
              low: rows.map(({ seedCvars }) => 100 * Math.min(...seedCvars)),
              high: rows.map(({ seedCvars }) => 100 * Math.max(...seedCvars)),
            },
          },
        ],
        valueAxis: { label: 'Loss', unit: '% of value' },
      }),
    },
  ];
}
