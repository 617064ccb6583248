/** Tied parameters: one tensor that several paths of a model lead to. */
import { type Tensor, visitTree } from '@noosphere/core';

/** The paths of each tensor of a model, in the order of its fields. */
export function pathsByTensor(model: object): Map<Tensor, string[]> {
  const found = new Map<Tensor, string[]>();
  visitTree(model, (leaf, path) => {
    const paths = found.get(leaf);
    if (paths) paths.push(path);
    else found.set(leaf, [path]);
  });
  return found;
}

/**
 * The groups of paths that lead to one tensor, as those of an embedding that is the output's weight too.
 * @example
 * const table = new Embedding(10, 4, new Random(1));
 * console.log(tiedPaths({ table, head: { weight: table.weight } })); // → [ [ 'table.weight', 'head.weight' ] ]
 */
export function tiedPaths(model: object): string[][] {
  return [...pathsByTensor(model).values()].filter((paths) => paths.length > 1);
}
