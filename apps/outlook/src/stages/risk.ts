/** What could go wrong: tail risk of each asset and of the whole, and tests of how well such forecasts did. */
import { layOut, type RunFolder, wrap } from '@noosphere/command-line';
import type { Block, KeyFigure } from '@noosphere/report';
import { amountText, type JointPrices } from '../joint.js';
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

export async function riskStage(joint: JointPrices, budget: number, folder: RunFolder): Promise<RiskStage> {
  const measures = riskMeasures(joint);
  const { holdings, tests, failures, window, stress, breakdown, diversificationRatio } = measures;
  await folder.write(forecastsFile, valueAtRiskCsv(tests, joint.dates));
  const sentence = sentenceOf(measures, joint);
  return {
    summary: [plainSentence(measures, joint, budget)],
    keyFigures: [
      {
        label: `Value at risk of a ${joint.period.name}, ${100 * level} %`,
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

/** For a reader who has not met the terms, with amounts. */
function plainSentence({ holdings: [whole] }: RiskMeasures, joint: JointPrices, budget: number): string {
  const { valueAtRisk = Number.NaN, expectedShortfall = Number.NaN } = whole ?? {};
  const { dates, period } = joint;
  const amount = (share: number) => amountText(budget * share, joint);
  return `How bad can a ${period.name} be? Of ${amount(1)} in equal parts, one ${period.name} in twenty after ${dates.at(-1)} loses ${amount(valueAtRisk)} (${percent(valueAtRisk, 1)} %, the value at risk) or more, and such a ${period.name} ${amount(expectedShortfall)} on average (the expected shortfall).`;
}

function sentenceOf({ holdings: [whole] }: RiskMeasures, { inBase, dates, period }: JointPrices): string {
  const { valueAtRisk = Number.NaN, expectedShortfall = Number.NaN } = whole ?? {};
  return `Equal parts of all assets lose more than ${percent(valueAtRisk, 2)} % in one ${period.name} of twenty, and then ${percent(expectedShortfall, 2)} % on average (${inBase}, after ${dates.at(-1)}; ${methodTitles[methods[0]]}).`;
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
  const { portfolio, tests, covariance, stress, stressRows } = measures;
  const [first] = tests;
  return [
    holdingsTable(measures, joint),
    { kind: 'heading', text: 'Were such forecasts right?' },
    testsTable(measures, joint),
    ...(first
      ? [
          {
            kind: 'chart' as const,
            chart: await exceptionsChart(portfolio, first, joint.dates, joint.period),
          },
        ]
      : []),
    {
      kind: 'pair',
      charts: [
        await correlationChart(joint.names, covariance, joint.period),
        await stressChart(stress, stressRows, joint.period),
      ],
    },
    breakdownTable(measures, joint),
  ];
}
