/** Tables of tail risk and of its tests. */
import type { JointPrices } from '../joint.js';
import type { RiskMeasures } from './risk-measures.js';
import { level, methods, methodTitles } from './tail-risk.js';

export function holdingsTable({ holdings, window, failures }: RiskMeasures, { base }: JointPrices) {
  return {
    kind: 'table' as const,
    caption: `Risk of one day in ${base}, from the last ${window} days`,
    columns: [
      { header: 'Holding' },
      { header: 'Volatility, expected', unit: '% a year', decimals: 1 },
      { header: 'Value at risk', unit: `%, ${100 * level} %`, decimals: 2 },
      { header: 'Expected shortfall', unit: '%', decimals: 2 },
      { header: 'Deepest fall', unit: '%', decimals: 1 },
    ],
    rows: holdings.map((row) => [
      row.name,
      100 * row.volatility,
      100 * row.valueAtRisk,
      100 * row.expectedShortfall,
      -100 * row.deepestFall,
    ]),
    strongRows: [0],
    note: `Value at risk and shortfall ${methodTitles[methods[0]]}; volatility by GJR-GARCH with Student's t. The method was fixed before its tests.${failures.length > 0 ? ` Left out: ${failures.join('; ')}.` : ''}`,
  };
}

export function testsTable({ summary, tests, holdings, window }: RiskMeasures) {
  return {
    kind: 'table' as const,
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
  };
}

export function breakdownTable({ breakdown }: RiskMeasures, { names }: JointPrices) {
  return {
    kind: 'table' as const,
    caption: `Do assets fall together? Correlation with ${names[0]} in its calm and its worst days`,
    columns: [
      { header: 'Asset' },
      { header: 'Calm', decimals: 2 },
      { header: 'Worst tenth', decimals: 2 },
      { header: 'adjusted', decimals: 2 },
      { header: 'p', decimals: 3 },
    ],
    rows: breakdown.map((each) => [each.name, each.calm, each.crisis, each.adjustedCrisis, each.probability]),
    note: 'Adjusted: Forbes and Rigobon; correlation in bad days is higher for the mere size of the moves.',
  };
}
