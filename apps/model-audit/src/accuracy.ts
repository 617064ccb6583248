/** How good a model is on the user's examples, and how far two models agree. */
import { cpuExecutor, type HostTensor, hostData, type ImportedModel, type Tensor } from '@noosphere/core';
import { makeGraph } from '@noosphere/core/operators';
import { type Examples, sliceExamples } from './inputs.js';

/** Rows that run together where the file leaves their number open. */
const batchRows = 64;

/** The first result of every row, side by side. */
export interface Predicted {
  readonly values: Float32Array;
  readonly width: number;
}

export async function predictAll(model: ImportedModel, examples: Examples): Promise<Predicted> {
  const declared = model.inputs[0]?.shape?.[0];
  const together = typeof declared === 'number' ? declared : batchRows;
  const places = model.inputs.map(({ name }) => model.place(name));
  const results = model.apply(places);
  const [output] = model.outputs;
  const graph = makeGraph(model.name, places, output ? [results[output.name] as Tensor] : []);
  const program = await cpuExecutor.load(graph);
  const parts: Float32Array[] = [];
  try {
    for (let first = 0; first < examples.rows; first += together) {
      const feeds = sliceExamples(examples, first, Math.min(examples.rows, first + together));
      const [part] = await program.run(model.inputs.map(({ name }) => feeds[name] as HostTensor));
      parts.push(Float32Array.from(hostData(part as HostTensor) as ArrayLike<number>));
    }
  } finally {
    await program.dispose();
  }
  const values = Float32Array.from(parts.flatMap((part) => [...part]));
  return { values, width: values.length / examples.rows };
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
