/** Charts of risk. */
import { barChart, type Chart, heatMap, lineChart } from '@noosphere/report';
import { percent } from '../percent.js';
import { type Period, periodsText } from '../period.js';
import { type Holding, level, type MethodTest } from './tail-risk.js';

export async function exceptionsChart(
  { name, returns }: Holding,
  { rolling }: MethodTest,
  dates: readonly string[],
  period: Period,
): Promise<Chart> {
  const { from, valueAtRisk, exceeded } = rolling;
  const count = exceeded.reduce((sum, each) => sum + each, 0);
  return lineChart({
    title: `${name}: ${period.adjective} returns, and the loss that was to be exceeded one ${period.name} in twenty`,
    alt: `Of ${periodsText(exceeded.length, period)}, ${count} (${percent(count / exceeded.length, 1)} %) fell below the forecast value at risk; ${percent(1 - level, 0)} % were to be expected.`,
    x: dates.slice(from + 1),
    yAxis: { label: 'Return', unit: `% a ${period.name}` },
    lines: [
      { name: 'Return', values: Array.from(returns.subarray(from), (value) => 100 * value) },
      { name: 'Value at risk', values: Array.from(valueAtRisk, (value) => -100 * value) },
    ],
  });
}

export function correlationChart(
  names: readonly string[],
  covariance: readonly Float64Array[],
  period: Period,
): Promise<Chart> {
  const deviations = covariance.map((row, asset) => Math.sqrt(row[asset] ?? Number.NaN));
  const correlations = covariance.map((row, i) =>
    Array.from(row, (value, j) => value / ((deviations[i] ?? 1) * (deviations[j] ?? 1))),
  );
  const pairs = correlations.flatMap((row, i) => row.flatMap((value, j) => (j < i ? [{ i, j, value }] : [])));
  const closest = pairs.reduce(
    (most, pair) => (pair.value > most.value ? pair : most),
    pairs[0] ?? { i: 0, j: 0, value: 1 },
  );
  return heatMap({
    title: `Correlation of ${period.adjective} returns`,
    alt: `The closest pair is ${names[closest.i]} and ${names[closest.j]} with ${closest.value.toFixed(2)}.`,
    rows: names,
    columns: names,
    values: correlations,
    value: { label: 'Correlation', unit: 'none' },
    scale: 'diverging',
    range: [-1, 1],
  });
}

export function stressChart(
  stress: readonly { readonly from: string; readonly to: string; readonly portfolioReturn: number }[],
  rows: number,
  period: Period,
): Promise<Chart> {
  const span = periodsText(rows, period);
  const [worst] = stress;
  return barChart({
    title: `The worst stretches of ${span} of equal parts, not overlapping`,
    alt: `The worst ${span}, ${worst?.from} to ${worst?.to}, lost ${percent(-(worst?.portfolioReturn ?? 0), 1)} %.`,
    categories: stress.map(({ from, to }) => `${from} to ${to}`),
    series: [{ name: 'Return', values: stress.map(({ portfolioReturn }) => 100 * portfolioReturn) }],
    valueAxis: { label: `Return of ${span}`, unit: '%' },
  });
}
