/** Results of many rows, side by side. */
import { ArgumentError, knownOptions } from '@noosphere/base';
import {
  flattenTree,
  type HostTensor,
  hostData,
  isHostTensor,
  mapTree,
  type Tensor,
  type Tree,
} from '@noosphere/core';
import { joinRows, sliceRows } from '@noosphere/train';
import { type RunnerOptions, withRunner } from './runner.js';

/** Tensors by name with as many rows each, or one. */
export type Rows = HostTensor | Readonly<Record<string, HostTensor>>;

/** How many rows tensors have: the size of their first axis, in which all agree. */
export function countOf(inputs: Rows): number {
  const counts = new Set(flattenTree(inputs).map(({ shape }) => Number(shape[0] ?? 1)));
  const [count = 0] = counts;
  if (counts.size > 1)
    throw new ArgumentError(
      'predictRows',
      `inputs have ${[...counts].join(' and ')} rows; give each as many`,
    );
  return count;
}

/** Rows `first … last - 1` of each tensor, without a copy. */
export function sliceInputs<Inputs extends Rows>(inputs: Inputs, first: number, last: number): Inputs {
  return mapTree(inputs as Tree, (leaf) => sliceRows(leaf as HostTensor, first, last)) as Inputs;
}

/**
 * What a function makes of each row, as tensors with the rows in front: [N, …].
 *
 * The function gets chunks of rows and must treat each row by itself; its results have the chunk's rows in front.
 * @example
 * const x = tensor([[1, 2], [3, 4], [5, 6]]);
 * const { total } = await predictRows((rows: Tensor) => ({ total: sum(rows, { axes: [1] }) }), x, { rowsPerCall: 2 });
 * console.log(await total.array()); // → [ 3, 7, 11 ]
 */
export async function predictRows<
  Inputs extends Rows,
  Result extends Tensor | Readonly<Record<string, Tensor>>,
>(f: (inputs: Inputs) => Result, inputs: Inputs, options: RunnerOptions = {}): Promise<Result> {
  knownOptions('predictRows', options, 'rowsPerCall executor cacheSize name threads precision profilePrefix');
  const rows = countOf(inputs);
  return await withRunner<[Inputs], Result, Result>(f, options, async (runner) => {
    const parts: Tree[] = [];
    for await (const { first, last, result } of runner.chunks(rows, (from, to) => [
      sliceInputs(inputs, from, to),
    ])) {
      const odd = flattenTree(result).find((leaf) => !isHostTensor(leaf) || leaf.shape[0] !== last - first);
      if (odd)
        throw new ArgumentError(
          'predictRows',
          `a result is ${odd} for ${last - first} rows; its first axis must count them`,
        );
      parts.push(result);
    }
    const [first] = parts;
    if (first === undefined) throw new ArgumentError('predictRows', 'expects at least one row, got none');
    return (parts.length === 1 ? first : joinTrees(parts)) as Result;
  });
}

/** Trees of one structure, leaf by leaf below each other. */
function joinTrees(parts: readonly Tree[]): Tree {
  const leaves = parts.map((part) => flattenTree(part) as HostTensor[]);
  let place = -1;
  return mapTree(parts[0] as Tree, () => {
    place++;
    return joinRows(leaves.map((found) => found[place] as HostTensor));
  });
}

/** The numbers of a tensor as an array of their own. */
export function valuesOf(tensor: Tensor): Float64Array {
  return Float64Array.from(hostData(tensor) as ArrayLike<number | bigint>, Number);
}
