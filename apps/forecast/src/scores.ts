/** The table of metrics, naive rows among them, and whether the best model beats the best naive one by more than chance. */
import { bold, dim, layOut, wrap } from '@noosphere/command-line';
import {
  type BacktestTable,
  compareModels,
  type DieboldMariano,
  type EvaluationRow,
  evaluate,
  type MetricName,
} from '@noosphere/forecast';
import { selectedName } from './models.js';
import { numberFormat } from './numbers.js';
import { isUnreached } from './report.js';

/** Below this, a difference counts as more than chance. */
const significance = 0.05;
/** Windows below which nothing is tested. */
const leastWindows = 3;
export const naiveNames: readonly string[] = ['SeasonalNaive', 'Naive', 'Naive2', 'RWD', 'HistoricAverage'];

export interface ScoreRow {
  readonly model: string;
  readonly isNaive: boolean;
  readonly values: EvaluationRow['values'];
  /** By level in per cent: per cent of values inside. */
  readonly coverage: Readonly<Record<string, number>>;
  readonly elapsedMs: number | undefined;
  /** Diebold and Mariano against the best naive row; below zero where this one is better. */
  readonly againstNaive: DieboldMariano | undefined;
}

export interface Scores {
  readonly metric: MetricName;
  readonly rows: readonly ScoreRow[];
  readonly bestNaive: string | undefined;
  readonly windowCount: number;
  readonly windowsLeftOut: number;
  readonly formulas: Readonly<Record<string, string>>;
}

/** Rows by rising error. */
export function scoreRows(table: BacktestTable, metric: MetricName): Scores {
  const hasLevels = table.levels.length > 0;
  const usual: MetricName[] = ['mase', 'smape200', 'mae'];
  if (!hasLevels) usual.push('rmse');
  const metrics: MetricName[] = [metric, ...usual.filter((name) => name !== metric)];
  if (hasLevels) metrics.push('scaledWinkler');
  const { rows, legend, windowCount, windowsLeftOut } = evaluate(table, { metrics });
  const errorOf = (row: EvaluationRow | undefined) => row?.values[metric] ?? Number.NaN;
  const sorted = rows.toSorted((a, b) => sortable(errorOf(a)) - sortable(errorOf(b)));
  const bestNaive = sorted.find(({ model }) => naiveNames.includes(model))?.model;
  return {
    metric,
    bestNaive,
    windowCount,
    windowsLeftOut,
    formulas: Object.fromEntries(legend),
    rows: sorted.map(({ model, values, coverage }) => ({
      model,
      isNaive: naiveNames.includes(model),
      values,
      coverage,
      elapsedMs: table.elapsedMs[model],
      againstNaive: testAgainst(table, model, bestNaive),
    })),
  };
}

/** Why windows are not in the means: a model failed there, or the run was stopped before. */
export function leftOutText(
  { failures }: Pick<BacktestTable, 'failures'>,
  { windowsLeftOut, windowCount }: Pick<Scores, 'windowsLeftOut' | 'windowCount'>,
): string {
  const unreached = failures.filter(isUnreached).length;
  const why =
    unreached === failures.length
      ? 'the run was stopped before'
      : unreached > 0
        ? 'a model failed there, or the run was stopped before'
        : 'a model failed there';
  return `${windowsLeftOut} of ${windowCount + windowsLeftOut} windows are left out: ${why}.`;
}

const sortable = (value: number) => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value);

function testAgainst(
  table: BacktestTable,
  model: string,
  naive: string | undefined,
): DieboldMariano | undefined {
  if (naive === undefined || model === naive) return undefined;
  // Errors of one window go together: there is little to tell chance from.
  if (table.manifest.windows < leastWindows) return undefined;
  try {
    return compareModels(table, model, naive);
  } catch {
    // No forecasts of both, or errors without a scale: there is no test.
    return undefined;
  }
}

const titles: Readonly<Partial<Record<MetricName, string>>> = {
  mase: 'MASE',
  rmsse: 'RMSSE',
  mae: 'MAE',
  rmse: 'RMSE',
  smape200: 'sMAPE',
  smape100: 'sMAPE/2',
  mape: 'MAPE',
  scaledWinkler: 'Winkler',
};

/** A metric as it is printed. */
export function metricTitle(metric: MetricName): string {
  return titles[metric] ?? metric;
}

/** @param joules By model: the run's energy, shared by time. */
export function scoresLines(
  table: BacktestTable,
  scores: Scores,
  joules: Readonly<Record<string, number>>,
): string[] {
  const { rows, windowCount, windowsLeftOut } = scores;
  if (windowCount === 0) return [bold('No window was forecast by every model: there is nothing to score.')];
  const names = (Object.keys(scores.formulas) as MetricName[]).filter((name) => name !== 'coverage');
  const formats = names.map((name) => numberFormat(rows.map(({ values }) => values[name] ?? Number.NaN)));
  const header = [
    '',
    ...names.map((name) => titles[name] ?? name),
    ...table.levels.map((level) => `in ${level} %`),
    'p',
    's',
    'J',
  ];
  const cells = rows.map((row, place) => [
    `${place === 0 ? '*' : ' '} ${row.model}`,
    ...names.map((name, column) => formats[column]?.(row.values[name] ?? Number.NaN) ?? ''),
    ...table.levels.map((level) => (row.coverage[level] ?? Number.NaN).toFixed(1)),
    row.againstNaive ? probability(row.againstNaive.pValue) : '–',
    row.elapsedMs === undefined ? '–' : (row.elapsedMs / 1000).toFixed(2),
    joules[row.model]?.toPrecision(2) ?? '–',
  ]);
  return [
    wrap(verdict(scores)),
    '',
    ...layOut([header, ...cells]),
    ...wrap(`  ${scoresLegend(scores, table.levels.length > 0)}`, 2)
      .split('\n')
      .map(dim),
    ...(windowsLeftOut > 0 ? [wrap(`  ${leftOutText(table, scores)}`, 2)] : []),
  ];
}

/** Whether the best model beats the best naive one, in a sentence. */
export function verdict({ rows, metric, bestNaive }: Scores): string {
  // A choice that was made before is what is judged, where there is one.
  const best = rows.find(({ model }) => model === selectedName) ?? rows.find(({ isNaive }) => !isNaive);
  const naive = rows.find(({ model }) => model === bestNaive);
  if (!best || !naive) return '';
  const [error, naiveError] = [best, naive].map(({ values }) => values[metric] ?? Number.NaN) as [
    number,
    number,
  ];
  const title = titles[metric] ?? metric;
  if (Number.isNaN(error) || Number.isNaN(naiveError))
    return `${title} has no value for these series (constant ones have no scale); --metric mae has one.`;
  if (error === naiveError) return `${bold('Naive wins')}: ${naive.model}. ${best.model} is no better.`;
  const change = error / naiveError - 1;
  const amount = `${(100 * Math.abs(change)).toFixed(1)} %`;
  if (!(change < 0))
    return `${bold('Naive wins')}: ${naive.model}. ${best.model === selectedName ? 'The choice' : 'The best model'}, ${best.model}, has ${naiveError === 0 ? 'some' : `${amount} more`} ${title}.`;
  const pValue = best.againstNaive?.pValue;
  const triedCount = rows.filter(({ isNaive }) => !isNaive).length;
  const lucky =
    best.model === selectedName || triedCount === 1 ? '' : `; the best of ${triedCount} has some luck`;
  const chance =
    pValue === undefined
      ? 'too few windows to say whether by chance'
      : `${pValue < significance ? 'more than chance would give' : 'chance may do that'}, p ${pValue < 0.005 ? '' : '= '}${probability(pValue)}${lucky}`;
  return `${bold(best.model)} has ${amount} less ${title} than ${naive.model}, the best naive row (${chance}).`;
}

export function probability(pValue: number): string {
  return pValue < 0.005 ? '< 0.005' : pValue.toFixed(2);
}

/** What the columns of the table mean. */
export function scoresLegend({ metric, bestNaive, formulas }: Scores, hasLevels: boolean): string {
  return [
    `${titles[metric] ?? metric}: ${formulas[metric]};`,
    'all are means over windows, then series.',
    ...(hasLevels ? ['Winkler: of the intervals, over the scale of MASE.'] : []),
    `p: Diebold and Mariano's test against ${bestNaive}, from ${leastWindows} windows on;`,
    's: fits and forecasts over all threads; J: the run’s energy, shared by that time.',
  ].join(' ');
}
