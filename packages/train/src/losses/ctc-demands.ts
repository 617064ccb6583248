/** What CTC needs of targets and lengths: the runtime would clamp them, or answer with a text of its own. */
import { staticDim, type Tensor } from '@noosphere/core';
import { demandOfBatch, firstOutside, type Integers } from '../step/batch-checks.js';
import type { CtcLengths, CtcOptions } from './ctc.js';

/** Has the batches of a train step looked at before they run. */
export function demandOfCtc(
  logProbabilities: Tensor,
  targets: Tensor,
  { input, target }: CtcLengths,
  { blank, zeroInfinity }: Required<Pick<CtcOptions, 'blank' | 'zeroInfinity'>>,
): void {
  const [frames, , classes] = logProbabilities.shape.map((dim) => staticDim('ctcLoss', dim)) as number[];
  const labels = staticDim('ctcLoss', targets.shape[1]);
  demandOfBatch([input], ([values = []], [name]) => lengthProblem(values, frames as number, name, 'frames'));
  demandOfBatch([target], ([values = []], [name]) => lengthProblem(values, labels, name, 'labels'));
  demandOfBatch([targets, target], ([values = [], counts = []], [name]) =>
    labelProblem(rowsOf(values, counts, labels), { blank, classes: classes as number, name }),
  );
  if (zeroInfinity) return;
  demandOfBatch([targets, target, input], ([values = [], counts = [], available = []], [name]) =>
    spaceProblem(rowsOf(values, counts, labels), available, name),
  );
}

/** The labels that count, a row a sample. */
function rowsOf(values: Integers, counts: Integers, width: number): number[][] {
  return Array.from(counts, (count, row) =>
    Array.from({ length: Math.min(width, Number(count)) }, (_, at) => Number(values[row * width + at])),
  );
}

function lengthProblem(
  values: Integers,
  longest: number,
  name: string | undefined,
  what: 'frames' | 'labels',
): string | undefined {
  const row = firstOutside(values, 0, longest);
  if (row < 0) return undefined;
  return `ctcLoss: the batch's '${name}' says that sample ${row} has ${values[row]} ${what}, expected 0 to ${longest}; give the length before padding, behind what the model leaves out`;
}

function labelProblem(
  rows: readonly (readonly number[])[],
  { blank, classes, name }: { blank: number; classes: number; name: string | undefined },
): string | undefined {
  for (const [row, labels] of rows.entries()) {
    const odd = labels.find((label) => label < 0 || label >= classes || label === blank);
    if (odd !== undefined)
      return `ctcLoss: the batch's '${name}' holds the label ${odd} in sample ${row}, expected a class from 0 to ${classes - 1} but the blank ${blank}; renumber the labels, or shorten the target's length`;
  }
  return undefined;
}

/** Equal neighbours need a blank between them. */
function spaceProblem(
  rows: readonly (readonly number[])[],
  available: Integers,
  name: string | undefined,
): string | undefined {
  for (const [row, labels] of rows.entries()) {
    const repeats = labels.filter((label, at) => at > 0 && label === labels[at - 1]).length;
    const needed = labels.length + repeats;
    if (needed > Number(available[row]))
      return `ctcLoss: the batch's '${name}' has a target in sample ${row} that needs ${needed} frames, got ${available[row]}: its loss is infinite; leave such samples out, or set zeroInfinity`;
  }
  return undefined;
}
