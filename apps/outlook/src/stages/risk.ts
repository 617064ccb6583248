/** What could go wrong: tail risk of each asset and of the whole, and tests of how well such forecasts did. */
import { layOut, type RunFolder, wrap } from '@noosphere/command-line';
import {
  correlationBreakdown,
  diversificationRatio,
  equalWeights,
  historicalStress,
  sampleCovariance,
  simpleReturns,
} from '@noosphere/decide';
import type { KeyFigure } from '@noosphere/report';
import type { JointPrices } from '../joint.js';
import { percent } from '../percent.js';
import { correlationChart, exceptionsChart, stressChart } from '../risk/charts.js';
import {
  chosenMethod,
  type Holding,
  holdingRisk,
  level,
  methodSummary,
  methods,
  methodTests,
  methodTitles,
  valueAtRiskCsv,
  windowFor,
} from '../risk/measures.js';
import { eachOf } from './each.js';
import type { StageResult } from './stage.js';

const forecastsFile = 'risk/value-at-risk.csv';

export interface RiskStage extends StageResult {
  readonly summary: readonly string[];
  readonly keyFigures: readonly KeyFigure[];
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
  const assets = names.map(
    (name, asset): Holding => ({ name, returns: returns[asset] ?? new Float64Array() }),
  );
  const window = windowFor(together.length);
  const measure = (holding: Holding) => ({
    row: holdingRisk(holding, window),
    tests: methodTests(holding, window),
  });
  const whole = measure(portfolio);
  const { done, failures } = eachOf(assets, measure);
  const measured = [whole, ...done];
  const rows = measured.map(({ row }) => row);
  const tests = measured.flatMap((each) => each.tests);
  await folder.write(forecastsFile, valueAtRiskCsv(tests, dates));
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
  const summary = methods.map((method) => methodSummary(method, tests));
  const [first] = whole.tests;
  const sentence = `Equal parts of all assets lose more than ${percent(whole.row.valueAtRisk, 2)} % on one day in twenty, and then ${percent(whole.row.expectedShortfall, 2)} % on average (in ${base}, on the days after ${dates.at(-1)}; ${methodTitles[methods[0]]}).`;
  return {
    summary: [sentence],
    keyFigures: [
      {
        label: `Value at risk of a day, ${100 * level} %`,
        value: percent(whole.row.valueAtRisk, 2),
        unit: '%',
        note: 'of equal parts of all assets',
      },
    ],
    files: { valueAtRisk: forecastsFile },
    lines: [
      ...[...joint.leftOut, ...failures].map((each) => wrap(`  Left out: ${each}`, 2)),
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
      failures,
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
          note: `Value at risk and shortfall ${methodTitles[methods[0]]}; volatility by GJR-GARCH with Student's t. The method was fixed before its tests.${failures.length > 0 ? ` Left out: ${failures.join('; ')}.` : ''}`,
        },
        { kind: 'heading', text: 'Were such forecasts right?' },
        {
          kind: 'table',
          caption: `Forecasts of value at risk, day by day over ${first?.days ?? 0} days and ${measured.length} holdings, each from the ${window} days before`,
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
          note: `Of ${measured.length} holdings, at 5 %; one in twenty is rejected by chance. Kupiec: the number of exceptions; Christoffersen: also whether they come in clusters.`,
        },
        ...(first ? [{ kind: 'chart' as const, chart: await exceptionsChart(portfolio, first, dates) }] : []),
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
