/** Metrics of models as a chart and a table, and how often each was chosen. */
import type { BacktestTable, MetricName, ModelChoice } from '@noosphere/forecast';
import { type Block, barChart, type Cell, formatNumber, type Section } from '@noosphere/report';
import { leftOutText, metricTitle, probability, type Scores, scoresLegend } from './scores.js';

const shownChoices = 60;

export async function scoresSection(
  title: string,
  table: BacktestTable,
  scores: Scores,
  joules: Readonly<Record<string, number>>,
): Promise<Section> {
  const { metric, rows, bestNaive, windowCount, windowsLeftOut } = scores;
  if (windowCount === 0)
    return {
      title,
      blocks: [
        { kind: 'paragraph', text: 'No window was forecast by every model: there is nothing to score.' },
      ],
    };
  const errorOf = (row: (typeof rows)[number] | undefined) => row?.values[metric] ?? Number.NaN;
  const known = rows.filter((row) => Number.isFinite(errorOf(row)));
  const [best] = known;
  const naive = known.find(({ model }) => model === bestNaive);
  const blocks: Block[] = [];
  if (best) {
    const chart = await barChart({
      title: `${metricTitle(metric)} of every model`,
      alt: `${best.model} has the least, ${formatNumber(errorOf(best))}${naive && naive !== best ? `; the best naive row, ${naive.model}, has ${formatNumber(errorOf(naive))}` : ''}.`,
      categories: known.map(({ model }) => model),
      series: [{ name: metricTitle(metric), values: known.map(errorOf) }],
      valueAxis: { label: metricTitle(metric), unit: unitOf(metric) },
      ...(naive && { reference: { value: errorOf(naive), label: naive.model } }),
    });
    blocks.push({ kind: 'chart', chart });
  }
  blocks.push(scoresTable(table, scores, joules), {
    kind: 'paragraph',
    text: scoresLegend(scores, table.levels.length > 0),
  });
  if (windowsLeftOut > 0)
    blocks.push({
      kind: 'callout',
      tone: 'warning',
      title: 'Windows left out',
      text: leftOutText(table, scores),
    });
  return { title, blocks };
}

function scoresTable(
  table: BacktestTable,
  { rows, formulas, bestNaive }: Scores,
  joules: Readonly<Record<string, number>>,
): Block {
  const names = (Object.keys(formulas) as MetricName[]).filter((name) => name !== 'coverage');
  return {
    kind: 'table',
    caption: 'Models by rising error; naive rows are among them',
    columns: [
      { header: 'Model' },
      ...names.map((name) =>
        unitOf(name) === '%' ? { header: metricTitle(name), unit: '%' } : { header: metricTitle(name) },
      ),
      ...table.levels.map((level) => ({ header: 'Inside', unit: `% of ${level}`, decimals: 1 })),
      { header: 'p' },
      { header: 'Time', unit: 's', decimals: 2 },
      { header: 'Energy', unit: 'J' },
    ],
    rows: rows.map(({ model, values, coverage, againstNaive, elapsedMs }): Cell[] => [
      model,
      ...names.map((name) => finite(values[name])),
      ...table.levels.map((level) => finite(coverage[level])),
      againstNaive ? probability(againstNaive.pValue) : null,
      elapsedMs === undefined ? null : elapsedMs / 1000,
      finite(joules[model] === undefined ? undefined : Number(joules[model].toPrecision(2))),
    ]),
    strongRows: rows.flatMap(({ model }, index) => (model === bestNaive ? [index] : [])),
    note: 'In bold: the best naive row.',
  };
}

export async function choicesSection(
  choices: readonly ModelChoice[],
  models: readonly string[],
  metric: MetricName,
): Promise<Section> {
  const wins = models
    .map((model) => ({ model, count: choices.filter((choice) => choice.model === model).length }))
    .toSorted((a, b) => b.count - a.count);
  const [best] = wins;
  const chart = await barChart({
    title: 'Series for which each model is the best',
    alt: `${best?.model} is the best for ${best?.count} of ${choices.length} series.`,
    categories: wins.map(({ model }) => model),
    series: [{ name: 'Series', values: wins.map(({ count }) => count) }],
    valueAxis: { label: 'Series', unit: 'none' },
  });
  const shown = choices.slice(0, shownChoices);
  return {
    title: 'What was chosen, before the last window',
    blocks: [
      { kind: 'chart', chart },
      {
        kind: 'table',
        caption: `The choice for each series, by ${metricTitle(metric)}`,
        columns: [{ header: 'Series' }, { header: 'Model' }, { header: metricTitle(metric) }],
        rows: shown.map(({ id, model, errors }) => [
          id,
          model ?? null,
          finite(model === undefined ? undefined : errors[model]),
        ]),
        ...(choices.length > shown.length && {
          note: `The first ${shown.length} of ${choices.length} series; all are in selection.csv.`,
        }),
      },
    ],
  };
}

function unitOf(metric: MetricName): string {
  if (['smape200', 'smape100', 'mape'].includes(metric)) return '%';
  return ['mae', 'rmse'].includes(metric) ? 'as in the data' : 'ratio';
}

function finite(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
