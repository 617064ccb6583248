/** Where a loss stopped being a number: the first operator of the forward pass whose result is not finite. */

import {
  cast,
  type Executor,
  flattenTree,
  type HostTensor,
  hostData,
  isFloat,
  isHostTensor,
  mul,
  sum,
  type Tensor,
  visitTree,
} from '@noosphere/core';
import { makeGraph, type Node, placeholder, sortNodes, sourceLine } from '@noosphere/core/operators';
import { symbolicBatch } from './batch-inputs.js';
import { type MaskSite, TrainingContext } from './context.js';
import { evaluateLoss } from './loss-call.js';
import type { StepDefinition } from './step-graph.js';

/** The values of the step whose loss is looked into. */
export interface FailedStep<Batch> {
  readonly batch: Batch;
  /** Parameters and buffers before the step, by path. */
  readonly parameters: ReadonlyMap<string, HostTensor>;
  readonly masks: (sites: readonly MaskSite[]) => readonly HostTensor[];
  readonly executor: Executor;
}

/** What made the loss of a batch NaN or infinite: the batch, a parameter, or an operator of a layer; none where it is fine. */
export async function explainNonFinite<Model extends object, Batch extends object>(
  definition: StepDefinition<Model, Batch>,
  failed: FailedStep<Batch>,
): Promise<string | undefined> {
  const found: string[] = [];
  visitTree(failed.batch, (leaf, path) => {
    if (isHostTensor(leaf) && !allFinite(hostData(leaf)))
      found.push(`the batch's '${path || 'input'}' holds NaN or infinity`);
  });
  for (const [path, tensor] of failed.parameters) {
    if (!allFinite(hostData(tensor))) found.push(`parameter '${path}' holds NaN or infinity`);
  }
  if (found[0]) return found[0];
  const first = await firstNonFinite(definition, failed);
  return first && `the first result that is not finite comes from ${first}`;
}

function allFinite(data: ArrayLike<number | bigint>): boolean {
  for (let index = 0; index < data.length; index++) {
    const value = data[index];
    if (typeof value === 'number' && !Number.isFinite(value)) return false;
  }
  return true;
}

/**
 * Runs the forward pass again with every result looked at, and says which operator of which layer was the first whose
 * result is not finite. Undefined where the pass is finite.
 */
async function firstNonFinite<Model extends object, Batch extends object>(
  definition: StepDefinition<Model, Batch>,
  { batch, parameters, masks, executor }: FailedStep<Batch>,
): Promise<string | undefined> {
  const places = new Map(
    definition.layout.members.map(({ path, shape }) => [path, placeholder(path, 'float32', shape)]),
  );
  const { symbolic, inputs: batchInputs } = symbolicBatch(batch);
  const context = new TrainingContext();
  const { loss } = evaluateLoss(definition, places, symbolic, context);
  const watched = sortNodes([loss]).flatMap(({ outputs }) => outputs.filter(({ dtype }) => isFloat(dtype)));
  // Zero times a finite number is zero, and NaN else: one number tells of a whole tensor.
  const signs = watched.map((tensor) => sum(mul(cast(tensor, 'float32'), 0)));
  const inputs = [...places.values(), ...batchInputs, ...context.sites.map(({ input }) => input)];
  const program = await executor.load(makeGraph('look for what is not finite', inputs, signs));
  try {
    const results = await program.run([
      ...[...places.keys()].map((path) => parameters.get(path) as HostTensor),
      ...flattenTree(batch).filter(isHostTensor),
      ...masks(context.sites),
    ]);
    const bad = new Set(watched.filter((_, index) => hostData(results[index] as HostTensor)[0] !== 0));
    const origin = originOf(loss, bad);
    return origin && describe(origin, new Map([...places].map(([path, input]) => [input, path])));
  } finally {
    await program.dispose();
  }
}

/** The node at which a chain of results that are not finite begins, followed back from the loss: a mask's -∞ is not one. */
function originOf(loss: Tensor, bad: ReadonlySet<Tensor>): Node | undefined {
  let at = bad.has(loss) ? loss : undefined;
  while (at?.origin.kind === 'node') {
    const { node } = at.origin;
    const before: Tensor | undefined = node.inputs.find((input) => input && bad.has(input));
    if (!before) return node;
    at = before;
  }
  return undefined;
}

/** Operators that only move numbers: a parameter seen through them still belongs to the layer that uses it. */
const moves: ReadonlySet<string> = new Set([
  'Transpose',
  'Reshape',
  'Cast',
  'Split',
  'Unsqueeze',
  'Squeeze',
  'Concat',
]);

/** The operator, the layer by its nearest parameter, and the user's line. */
function describe(node: Node, names: ReadonlyMap<Tensor, string>): string {
  const line = sourceLine(node.trace);
  const at = line ? ` (${line})` : '';
  const seen = new Set<Node>([node]);
  let reached: { node: Node; within: boolean }[] = [{ node, within: true }];
  while (reached.length > 0) {
    const next: typeof reached = [];
    for (const { node: current, within } of reached) {
      for (const input of current.inputs) {
        const path = input && names.get(input);
        if (path) {
          const layer = path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : path;
          return `${node.operator.name} ${within ? 'in' : 'behind'} the layer '${layer}'${at}`;
        }
        if (input?.origin.kind !== 'node' || seen.has(input.origin.node)) continue;
        seen.add(input.origin.node);
        next.push({ node: input.origin.node, within: within && moves.has(input.origin.node.operator.name) });
      }
    }
    reached = next;
  }
  return `${node.operator.name}${at}`;
}
