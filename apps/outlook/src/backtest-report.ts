/** The rolling backtest and the next days, as text. */
import { bold, dim, layOut, wrap } from '@noosphere/command-line';
import { type BacktestResult, ensembleName, level } from './backtest.js';
import { percent } from './percent.js';
import { type Period, periodsText } from './period.js';
import { pText, rule, significance } from './report.js';

/** One row a model, naive ones among them, and what they say together. */
export function backtestText(
  { table, evaluation, tests, refit, days, tooShort }: BacktestResult,
  period: Period,
): string {
  const { horizon, windows, step } = table.manifest;
  const { rows } = evaluation;
  const lowest = Math.min(...rows.map(({ values }) => values.mae ?? Number.POSITIVE_INFINITY));
  const cells = rows.map(({ model, values }) => {
    const test = tests.get(model);
    return [
      `${values.mae === lowest ? '*' : ' '} ${model}`,
      percent(values.mae ?? Number.NaN, 4),
      percent(values.rmse ?? Number.NaN, 4),
      (values.mase ?? Number.NaN).toFixed(4),
      (values.coverage ?? Number.NaN).toFixed(1),
      percent(values.winkler ?? Number.NaN, 3),
      test ? pText(test.pValue).replace('= ', '') : '–',
      table.elapsedMs[model] === undefined ? '–' : (table.elapsedMs[model] / 1000).toFixed(2),
    ];
  });
  const header = ['', 'MAE %', 'RMSE %', 'MASE', `in ${level} %`, 'Winkler %', 'p', 's'];
  return [
    '',
    dim(rule),
    bold(
      `Rolling backtest of ${table.ids.length === 1 ? '1 market' : `${table.ids.length} markets`}, ${periodsText(horizon, period)} ahead`,
    ),
    wrap(
      `${windows} origins each, ${periodsText(step, period)} apart, up to the last price. Of the last ${periodsText(days, period)}, models see those before ` +
        `an origin; they are fitted anew every ${periodsText(refit * step, period)}. Intervals are conformal, from errors known at the origin.`,
    ),
    wrap(verdictText(evaluation.rows, tests)).replace(/^Naive wins/, bold),
    ...layOut([header, ...cells]),
    dim('  p: Diebold and Mariano against Naive, the last price; s: fits and forecasts over all threads'),
    ...failureText(table.failures),
    ...(tooShort.length > 0 ? [wrap(`  Left out, with too few prices: ${tooShort.join(', ')}.`)] : []),
  ].join('\n');
}

export function verdictText(
  rows: BacktestResult['evaluation']['rows'],
  tests: BacktestResult['tests'],
): string {
  const maeOf = (model: string) => rows.find((row) => row.model === model)?.values.mae ?? Number.NaN;
  const own = rows.filter(({ model }) => tests.has(model));
  const best = own.reduce((least, row) => (maeOf(row.model) < maeOf(least.model) ? row : least));
  const change = maeOf(best.model) / maeOf('Naive') - 1;
  const amount = `${(100 * Math.abs(change)).toFixed(2)} %`;
  if (change >= 0) return `Naive wins: the last price. The best model, ${best.model}, is ${amount} worse.`;
  const pValue = tests.get(best.model)?.pValue ?? 1;
  const chance = pValue < significance ? 'more than chance would give' : 'chance may do that';
  return `${best.model} is ${amount} better than the last price; ${chance} (p ${pText(pValue)}), the more so as it is the best of ${own.length}.`;
}

/** The same for a reader who knows none of the models. */
export function plainVerdict(
  rows: BacktestResult['evaluation']['rows'],
  tests: BacktestResult['tests'],
  ahead: string,
): string {
  const maeOf = (model: string) => rows.find((row) => row.model === model)?.values.mae ?? Number.NaN;
  const own = rows.filter(({ model }) => tests.has(model));
  const best = own.reduce((least, row) => (maeOf(row.model) < maeOf(least.model) ? row : least));
  const isSure = (tests.get(best.model)?.pValue ?? 1) < significance;
  const question = `Can prices be foretold ${ahead} ahead?`;
  const change = percent(Math.abs(maeOf(best.model) / maeOf('Naive') - 1), 1);
  if (maeOf(best.model) >= maeOf('Naive'))
    return `${question} Not here: none of ${own.length} models errs less than saying that the price stays where it is.`;
  const chance = isSure
    ? `more than chance would give, but it is the best of ${own.length}`
    : 'which chance may do';
  return `${question} ${isSure ? 'A little, perhaps' : 'Not so that it could be told from luck'}: the best of ${own.length} models errs ${change} % less than saying that the price stays where it is, ${chance}.`;
}

/** Series that a model could not do: they are left out of no one else's row but of every model's means. */
function failureText(failures: BacktestResult['table']['failures']): string[] {
  return failures.slice(0, 5).map(({ id, model, message }) => wrap(`  ${model} failed on ${id}: ${message}`));
}

/** The ensemble's forecast of the last period ahead, market by market. */
export function nextText({ next, lastPrices, evaluation }: BacktestResult, period: Period): string {
  const [own, naive] = [ensembleName, 'Naive'].map(
    (name) => evaluation.rows.find(({ model }) => model === name)?.values.mae ?? Number.NaN,
  ) as [number, number];
  const { ids, horizon, columns } = next;
  const at = (name: string, series: number) =>
    (columns[name]?.[series * horizon + horizon - 1] ?? Number.NaN) -
    Math.log(lastPrices[series] ?? Number.NaN);
  const cells = ids.map((id, series) => [
    id,
    (lastPrices[series] ?? Number.NaN).toPrecision(6),
    percent(at(ensembleName, series), 2),
    percent(at(`${ensembleName}-lo-${level}`, series), 2),
    percent(at(`${ensembleName}-hi-${level}`, series), 2),
  ]);
  return [
    '',
    bold(
      `The next ${periodsText(horizon, period)} by the ensemble: log return in %, with its ${level} % interval`,
    ),
    ...layOut([['', 'last price', 'forecast', 'from', 'to'], ...cells]),
    ...(own < naive
      ? []
      : [
          dim('  In the backtest the last price was the better forecast: read the interval, not its middle.'),
        ]),
  ].join('\n');
}
