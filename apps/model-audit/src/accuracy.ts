/** How good a model is on the user's examples, and how far two models agree. */
import type { ImportedModel, Tensor } from '@noosphere/core';
import { predictRows, valuesOf } from '@noosphere/learn';
import type { Examples } from './inputs.js';

/** Rows that run together where the file leaves their number open. */
const batchRows = 64;

/** The first result of every row, side by side. */
export interface Predicted {
  readonly values: Float32Array;
  readonly width: number;
}

export async function predictAll(model: ImportedModel, examples: Examples): Promise<Predicted> {
  const declared = model.inputs[0]?.shape?.[0];
  const [output] = model.outputs;
  if (!output) return { values: new Float32Array(), width: 0 };
  const first = (feeds: Readonly<Record<string, Tensor>>) =>
    model.apply(model.inputs.map(({ name }) => feeds[name] as Tensor))[output.name] as Tensor;
  const rowsPerCall = typeof declared === 'number' ? declared : batchRows;
  const values = valuesOf(await predictRows(first, examples.inputs, { rowsPerCall, name: model.name }));
  return { values: Float32Array.from(values), width: values.length / examples.rows };
}

/** The class of each row: the largest of its values. */
export function classesOf({ values, width }: Predicted): number[] {
  return Array.from({ length: values.length / width }, (_, row) => {
    const scores = values.subarray(row * width, (row + 1) * width);
    return scores.reduce((best, score, index) => (score > (scores[best] as number) ? index : best), 0);
  });
}

/** The share of rows on which two lists agree. */
export function agreement(a: readonly number[], b: readonly number[]): number {
  return a.filter((value, index) => value === b[index]).length / a.length;
}

/** Largest difference over the spread of the exact values. */
export function relativeDifference(exact: Float32Array, other: Float32Array): number {
  let [least, most, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  exact.forEach((value, index) => {
    least = Math.min(least, value);
    most = Math.max(most, value);
    largest = Math.max(largest, Math.abs(value - (other[index] ?? Number.NaN)));
  });
  return most > least ? largest / (most - least) : largest;
}
