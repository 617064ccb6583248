/** What could go wrong: tail risk of each asset and of the whole, and tests of how well such forecasts did. */
import { layOut, type RunFolder, wrap } from '@noosphere/command-line';
import type { Block, KeyFigure } from '@noosphere/report';
import type { JointPrices } from '../joint.js';
import { percent } from '../percent.js';
import { correlationChart, exceptionsChart, stressChart } from '../risk/charts.js';
import { type RiskMeasures, riskMeasures } from '../risk/risk-measures.js';
import { breakdownTable, holdingsTable, testsTable } from '../risk/tables.js';
import { chosenMethod, level, methods, methodTitles, valueAtRiskCsv } from '../risk/tail-risk.js';
import type { StageResult } from './stage.js';

const forecastsFile = 'risk/value-at-risk.csv';

export interface RiskStage extends StageResult {
  readonly summary: readonly string[];
  readonly keyFigures: readonly KeyFigure[];
}

export async function riskStage(joint: JointPrices, folder: RunFolder): Promise<RiskStage> {
  const measures = riskMeasures(joint);
  const { holdings, tests, failures, window, stress, breakdown, diversificationRatio } = measures;
  await folder.write(forecastsFile, valueAtRiskCsv(tests, joint.dates));
  const sentence = sentenceOf(measures, joint);
  return {
    summary: [sentence],
    keyFigures: [
      {
        label: `Value at risk of a day, ${100 * level} %`,
        value: percent(holdings[0]?.valueAtRisk ?? Number.NaN, 2),
        unit: '%',
        note: 'of equal parts of all assets',
      },
    ],
    files: { valueAtRisk: forecastsFile },
    lines: [
      ...[...joint.leftOut, ...failures].map((each) => wrap(`  Left out: ${each}`, 2)),
      wrap(`  ${sentence}`, 2),
      ...methodLines(measures),
    ],
    facts: {
      failures,
      level,
      window,
      base: joint.base,
      chosenMethod,
      holdings,
      tests: tests.map(({ rolling: _, ...test }) => test),
      stress,
      breakdown,
      diversificationRatio,
    },
    section: { title: 'What could go wrong', blocks: await blocksOf(measures, joint) },
  };
}

function sentenceOf({ holdings: [whole] }: RiskMeasures, { base, dates }: JointPrices): string {
  const { valueAtRisk = Number.NaN, expectedShortfall = Number.NaN } = whole ?? {};
  return `Equal parts of all assets lose more than ${percent(valueAtRisk, 2)} % on one day in twenty, and then ${percent(expectedShortfall, 2)} % on average (in ${base}, on the days after ${dates.at(-1)}; ${methodTitles[methods[0]]}).`;
}

function methodLines({ summary }: RiskMeasures): string[] {
  return layOut([
    ['  method of value at risk', 'rejected by Kupiec', 'exceptions %', 'pinball loss %'],
    ...summary.map((each) => [
      `  ${methodTitles[each.method]}`,
      `${each.rejected} of ${each.count}`,
      percent(each.share, 2),
      percent(each.pinball, 4),
    ]),
  ]);
}

async function blocksOf(measures: RiskMeasures, joint: JointPrices): Promise<Block[]> {
  const { portfolio, tests, covariance, stress } = measures;
  const [first] = tests;
  return [
    holdingsTable(measures, joint),
    { kind: 'heading', text: 'Were such forecasts right?' },
    testsTable(measures),
    ...(first
      ? [{ kind: 'chart' as const, chart: await exceptionsChart(portfolio, first, joint.dates) }]
      : []),
    { kind: 'pair', charts: [await correlationChart(joint.names, covariance), await stressChart(stress)] },
    breakdownTable(measures, joint),
  ];
}
