/** Trees of tensors: nested objects and arrays, as parameters, batches and states are. */
import { ArgumentError } from '../errors/index.js';
import { Tensor } from '../graph/index.js';

/** A tensor, or nested arrays and objects of tensors. */
export type Tree = Tensor | readonly Tree[] | { readonly [key: string]: Tree };

/** The leaves of a tree, in the order of its keys. */
export function flattenTree(tree: Tree): Tensor[] {
  const leaves: Tensor[] = [];
  visitTree(tree, (leaf) => leaves.push(leaf));
  return leaves;
}

/** Calls `visit` with each leaf and its dotted path. */
export function visitTree(tree: Tree, visit: (leaf: Tensor, path: string) => void, path = ''): void {
  if (tree instanceof Tensor) {
    visit(tree, path);
    return;
  }
  if (tree === null || typeof tree !== 'object') {
    throw new ArgumentError(
      'tree',
      `expects tensors in arrays and objects, got ${typeof tree} at '${path || 'the root'}'`,
    );
  }
  for (const [key, branch] of Object.entries(tree)) visitTree(branch, visit, path ? `${path}.${key}` : key);
}

/** A tree of the same structure with each leaf replaced. */
export function mapTree<T extends Tree>(
  tree: T,
  change: (leaf: Tensor, path: string) => Tensor,
  path = '',
): T {
  if (tree instanceof Tensor) return change(tree, path) as Tree as T;
  const at = (key: string) => (path ? `${path}.${key}` : key);
  if (Array.isArray(tree))
    return tree.map((branch, index) => mapTree(branch as Tree, change, at(String(index)))) as Tree as T;
  const entries = Object.entries(tree as { readonly [key: string]: Tree });
  return Object.fromEntries(
    entries.map(([key, branch]) => [key, mapTree(branch, change, at(key))]),
  ) as Tree as T;
}

/** A tree of the given structure from leaves in order. */
export function unflattenTree<T extends Tree>(structure: T, leaves: readonly Tensor[]): T {
  let next = 0;
  return mapTree(structure, () => leaves[next++] as Tensor);
}

/** A text that is equal for trees of equal structure, dtypes and shapes. */
export function treeSignature(tree: Tree): string {
  if (tree instanceof Tensor) return `${tree.dtype}[${tree.shape.join(',')}]`;
  if (Array.isArray(tree)) return `(${tree.map(treeSignature).join(' ')})`;
  return `{${Object.entries(tree)
    .map(([key, branch]) => `${key}:${treeSignature(branch)}`)
    .join(' ')}}`;
}
