/** Whether slow series help to warn, as lines, table and facts. */
import { layOut, wrap } from '@noosphere/command-line';
import { NoosphereError } from '@noosphere/core';
import {
  compareFeatures,
  type FeatureComparison,
  type TurbulenceOptions,
  type TurbulenceSeries,
} from '@noosphere/decide';
import type { Block, Cell, Source } from '@noosphere/report';
import { delayDays, featureSets } from './slow-series.js';

export interface ComparedSet {
  readonly title: string;
  /** What was found, or why nothing was. */
  readonly found: FeatureComparison | string;
}

/** One set that cannot be compared does not stop the others. */
export async function compareSets(
  series: readonly TurbulenceSeries[],
  options: Pick<TurbulenceOptions, 'seeds' | 'signal'>,
): Promise<{ readonly slow: readonly ComparedSet[]; readonly sources: readonly Source[] }> {
  const { sets, sources } = await featureSets();
  const compared: ComparedSet[] = [];
  for (const { title, features } of sets) {
    try {
      compared.push({ title, found: await compareFeatures(series, features, options) });
    } catch (error) {
      if (!NoosphereError.isInstance(error)) throw error;
      compared.push({ title, found: error.message });
    }
  }
  const isUsed = compared.some(({ found }) => typeof found !== 'string');
  return { slow: compared, sources: isUsed ? sources : [] };
}

/** Rows of the table: without and with each set. */
function rowsOf(sets: readonly ComparedSet[]) {
  return sets.flatMap(({ title, found }) =>
    typeof found === 'string'
      ? []
      : [
          { title: 'Volatility alone', scores: found.without, found, isWith: false },
          { title: `with ${title}`, scores: found.with, found, isWith: true },
        ],
  );
}

/** Which sets help by more than chance would give, if any. */
export function featureSentence(sets: readonly ComparedSet[]): string | undefined {
  const found = sets.flatMap((each) =>
    typeof each.found === 'string' ? [] : [{ ...each, found: each.found }],
  );
  if (found.length === 0) return undefined;
  const named = (chosen: typeof found) => chosen.map(({ title }) => title).join('; ');
  const better = found.filter((each) => each.found.aucDifference.low > 0);
  const worse = found.filter((each) => each.found.aucDifference.high < 0);
  if (better.length > 0) return `Slow series help logistic regression to warn: ${named(better)}.`;
  if (worse.length === found.length)
    return `Slow series make the warnings of logistic regression worse: ${named(worse)}.`;
  return 'Slow series of the economy do not help logistic regression to warn by more than chance would give.';
}

export function featureLines(sets: readonly ComparedSet[]): string[] {
  const rows = rowsOf(sets);
  const failures = sets.flatMap(({ title, found }) =>
    typeof found === 'string' ? [wrap(`  Not compared: ${title}, because ${found}`, 4)] : [],
  );
  const sentence = featureSentence(sets);
  if (sentence === undefined) return failures;
  return [
    wrap(`  ${sentence}`, 2),
    ...layOut([
      ['  logistic, as data were public', 'AUC', 'difference', 'test from', 'to'],
      ...rows.map(({ title, scores, found, isWith }) => [
        `  ${title}`,
        scores.auc.toFixed(3),
        isWith ? differenceText(found) : '',
        found.testFrom,
        found.lastDay,
      ]),
    ]),
    ...failures,
  ];
}

function differenceText({ aucDifference: { value, low, high } }: FeatureComparison): string {
  return `${signed(value)} [${signed(low)}, ${signed(high)}]`;
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(3)}`;
}

export function featureBlocks(sets: readonly ComparedSet[]): Block[] {
  const rows = rowsOf(sets);
  const failures = sets.flatMap(({ title, found }) =>
    typeof found === 'string' ? [`${title}: ${found}`] : [],
  );
  const sentence = featureSentence(sets);
  if (sentence === undefined) return [];
  return [
    { kind: 'heading', text: 'Do slower series help?' },
    { kind: 'paragraph', text: sentence },
    {
      kind: 'table',
      caption: 'Logistic regression with and without slow series, each pair on the same days',
      columns: [
        { header: 'Warning' },
        { header: 'Area under the ROC curve', decimals: 3 },
        { header: 'lowest seed', decimals: 3 },
        { header: 'highest', decimals: 3 },
        { header: 'Gain', decimals: 3 },
        { header: '95 % from', decimals: 3 },
        { header: 'to', decimals: 3 },
        { header: 'Brier score', decimals: 4 },
        { header: 'Test from' },
        { header: 'to' },
        { header: 'Turbulent', unit: '% of days', decimals: 0 },
      ],
      rows: rows.map(({ title, scores, found, isWith }): Cell[] => [
        title,
        scores.auc,
        Math.min(...scores.seedAucs),
        Math.max(...scores.seedAucs),
        isWith ? found.aucDifference.value : null,
        isWith ? found.aucDifference.low : null,
        isWith ? found.aucDifference.high : null,
        scores.brier,
        found.testFrom,
        found.lastDay,
        100 * found.testShare,
      ]),
      note: `US core inflation over a year, monthly, counts from ${delayDays.prices} days after the month's end; growth of real product over a year from ${delayDays.product} days after the quarter's end, the rate of three-month bills from the day after it. Values are as revised later: what was published first is not in the data. Days before or after the slow series are left out, so that each pair has its own test. The last quarter of the days is the test. A few years hold few slow values, however many days they have.${failures.length > 0 ? ` Not compared: ${failures.join('; ')}.` : ''}`,
    },
  ];
}
