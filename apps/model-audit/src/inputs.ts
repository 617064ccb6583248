/** Inputs to measure with: the user's examples, or numbers drawn for the shapes that the file declares. */

import { ArgumentError, fromData, type HostTensor, type ModelValue } from '@noosphere/core';
import { readNpz } from '@noosphere/learn';
import { Random, sliceRows } from '@noosphere/train';

/** Inputs of one run by name. */
export type Feeds = Readonly<Record<string, HostTensor>>;

/** Evaluation examples: inputs with rows in front, and the labels of the rows where there are any. */
export interface Examples {
  readonly rows: number;
  readonly inputs: Feeds;
  readonly labels: readonly number[] | undefined;
}

const labelNames: readonly string[] = ['labels', 'label', 'y'];

/** Reads an NPZ file with one array an input, and `labels` where accuracy is wanted. */
export async function readExamples(path: string, inputs: readonly ModelValue[]): Promise<Examples> {
  const arrays = await readNpz(path);
  const given = inputs.map(({ name, dtype }) => {
    const tensor = arrays[name];
    if (!tensor)
      throw new ArgumentError(
        'model-audit',
        `${path} has no array '${name}', which the model takes; it has ${Object.keys(arrays).join(', ')}`,
      );
    if (tensor.dtype !== dtype)
      throw new ArgumentError(
        'model-audit',
        `'${name}' of ${path} is ${tensor.dtype}, the model takes ${dtype}`,
      );
    return [name, tensor] as const;
  });
  const rows = Math.min(...given.map(([, tensor]) => tensor.shape[0] ?? 0));
  const labelName = labelNames.find((name) => name in arrays && !inputs.some((input) => input.name === name));
  const labels = labelName === undefined ? undefined : await arrays[labelName]?.data();
  return {
    rows,
    inputs: Object.fromEntries(given),
    labels: labels && Array.from(labels as ArrayLike<number | bigint>, Number),
  };
}

/** Rows `first` to `last` of every input, without a copy. */
export function sliceExamples({ inputs }: Examples, first: number, last: number): Feeds {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, tensor]) => [name, sliceRows(tensor, first, last)]),
  );
}

/** Numbers for every input: normal floats, and zeros and ones for integers, which any vocabulary has. */
export function drawInputs(
  inputs: readonly ModelValue[],
  dims: Readonly<Record<string, number>>,
  seed: number,
): Feeds {
  const random = new Random(seed);
  return Object.fromEntries(
    inputs.map(({ name, dtype, shape }) => {
      if (!shape)
        throw new ArgumentError(
          'model-audit',
          `'${name}' has no shape in the file; give --data with examples`,
        );
      const sizes = shape.map((dim) => (typeof dim === 'number' ? dim : (dims[dim] ?? 1)));
      const size = sizes.reduce((product, dim) => product * dim, 1);
      if (dtype === 'float32') return [name, random.normalTensor(sizes, 1)];
      if (dtype === 'int64')
        return [
          name,
          fromData(
            'int64',
            sizes,
            BigInt64Array.from({ length: size }, () => BigInt(random.uniform() < 0.5 ? 0 : 1)),
          ),
        ];
      if (dtype === 'int32')
        return [
          name,
          fromData(
            'int32',
            sizes,
            Int32Array.from({ length: size }, () => (random.uniform() < 0.5 ? 0 : 1)),
          ),
        ];
      if (dtype === 'bool') return [name, fromData('bool', sizes, new Uint8Array(size).fill(1))];
      throw new ArgumentError('model-audit', `cannot draw ${dtype} for '${name}'; give --data with examples`);
    }),
  );
}
