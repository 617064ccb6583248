/**
 * What a loss needs of the integers in a batch: labels that are classes, indices that are rows. They are looked at on the
 * host before a step runs, as the runtime names neither the batch nor the value, and takes -1 for the last class.
 */
import { flattenTree, type HostTensor, hostData, isInteger, type Tensor, visitTree } from '@noosphere/core';
import { type LooseAttributes, type Node, sortNodes, sourceLine } from '@noosphere/core/operators';

/** Integers of one tensor. */
export type Integers = ArrayLike<number | bigint>;

/** A check of some of a batch's tensors. */
export interface BatchCheck {
  /** Which of the batch's tensors, counted in the order of their names. */
  readonly places: readonly number[];
  /** Says what is wrong with their values. @param names The tensors' paths in the batch. */
  problem(values: readonly Integers[], names: readonly string[]): string | undefined;
}

interface Demand {
  readonly tensors: readonly Tensor[];
  readonly problem: BatchCheck['problem'];
}

let collected: Demand[] | undefined;

/**
 * Lets a loss say what it needs of integers that it is given; heard only while a train step is traced, and only where
 * they come from the batch unchanged.
 */
export function demandOfBatch(tensors: readonly Tensor[], problem: BatchCheck['problem']): void {
  collected?.push({ tensors, problem });
}

/** Traces a loss and finds the checks that its batches must pass. @param batch The batch's placeholders, in order. */
export function collectChecks<T>(
  batch: readonly Tensor[],
  trace: () => T,
  results: (traced: T) => readonly Tensor[],
): { traced: T; checks: BatchCheck[] } {
  const before = collected;
  const demands: Demand[] = [];
  collected = demands;
  try {
    const traced = trace();
    const nodes = sortNodes(results(traced));
    const fromBatch = dependents(nodes, batch);
    demands.push(...nodes.flatMap((node) => demandOfNode(node, fromBatch) ?? []));
    const checks = demands.flatMap(({ tensors, problem }) => {
      const places = tensors.map((tensor) => batch.indexOf(sourceOf(tensor)));
      return places.includes(-1) ? [] : [{ places, problem }];
    });
    return { traced, checks };
  } finally {
    collected = before;
  }
}

/** What is wrong with a batch; `undefined` where all checks pass. */
export function problemOfBatch(checks: readonly BatchCheck[], batch: object): string | undefined {
  if (checks.length === 0) return undefined;
  const leaves = flattenTree(batch);
  for (const { places, problem } of checks) {
    const values = places.map((place) => hostData(leaves[place] as HostTensor));
    const found = problem(values, namesOf(batch, places));
    if (found !== undefined) return found;
  }
  return undefined;
}

function namesOf(batch: object, places: readonly number[]): string[] {
  const names: string[] = [];
  visitTree(batch, (_, path) => names.push(path || 'input'));
  return places.map((place) => names[place] as string);
}

/** The first place of a value outside of low … high; -1 where there is none. */
export function firstOutside(values: Integers, low: number, high: number, except?: number): number {
  for (let place = 0; place < values.length; place++) {
    const value = Math.trunc(Number(values[place]));
    if (!(value >= low && value <= high) && value !== except) return place;
  }
  return -1;
}

/** Operators that hand all values on as they are. */
const carriers: ReadonlySet<string> = new Set([
  'Barrier',
  'Cast',
  'Expand',
  'Flatten',
  'Identity',
  'Reshape',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);

/** Where the values of a tensor come from. */
function sourceOf(tensor: Tensor): Tensor {
  let at = tensor;
  while (at.origin.kind === 'node') {
    const { node } = at.origin;
    const [before] = node.inputs;
    if (!before || !carriers.has(node.operator.name)) break;
    at = before;
  }
  return at;
}

/** Tensors that depend on the batch. */
function dependents(nodes: readonly Node[], batch: readonly Tensor[]): ReadonlySet<Tensor> {
  const found = new Set(batch);
  for (const { inputs, outputs } of nodes) {
    if (inputs.some((input) => input && found.has(input))) for (const output of outputs) found.add(output);
  }
  return found;
}

function demandOfNode(node: Node, fromBatch: ReadonlySet<Tensor>): Demand | undefined {
  const [data, integers] = node.inputs;
  if (!data || !integers || !isInteger(integers.dtype)) return undefined;
  const line = sourceLine(node.trace);
  const at = line ? ` (${line})` : '';
  switch (node.operator.name) {
    case 'SoftmaxCrossEntropyLoss':
    case 'NegativeLogLikelihoodLoss':
      return labelDemand(integers, data.shape[1], node.attributes, at);
    case 'Gather':
    case 'GatherElements': {
      // In a table of the model -1 is a mistake; in what the batch gave it is its end.
      const isTable = node.operator.name === 'Gather' && !fromBatch.has(data);
      return indexDemand(integers, data.shape[axisOf(node, data.rank)], isTable, at);
    }
    default:
      return undefined;
  }
}

function axisOf({ attributes }: Node, rank: number): number {
  const axis = Number(attributes.axis ?? 0);
  return axis < 0 ? axis + rank : axis;
}

function labelDemand(
  labels: Tensor,
  classes: Tensor['shape'][number] | undefined,
  attributes: LooseAttributes,
  at: string,
): Demand | undefined {
  if (typeof classes !== 'number') return undefined;
  const ignored = attributes.ignore_index as number | undefined;
  return {
    tensors: [labels],
    problem: ([values = []], [name]) => {
      const place = firstOutside(values, 0, classes - 1, ignored);
      if (place < 0) return undefined;
      const besides = ignored === undefined ? '' : ` or ${ignored} (ignoreIndex)`;
      return `the batch's '${name}' holds the label ${values[place]} at ${place}, but ${classes} classes are 0 to ${classes - 1}${besides}${at}; renumber the labels, or mark rows without one by ignoreIndex`;
    },
  };
}

function indexDemand(
  indices: Tensor,
  rows: Tensor['shape'][number] | undefined,
  isTable: boolean,
  at: string,
): Demand | undefined {
  if (typeof rows !== 'number') return undefined;
  const low = isTable ? 0 : -rows;
  return {
    tensors: [indices],
    problem: ([values = []], [name]) => {
      const place = firstOutside(values, low, rows - 1);
      if (place < 0) return undefined;
      return `the batch's '${name}' holds the index ${values[place]} at ${place}, but the ${isTable ? 'table has the rows' : 'indices are'} ${low} to ${rows - 1}${at}; make room for it, map unknown values to a row, or give padding a row of its own`;
    },
  };
}
