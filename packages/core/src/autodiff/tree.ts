/**
 * Trees of tensors: nested objects, arrays and class instances, as models, batches and states are.
 * Other values in them (numbers, strings, functions) are carried along untouched.
 */
import { ArgumentError } from '@noosphere/base';
import { Tensor } from '../graph/index.js';

/** A tensor, or nested arrays, objects and class instances with tensors in their fields. */
export type Tree = object;

/** The tensors of a tree, in the order of its keys. */
export function flattenTree(tree: Tree): Tensor[] {
  const leaves: Tensor[] = [];
  visitTree(tree, (leaf) => leaves.push(leaf));
  return leaves;
}

/** Tensors by dotted path: `layers.0.weight`, as PyTorch's state dicts name them. */
export function namedTensors(tree: Tree): Map<string, Tensor> {
  const named = new Map<string, Tensor>();
  visitTree(tree, (leaf, path) => named.set(path, leaf));
  return named;
}

/** Calls `visit` with each tensor and its dotted path. */
export function visitTree(tree: unknown, visit: (leaf: Tensor, path: string) => void, path = ''): void {
  if (tree instanceof Tensor) visit(tree, path);
  else if (isBranch(tree)) {
    for (const [key, branch] of Object.entries(tree)) visitTree(branch, visit, path ? `${path}.${key}` : key);
  }
}

/** A tree of the same structure, prototypes included, with each tensor replaced. */
export function mapTree<T>(tree: T, change: (leaf: Tensor, path: string) => Tensor, path = ''): T {
  // The structure stays the same, which TypeScript cannot see through a recursion over unknown fields.
  if (tree instanceof Tensor) return change(tree, path) as T;
  if (!isBranch(tree)) return tree;
  const at = (key: string) => (path ? `${path}.${key}` : key);
  if (Array.isArray(tree))
    return tree.map((branch, index) => mapTree(branch, change, at(String(index)))) as T;
  const copy = Object.create(Object.getPrototypeOf(tree)) as Record<string, unknown>;
  for (const [key, branch] of Object.entries(tree)) copy[key] = mapTree(branch, change, at(key));
  return copy as T;
}

/** A tree of the given structure from tensors in order. */
export function unflattenTree<T extends Tree>(structure: T, leaves: readonly Tensor[]): T {
  let next = 0;
  const tree = mapTree(structure, () => {
    const leaf = leaves[next++];
    if (!leaf)
      throw new ArgumentError(
        'unflattenTree',
        `the structure has more than the ${leaves.length} tensors given`,
      );
    return leaf;
  });
  if (next !== leaves.length) {
    throw new ArgumentError('unflattenTree', `the structure has ${next} tensors, got ${leaves.length}`);
  }
  return tree;
}

/** A text that is equal for trees of equal structure, dtypes, shapes and carried values. */
export function treeSignature(tree: unknown): string {
  if (tree instanceof Tensor) return `${tree.dtype}[${tree.shape.join(',')}]`;
  if (Array.isArray(tree)) return `(${tree.map(treeSignature).join(' ')})`;
  if (!isBranch(tree))
    return typeof tree === 'function' ? functionId(tree) : (JSON.stringify(tree) ?? 'undefined');
  const fields = Object.entries(tree).map(([key, branch]) => `${key}:${treeSignature(branch)}`);
  return `${tree.constructor?.name ?? ''}{${fields.join(' ')}}`;
}

/** Functions count as equal only where they are the same function. */
function functionId(f: object): string {
  let id = functionIds.get(f);
  if (id === undefined) {
    functionCount += 1;
    id = `function ${functionCount}`;
    functionIds.set(f, id);
  }
  return id;
}
const functionIds = new WeakMap<object, string>();
let functionCount = 0;

function isBranch(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !(value instanceof Map);
}
