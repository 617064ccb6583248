/** Confusion matrices: how often each class was taken for each other one. */
import { knownOptions } from '@noosphere/base';
import { ReportError } from '../errors.js';
import type { Chart, ChartText } from './chart.js';
import { heatMap } from './heat-map.js';

export interface ConfusionMatrixOptions extends ChartText {
  readonly classes: readonly string[];
  /** [actual][predicted], whole numbers. */
  readonly counts: readonly (readonly number[])[];
}

/**
 * Counts of actual against predicted classes; the colour is the share of the actual class, so that rare classes are seen too. The
 * note gives the accuracy, Σ counts[i][i] / Σ counts.
 *
 * @throws {@link ReportError} where the counts are not classes × classes of whole numbers
 *
 * @example
 * const chart = await confusionMatrix({
 *   title: 'Turbulent months, test years',
 *   alt: 'Of 10 turbulent months 7 were seen; of 30 quiet ones 4 were taken for turbulent.',
 *   classes: ['quiet', 'turbulent'],
 *   counts: [[26, 4], [3, 7]],
 * });
 * console.log(chart.notes[0]); // → Accuracy 82.5 % of 40; colour: share of the row.
 */
export async function confusionMatrix(options: ConfusionMatrixOptions): Promise<Chart> {
  const { classes, counts, ...text } = knownOptions(
    'confusionMatrix',
    options,
    'classes counts title alt note',
  );
  const operation = 'confusionMatrix';
  counts.forEach((row, actual) => {
    row.forEach((count, predicted) => {
      if (!Number.isSafeInteger(count) || count < 0)
        throw new ReportError(operation, `counts[${actual}][${predicted}]: expected a count, got ${count}`);
    });
  });
  const totals = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const total = totals.reduce((sum, each) => sum + each, 0);
  const right = counts.reduce((sum, row, index) => sum + (row[index] ?? 0), 0);
  const accuracy =
    total === 0
      ? 'No examples'
      : `Accuracy ${((100 * right) / total).toFixed(1)} % of ${total.toLocaleString('en')}`;
  const chart = await heatMap({
    ...text,
    rows: classes,
    columns: classes,
    rowLabel: 'actual',
    columnLabel: 'Predicted',
    values: counts.map((row, index) =>
      row.map((count) => (totals[index] ? (100 * count) / totals[index] : 0)),
    ),
    value: { label: 'Share of the actual class', unit: '%' },
    range: [0, 100],
    cellText: (_, row, column) => (counts[row]?.[column] ?? 0).toLocaleString('en'),
  });
  return { ...chart, notes: [`${accuracy}; colour: share of the row.`, ...chart.notes] };
}
