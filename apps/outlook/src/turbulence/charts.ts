/** Charts of warnings. */
import type { MethodScores, TurbulenceWarnings, WarningMethod } from '@noosphere/decide';
import { barChart, type Chart, reliabilityChart, rocChart } from '@noosphere/report';
import { percent } from '../percent.js';

export const titles: Readonly<Record<WarningMethod, string>> = {
  network: '1-D CNN',
  logistic: 'Logistic on volatility',
  persistence: 'Naive: it stays as it is',
  share: 'Naive: share of turbulent days',
};

export function currentChart({ current, horizon }: TurbulenceWarnings): Promise<Chart> {
  const sorted = current.toSorted((a, b) => b.probability - a.probability).slice(0, 40);
  const [first] = sorted;
  return barChart({
    title: `Probability that the next ${horizon} days are turbulent`,
    alt: `The highest is ${first?.name} with ${percent(first?.probability ?? Number.NaN, 0)} % after ${first?.date}; whiskers go from the lowest to the highest of the seeds.`,
    categories: sorted.map(({ name }) => name),
    series: [
      {
        name: '1-D CNN',
        values: sorted.map(({ probability }) => 100 * probability),
        interval: {
          low: sorted.map(({ seedProbabilities }) => 100 * Math.min(...seedProbabilities)),
          high: sorted.map(({ seedProbabilities }) => 100 * Math.max(...seedProbabilities)),
        },
      },
    ],
    valueAxis: { label: 'Probability', unit: '%' },
    reference: { value: 20, label: 'share in training' },
  });
}

export function rocOf(scores: readonly MethodScores[]): Promise<Chart> {
  const drawn = scores.filter(({ method }) => method !== 'share');
  return rocChart({
    title: 'Hits against false alarms',
    alt: `Areas under the curves: ${drawn.map(({ method, auc }) => `${titles[method]} ${auc.toFixed(3)}`).join(', ')}.`,
    curves: drawn.map(({ method, roc }) => ({
      name: titles[method],
      falsePositiveRate: roc.falsePositiveRate,
      truePositiveRate: roc.truePositiveRate,
    })),
  });
}

export function reliabilityOf(scores: readonly MethodScores[]): Promise<Chart> {
  const drawn = scores.filter(({ method }) => method === 'network' || method === 'logistic');
  const surest = drawn.map(({ method, calibration }) => {
    const said = percent(calibration.meanProbability.at(-1) ?? Number.NaN, 0);
    const came = percent(calibration.positiveShare.at(-1) ?? Number.NaN, 0);
    return `${titles[method]}: ${said} % said, ${came} % came`;
  });
  return reliabilityChart({
    title: 'Do the probabilities mean what they say?',
    alt: `In the tenth of days with the highest warnings: ${surest.join('; ')}.`,
    curves: drawn.map(({ method, calibration }) => ({
      name: titles[method],
      predicted: calibration.meanProbability,
      observed: calibration.positiveShare,
      counts: calibration.weight,
    })),
  });
}
