/** Tables of tail risk and of its tests. */
import type { JointPrices } from '../joint.js';
import { periodsText } from '../period.js';
import type { RiskMeasures } from './risk-measures.js';
import { level, methods, methodTitles } from './tail-risk.js';

export function holdingsTable({ holdings, window, failures }: RiskMeasures, { inBase, period }: JointPrices) {
  return {
    kind: 'table' as const,
    caption: `Risk of one ${period.name} ${inBase}, from the last ${periodsText(window, period)}`,
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
    note: `Value at risk: what is lost or more in one ${period.name} of twenty. Expected shortfall: the mean loss of those. Both ${methodTitles[methods[0]]}; volatility (how much returns vary) by GJR-GARCH with Student's t. The method was fixed before its tests.${failures.length > 0 ? ` Left out: ${failures.join('; ')}.` : ''}`,
  };
}

export function testsTable({ summary, tests, holdings, window }: RiskMeasures, { period }: JointPrices) {
  return {
    kind: 'table' as const,
    caption: `Forecasts of value at risk, ${period.name} by ${period.name} over ${periodsText(tests[0]?.periods ?? 0, period)} and ${holdings.length} holdings, each from the ${window} before`,
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
    note: `Exceptions: ${period.name}s with a greater loss than forecast. Of ${holdings.length} holdings, at 5 %; one in twenty is rejected by chance. Kupiec tests the number of exceptions, Christoffersen also whether they come in clusters. Pinball loss: the error of a forecast of a quantile.`,
  };
}

export function breakdownTable({ breakdown }: RiskMeasures, { names, period }: JointPrices) {
  return {
    kind: 'table' as const,
    caption: `Do assets fall together? Correlation with ${names[0]} in its calm and its worst ${period.name}s`,
    columns: [
      { header: 'Asset' },
      { header: 'Calm', decimals: 2 },
      { header: 'Worst tenth', decimals: 2 },
      { header: 'adjusted', decimals: 2 },
      { header: 'p', decimals: 3 },
    ],
    rows: breakdown.map((each) => [each.name, each.calm, each.crisis, each.adjustedCrisis, each.probability]),
    note: 'Adjusted: Forbes and Rigobon; correlation in bad times is higher for the mere size of the moves.',
  };
}
