/** The graph of a train step: forward, backward, clipping and the optimizer's update, for one step or k in a loop. */
import {
  add,
  apply,
  div,
  type Graph,
  gradients,
  makeGraph,
  mapTree,
  minimum,
  mul,
  placeholder,
  Scan,
  split,
  sqrt,
  sumSquare,
  Tensor,
} from '@noosphere/core';
import { type ForwardContext, type MaskSite, TrainingContext } from '../context.js';
import type { Optimizer } from '../optimizers/index.js';
import { type Group, groupTensors, joinGradients } from './packing.js';

/** A loss alone, or with other numbers to watch. */
export type LossResult =
  | Tensor
  | { readonly loss: Tensor; readonly metrics: Readonly<Record<string, Tensor>> };
export type LossFunction<Model, Batch> = (model: Model, batch: Batch, context: ForwardContext) => LossResult;

export interface StepDefinition<Model extends object, Batch extends object> {
  readonly model: Model;
  readonly loss: LossFunction<Model, Batch>;
  readonly optimizer: Optimizer;
  readonly groups: readonly Group[];
  /** State that layers update themselves, as running statistics. */
  readonly buffers: readonly Group[];
  /** Gradients are scaled down to this norm over all parameters; none by default. */
  readonly clipNorm: number | undefined;
}

/**
 * A step's graph. Inputs: for each group its parameters and slots, the buffers, then the scalars, the batch's tensors and
 * the masks. Outputs: for each group its new parameters and slots, the new buffers, then the loss and the metrics.
 */
export interface StepGraph {
  readonly graph: Graph;
  readonly sites: readonly MaskSite[];
  readonly metricNames: readonly string[];
}

/** Traces one step for a batch of this shape. */
export function traceStep<Model extends object, Batch extends object>(
  definition: StepDefinition<Model, Batch>,
  batch: Batch,
): StepGraph {
  const { optimizer, groups, buffers } = definition;
  const state = groups.map((group, index) => [
    placeholder(`parameters_${index}`, 'float32', group.shape),
    ...optimizer.slots.map((slot) => placeholder(`${slot}_${index}`, 'float32', group.shape)),
  ]);
  const bufferState = buffers.map((group, index) => placeholder(`buffers_${index}`, 'float32', group.shape));
  const scalarCount = optimizer.scalars(0, 0).length;
  const scalars = placeholder('scalars', 'float32', [scalarCount]);
  const batchInputs: Tensor[] = [];
  const symbolicBatch = mapTree(batch, (leaf, path) => {
    const input = placeholder(`batch_${path || 'input'}`, leaf.dtype, leaf.shape);
    batchInputs.push(input);
    return input;
  });
  const context = new TrainingContext();
  const parts = groups.map((group, index) => groupTensors(group, state[index]?.[0] as Tensor));
  const bufferParts = buffers.map((group, index) => groupTensors(group, bufferState[index] as Tensor));
  const { loss, metrics } = evaluateLoss(definition, [...parts, ...bufferParts], symbolicBatch, context);
  const found = groupGradients(groups, parts, loss, definition.clipNorm);
  const perScalar = split(scalars, { sizes: new Array<number>(scalarCount).fill(1) });
  const next = state.flatMap(([parameters, ...slots], index) => {
    const update = optimizer.update(parameters as Tensor, found[index] as Tensor, slots, perScalar);
    return [update.parameter, ...update.slots];
  });
  const nextBuffers = buffers.map((group, index) =>
    joinGradients(
      group,
      (bufferParts[index] as Tensor[]).map((part) => context.current(part)),
    ),
  );
  const inputs = [
    ...state.flat(),
    ...bufferState,
    scalars,
    ...batchInputs,
    ...context.sites.map(({ input }) => input),
  ];
  return {
    graph: makeGraph('train step', inputs, [...next, ...nextBuffers, loss, ...Object.values(metrics)]),
    sites: context.sites,
    metricNames: Object.keys(metrics),
  };
}

/**
 * The loss of the model whose trainable parameters and buffers are places in the graph.
 * @param parts The tensors of each group's members, then of each group of buffers.
 */
export function evaluateLoss<Model extends object, Batch extends object>(
  { model, loss, groups, buffers }: StepDefinition<Model, Batch>,
  parts: readonly (readonly Tensor[])[],
  batch: Batch,
  context: ForwardContext,
): { loss: Tensor; metrics: Readonly<Record<string, Tensor>> } {
  const byPath = new Map(
    [...groups, ...buffers].flatMap((group, index) =>
      group.members.map(({ path }, place) => [path, parts[index]?.[place] as Tensor]),
    ),
  );
  const result = loss(
    mapTree(model, (leaf, path) => byPath.get(path) ?? leaf),
    batch,
    context,
  );
  return result instanceof Tensor ? { loss: result, metrics: {} } : result;
}

/** One gradient tensor per group, clipped where asked. */
function groupGradients(
  groups: readonly Group[],
  parts: readonly (readonly Tensor[])[],
  loss: Tensor,
  clipNorm: number | undefined,
): Tensor[] {
  const all = gradients(loss, parts.flat());
  let taken = 0;
  const joined = groups.map((group) => {
    const own = all.slice(taken, taken + group.members.length);
    taken += group.members.length;
    return joinGradients(group, own);
  });
  if (clipNorm === undefined) return joined;
  const norm = sqrt(joined.map((gradient) => sumSquare(gradient)).reduce((total, each) => add(total, each)));
  const scale = minimum(div(clipNorm, add(norm, 1e-6)), 1);
  return joined.map((gradient) => mul(gradient, scale));
}

/** k steps in one call: a loop over the step's graph that carries the state; the bits are those of k calls. */
export function loopSteps(
  { graph, sites, metricNames }: StepGraph,
  stateCount: number,
  steps: number,
): StepGraph {
  const lead = (tensor: Tensor) => [steps, ...tensor.shape];
  const inputs = graph.inputs.map((input, index) => {
    const name = input.origin.kind === 'input' ? input.origin.name : `input_${index}`;
    return placeholder(name, input.dtype, index < stateCount ? input.shape : lead(input));
  });
  const sequences = inputs.length - stateCount;
  const results = apply(Scan, inputs, {
    body: graph,
    num_scan_inputs: sequences,
    scan_input_directions: undefined,
    scan_output_directions: undefined,
    scan_input_axes: undefined,
    scan_output_axes: undefined,
    captures: 0,
  });
  return { graph: makeGraph('train steps', inputs, results), sites, metricNames };
}
