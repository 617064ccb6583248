/** The report as text, for a terminal of 80 to 100 columns. */
import { bold, dim, layOut, wrap } from '@noosphere/command-line';
import { type Report, toSentence } from '@noosphere/footprint';
import { metricLegend, rowTitles, type Verdict, verdictOf } from '@noosphere/forecast';
import type { Markets } from './markets.js';
import { percent } from './percent.js';
import { type Period, periodsText } from './period.js';
import { filesAgree, type Rescored, type TableResult } from './run.js';

/** Below this, a difference counts as more than chance; one table in twenty shows one by chance alone. */
export const significance = 0.05;
export const rule = '─'.repeat(88);

export function introduction({ markets, notes }: Markets, seed: number): string {
  const lastDate = markets
    .map(({ history }) => history.dates.at(-1) ?? '')
    .sort()
    .at(-1);
  return [
    bold('Outlook: from markets to a decision that can be checked'),
    `A demonstration, not advice. The data end on ${lastDate} or before: nothing later is known here.`,
    `Forecasts are judged on prices that no model saw. Seed ${seed}.`,
    ...notes.map((note) => wrap(note)),
  ].join('\n');
}

/** @param originBefore The origin named last: it is said once for series that follow each other. */
export function seriesHead(
  { market: { history, origin }, comparison: { split } }: TableResult,
  originBefore: string | undefined,
  period: Period,
): string {
  const { dates, name } = history;
  return [
    '',
    dim(rule),
    `${bold(name)}  ${dates[0]} to ${dates.at(-1)}, ${periodsText(dates.length, period)}; test from ${dates[split.firstTestDay]}`,
    ...(origin === originBefore ? [] : [dim(wrap(origin))]),
  ].join('\n');
}

/** One table: the verdict in words, then the rows. */
export function tableText(table: TableResult, period: Period): string {
  const { comparison, rescored } = table;
  const { rows, split, actual } = comparison;
  const lowest = Math.min(...rows.map(({ score }) => score.mae));
  const verdict = verdictOf(comparison);
  const cells = rows.map(({ kind, score, fitted, fitSeconds, peakBytes }) => {
    const hits = score.hitRate;
    const { low = 0, high = 0 } = hits?.interval ?? {};
    const title = `${rowTitles[kind]}${fitted?.interrupted ? ' (cut short)' : ''}`;
    return [
      `${score.mae === lowest ? '*' : ' '} ${title}`,
      percent(score.mae, 4),
      percent(score.rmse, 4),
      score.mase.toFixed(4),
      hits ? `${percent(hits.rate, 1)} [${percent(low, 1)}, ${percent(high, 1)}]` : '–',
      fitted ? fitSeconds.toFixed(2) : '–',
      (peakBytes / 2 ** 20).toFixed(0),
    ];
  });
  const header = ['', 'MAE %', 'RMSE %', 'MASE', 'hit rate % [95 %]', 'train s', 'peak MB'];
  return [
    '',
    `${bold(`${periodsText(split.horizon, period)} ahead.`)} ${verdict ? verdictText(verdict) : 'No model was fitted.'}`,
    ...layOut([header, ...cells]),
    dim(`  ${actual.length.toLocaleString('en')} windows${rescoredText(rescored)}`),
  ].join('\n');
}

function verdictText({ naiveWins, bestNaive, bestModel, change, pValue }: Verdict): string {
  const [naive, model] = [rowTitles[bestNaive.kind], rowTitles[bestModel.kind]];
  const amount = `${(100 * Math.abs(change)).toFixed(2)} %`;
  if (naiveWins) return `${bold('Naive wins')}: ${naive}. The best model, ${model}, is ${amount} worse.`;
  const chance = pValue < significance ? 'more than chance would give' : 'chance may do that';
  return `${model} is ${amount} better than ${naive}; ${chance} (p ${pText(pValue)}).`;
}

export function pText(pValue: number): string {
  return pValue < 0.005 ? '< 0.005' : `= ${pValue.toFixed(2)}`;
}

function rescoredText(rescored: readonly Rescored[]): string {
  if (rescored.length === 0) return '';
  const largest = Math.max(...rescored.map(({ largestDifference }) => largestDifference));
  const text =
    largest === 0 ? 'forecasts are equal to the bit' : `forecasts agree to ${largest.toExponential(1)}`;
  const wrong = `FORECASTS DIFFER, by up to ${largest}`;
  return `; scored again from the saved .onnx files: ${filesAgree(rescored) ? text : wrong}`;
}

/** In how many tables naive forecasts lead, and models by more than chance would give. */
export function summaryCounts(tables: readonly TableResult[]): {
  readonly naive: number;
  readonly sure: number;
  readonly count: number;
} {
  const verdicts = tables.map(({ comparison }) => verdictOf(comparison)).filter((each) => each !== undefined);
  const count = (fits: (verdict: Verdict) => boolean) => verdicts.filter(fits).length;
  return {
    naive: count(({ naiveWins }) => naiveWins),
    sure: count(({ naiveWins, pValue }) => !naiveWins && pValue < significance),
    count: verdicts.length,
  };
}

/** What all tables say together, naive first. */
export function summary(tables: readonly TableResult[]): string {
  const { naive, sure, count } = summaryCounts(tables);
  // Half of a two-sided test's false alarms are in the model's favour.
  const byChance = (count * significance) / 2;
  return [
    '',
    dim(rule),
    bold(`Naive wins ${naive} of ${count} tables.`),
    `In ${count - naive - sure} more the best model leads by no more than chance may do.`,
    `In ${sure} a model leads by more (p < ${significance}); luck alone would give ${byChance.toFixed(1)} or more, since each table`,
    'shows the best of several models.',
  ].join('\n');
}

export function legend(period: Period): string {
  const entries = [
    ...metricLegend,
    ['p', 'Diebold and Mariano, two-sided: chance of such a difference if both were equally good'],
    ['windows', `test and training share no ${period.name} that is forecast; the last 15 % of training`],
    ['', 'says when to stop training'],
    ['train s, MB', 'wall time of the fit; the most memory of the whole process while it ran'],
    ['*', 'lowest MAE of the table; MAE and RMSE are log returns times 100'],
  ] as const;
  const width = Math.max(...entries.map(([name]) => name.length));
  return ['', ...entries.map(([name, text]) => dim(`  ${name.padEnd(width)}  ${text}`))].join('\n');
}

/** What the run took, and how that is known. */
export function footprintText(report: Report): string {
  return `\n${wrap(`Footprint: ${toSentence(report)}`)}`;
}
