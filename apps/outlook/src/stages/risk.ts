/** What could go wrong: tail risk of each asset and of the whole, and tests of how well such forecasts did. */
import { csvText, layOut, type RunFolder, wrap } from '@noosphere/command-line';
import { RuntimeError } from '@noosphere/core';
import {
  conditionalCoverageTest,
  correlationBreakdown,
  diversificationRatio,
  equalWeights,
  garchVolatility,
  historicalStress,
  kupiecTest,
  maximumDrawdown,
  pinballLoss,
  type RollingTailRisk,
  rollingTailRisk,
  sampleCovariance,
  simpleReturns,
  type TailMethod,
  tailRisk,
  trafficLight,
} from '@noosphere/decide';
import { barChart, type Chart, heatMap, type KeyFigure, lineChart } from '@noosphere/report';
import type { JointPrices } from '../joint.js';
import { percent } from '../percent.js';
import type { StageResult } from './stage.js';

/** Share of days on which less is lost. */
export const level = 0.95;
/** Days that each forecast looks back on: four years, or half of what there is. */
function windowFor(days: number): number {
  return Math.min(1000, Math.floor(days / 2));
}
/** Days between estimates of parameters. */
const refitEvery = 63;
const daysOfYear = 252;
/** Below this, a method is rejected. */
const significance = 0.05;

/** Fixed before any test was seen: the first is the one whose risk is stated. */
const methods = [
  'filtered-garch',
  'filtered-ewma',
  'historical',
  'normal',
] as const satisfies readonly TailMethod[];
const chosenMethod: TailMethod = methods[0];
const methodTitles: Readonly<Record<(typeof methods)[number], string>> = {
  'filtered-garch': 'filtered by GARCH',
  'filtered-ewma': 'filtered by EWMA',
  historical: 'historical',
  normal: 'normal',
};

/** A series whose risk is looked at: an asset, or the portfolio of equal parts. */
interface Holding {
  readonly name: string;
  readonly returns: Float64Array;
}

const forecastsFile = 'risk/value-at-risk.csv';

export interface RiskStage extends StageResult {
  readonly summary: readonly string[];
  readonly keyFigures: readonly KeyFigure[];
}

/** How a method did on one holding. */
interface MethodTest {
  readonly holding: string;
  readonly method: (typeof methods)[number];
  readonly days: number;
  readonly exceptions: number;
  readonly kupiec: number;
  readonly christoffersen: number;
  readonly zone: string;
  readonly pinball: number;
  readonly rolling: RollingTailRisk;
}

export async function riskStage(joint: JointPrices, folder: RunFolder): Promise<RiskStage> {
  const { names, prices, dates, base } = joint;
  const returns = prices.map(simpleReturns);
  const equal = equalWeights(names.length);
  const together =
    returns[0]?.map((_, day) =>
      returns.reduce((sum, own, asset) => sum + (equal[asset] ?? 0) * (own[day] ?? 0), 0),
    ) ?? new Float64Array();
  const portfolio = { name: 'Equal parts', returns: together };
  const holdings: Holding[] = [
    portfolio,
    ...names.map((name, asset) => ({ name, returns: returns[asset] ?? new Float64Array() })),
  ];
  const window = windowFor(together.length);
  const rows = holdings.map((each) => rowOf(each, window));
  const tests = holdings.flatMap((each) => testsOf(each, window));
  await folder.write(forecastsFile, forecastsCsv(tests, dates));
  const covariance = sampleCovariance(returns);
  const stress = historicalStress(equal, returns).map(({ first, last, portfolioReturn, assetReturns }) => ({
    // A return is known on the day after its row.
    from: dates[first + 1] ?? '',
    to: dates[last + 1] ?? '',
    portfolioReturn,
    assetReturns: Array.from(assetReturns),
  }));
  const breakdown = names.slice(1).map((name, at) => ({
    name,
    ...correlationBreakdown(returns[0] ?? new Float64Array(), returns[at + 1] ?? new Float64Array()),
  }));
  const summary = methods.map((method) => summaryOf(method, tests));
  const [whole] = rows;
  const sentence = `Equal parts of all assets lose more than ${percent(whole?.valueAtRisk ?? Number.NaN, 2)} % on one day in twenty, and then ${percent(whole?.expectedShortfall ?? Number.NaN, 2)} % on average (in ${base}, on the days after ${dates.at(-1)}; ${methodTitles[methods[0]]}).`;
  return {
    summary: [sentence],
    keyFigures: [
      {
        label: `Value at risk of a day, ${100 * level} %`,
        value: percent(whole?.valueAtRisk ?? Number.NaN, 2),
        unit: '%',
        note: 'of equal parts of all assets',
      },
    ],
    files: { valueAtRisk: forecastsFile },
    lines: [
      ...joint.leftOut.map((each) => wrap(`  Left out: ${each}`, 2)),
      wrap(`  ${sentence}`, 2),
      ...layOut([
        ['  method of value at risk', 'rejected by Kupiec', 'exceptions %', 'pinball loss %'],
        ...summary.map((each) => [
          `  ${methodTitles[each.method]}`,
          `${each.rejected} of ${each.count}`,
          percent(each.share, 2),
          percent(each.pinball, 4),
        ]),
      ]),
    ],
    facts: {
      level,
      window,
      base,
      chosenMethod,
      holdings: rows,
      tests: tests.map(({ rolling: _, ...test }) => test),
      stress,
      breakdown,
      diversificationRatio: diversificationRatio(equal, covariance),
    },
    section: {
      title: 'What could go wrong',
      blocks: [
        {
          kind: 'table',
          caption: `Risk of one day in ${base}, from the last ${window} days`,
          columns: [
            { header: 'Holding' },
            { header: 'Volatility, expected', unit: '% a year', decimals: 1 },
            { header: 'Value at risk', unit: `%, ${100 * level} %`, decimals: 2 },
            { header: 'Expected shortfall', unit: '%', decimals: 2 },
            { header: 'Deepest fall', unit: '%', decimals: 1 },
          ],
          rows: rows.map((row) => [
            row.name,
            100 * row.volatility,
            100 * row.valueAtRisk,
            100 * row.expectedShortfall,
            -100 * row.deepestFall,
          ]),
          strongRows: [0],
          note: `Value at risk and shortfall ${methodTitles[methods[0]]}; volatility by GJR-GARCH with Student's t. The method was fixed before its tests.`,
        },
        { kind: 'heading', text: 'Were such forecasts right?' },
        {
          kind: 'table',
          caption: `Forecasts of value at risk, day by day over ${tests[0]?.days ?? 0} days and ${holdings.length} holdings, each from the ${window} days before`,
          columns: [
            { header: 'Method' },
            { header: 'Exceptions', unit: `%, should be ${100 - 100 * level}`, decimals: 2 },
            { header: 'Rejected by Kupiec', decimals: 0 },
            { header: 'by Christoffersen', decimals: 0 },
            { header: 'Basel: yellow or red', decimals: 0 },
            { header: 'Mean pinball loss', unit: '% of value', decimals: 4 },
          ],
          rows: summary.map((each) => [
            methodTitles[each.method],
            100 * each.share,
            each.rejected,
            each.clustered,
            each.lit,
            100 * each.pinball,
          ]),
          note: `Of ${holdings.length} holdings, at 5 %; one in twenty is rejected by chance. Kupiec: the number of exceptions; Christoffersen: also whether they come in clusters.`,
        },
        { kind: 'chart', chart: await exceptionsChart(portfolio, tests[0], dates) },
        { kind: 'pair', charts: [await correlationChart(names, covariance), await stressChart(stress)] },
        {
          kind: 'table',
          caption: `Do assets fall together? Correlation with ${names[0]} in its calm and its worst days`,
          columns: [
            { header: 'Asset' },
            { header: 'Calm', decimals: 2 },
            { header: 'Worst tenth', decimals: 2 },
            { header: 'adjusted', decimals: 2 },
            { header: 'p', decimals: 3 },
          ],
          rows: breakdown.map((each) => [
            each.name,
            each.calm,
            each.crisis,
            each.adjustedCrisis,
            each.probability,
          ]),
          note: 'Adjusted: Forbes and Rigobon; correlation in bad days is higher for the mere size of the moves.',
        },
      ],
    },
  };
}

function rowOf({ name, returns }: Holding, window: number) {
  const recent = returns.subarray(Math.max(0, returns.length - window));
  const { valueAtRisk, expectedShortfall } = tailRisk(recent, { method: chosenMethod, level });
  const { ahead } = garchVolatility(recent, { asymmetric: true, distribution: 't' });
  return {
    name,
    volatility: (ahead(1)[0] ?? Number.NaN) * Math.sqrt(daysOfYear),
    valueAtRisk,
    expectedShortfall,
    deepestFall: maximumDrawdown(returns).depth,
  };
}

function testsOf({ name, returns }: Holding, window: number): MethodTest[] {
  return methods.map((method) => {
    const rolling = rollingTailRisk(returns, { method, level, window, refitEvery });
    const { from, valueAtRisk, exceeded } = rolling;
    const later = returns.subarray(from);
    return {
      holding: name,
      method,
      days: later.length,
      exceptions: exceeded.reduce((sum, each) => sum + each, 0),
      kupiec: kupiecTest(exceeded, level).probability,
      christoffersen: conditionalCoverageTest(exceeded, level).probability,
      zone: trafficLight(exceeded, level).zone,
      pinball: pinballLoss(later, valueAtRisk, level),
      rolling,
    };
  });
}

/** The forecast value at risk of each day, holding by holding, by the chosen method. */
function forecastsCsv(tests: readonly MethodTest[], dates: readonly string[]): string {
  const own = tests.filter(({ method }) => method === chosenMethod);
  const { from, valueAtRisk } = own[0]?.rolling ?? { from: 0, valueAtRisk: new Float64Array() };
  return csvText(
    ['date', ...own.map(({ holding }) => holding)],
    // Return k is known on day k + 1.
    Array.from(valueAtRisk, (_, day) => [
      dates[from + day + 1] ?? '',
      ...own.map(({ rolling }) => rolling.valueAtRisk[day] ?? Number.NaN),
    ]),
  );
}

function summaryOf(method: (typeof methods)[number], tests: readonly MethodTest[]) {
  const own = tests.filter((test) => test.method === method);
  const sum = (of: (test: MethodTest) => number) => own.reduce((total, test) => total + of(test), 0);
  return {
    method,
    count: own.length,
    share: sum(({ exceptions }) => exceptions) / sum(({ days }) => days),
    rejected: own.filter(({ kupiec }) => kupiec < significance).length,
    clustered: own.filter(({ christoffersen }) => christoffersen < significance).length,
    lit: own.filter(({ zone }) => zone !== 'green').length,
    pinball: sum(({ pinball }) => pinball) / own.length,
  };
}

async function exceptionsChart(
  { name, returns }: Holding,
  test: MethodTest | undefined,
  dates: readonly string[],
): Promise<Chart> {
  if (!test) throw new RuntimeError('outlook', 'internal: no test of value at risk; please report this');
  const { from, valueAtRisk, exceeded } = test.rolling;
  const count = exceeded.reduce((sum, each) => sum + each, 0);
  return lineChart({
    title: `${name}: daily returns, and the loss that was to be exceeded one day in twenty`,
    alt: `Of ${exceeded.length} days, ${count} (${percent(count / exceeded.length, 1)} %) fell below the forecast value at risk; ${percent(1 - level, 0)} % were to be expected.`,
    x: dates.slice(from + 1),
    yAxis: { label: 'Return', unit: '% a day' },
    lines: [
      { name: 'Return', values: Array.from(returns.subarray(from), (value) => 100 * value) },
      { name: 'Value at risk', values: Array.from(valueAtRisk, (value) => -100 * value) },
    ],
  });
}

function correlationChart(names: readonly string[], covariance: readonly Float64Array[]): Promise<Chart> {
  const deviations = covariance.map((row, asset) => Math.sqrt(row[asset] ?? Number.NaN));
  const correlations = covariance.map((row, i) =>
    Array.from(row, (value, j) => value / ((deviations[i] ?? 1) * (deviations[j] ?? 1))),
  );
  const pairs = correlations.flatMap((row, i) => row.flatMap((value, j) => (j < i ? [{ i, j, value }] : [])));
  const closest = pairs.reduce(
    (most, pair) => (pair.value > most.value ? pair : most),
    pairs[0] ?? { i: 0, j: 0, value: 1 },
  );
  return heatMap({
    title: 'Correlation of daily returns',
    alt: `The closest pair is ${names[closest.i]} and ${names[closest.j]} with ${closest.value.toFixed(2)}.`,
    rows: names,
    columns: names,
    values: correlations,
    value: { label: 'Correlation', unit: 'none' },
    scale: 'diverging',
    range: [-1, 1],
  });
}

function stressChart(
  stress: readonly { readonly from: string; readonly to: string; readonly portfolioReturn: number }[],
): Promise<Chart> {
  const [worst] = stress;
  return barChart({
    title: 'The worst months of equal parts, not overlapping',
    alt: `The worst 21 days, ${worst?.from} to ${worst?.to}, lost ${percent(-(worst?.portfolioReturn ?? 0), 1)} %.`,
    categories: stress.map(({ from, to }) => `${from} to ${to}`),
    series: [{ name: 'Return', values: stress.map(({ portfolioReturn }) => 100 * portfolioReturn) }],
    valueAxis: { label: 'Return of 21 days', unit: '%' },
  });
}
