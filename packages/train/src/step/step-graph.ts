/** The graph of a train step: forward, backward, clipping and the optimizers' updates, for one step or k in a loop. */
import {
  add,
  div,
  type Graph,
  gradients,
  mapTree,
  maximum,
  minimum,
  mul,
  split,
  sqrt,
  sumSquare,
  type Tensor,
  zeros,
} from '@noosphere/core';
import { apply, inputName, makeGraph, placeholder, Scan } from '@noosphere/core/operators';
import { type MaskSite, TrainingContext } from '../context.js';
import type { Optimizer } from '../optimizers/index.js';
import { type BatchCheck, collectChecks } from './batch-checks.js';
import { evaluateLoss, type LossFunction, requireDependence } from './loss-call.js';
import { type Group, groupTensors, joinGradients, type TrainedGroup } from './packing.js';
import { stateLayout } from './state-layout.js';

export interface StepDefinition<Model extends object, Batch extends object> {
  readonly model: Model;
  readonly loss: LossFunction<Model, Batch>;
  readonly groups: readonly TrainedGroup[];
  /** State that layers update themselves, as running statistics. */
  readonly buffers: readonly Group[];
  readonly clipping: Clipping;
  /** Batches whose gradients are averaged for one step. */
  readonly accumulate: number;
}

/** How gradients are bounded before the update. */
export interface Clipping {
  /** Each element is clipped to [-value, value]. */
  readonly value?: number | undefined;
  /** All gradients are scaled down to this norm over all parameters. */
  readonly norm?: number | undefined;
}

/**
 * A step's graph. Inputs: the state (see `stateLayout`), then the scalars, the batch's tensors and the masks, these two
 * with a leading axis of batches where several are accumulated. Outputs: the new state, then the loss and the metrics.
 */
export interface StepGraph {
  readonly graph: Graph;
  /** Dropout masks of one batch. */
  readonly sites: readonly MaskSite[];
  readonly metricNames: readonly string[];
  /** What each batch must pass before it is run. */
  readonly checks: readonly BatchCheck[];
}

/** The optimizers of a step, each once, in the order of their scalars. */
export function optimizersOf({ groups }: { readonly groups: readonly TrainedGroup[] }): Optimizer[] {
  return [...new Set(groups.map(({ optimizer }) => optimizer))];
}

/** Traces one step for batches of this shape. */
export function traceStep<Model extends object, Batch extends object>(
  definition: StepDefinition<Model, Batch>,
  batch: Batch,
): StepGraph {
  const { groups, buffers, accumulate } = definition;
  const state = stateLayout(groups, buffers).map(({ slot, shape }, index) =>
    placeholder(`${slot ?? 'parameters'}_${index}`, 'float32', shape),
  );
  const starts = groupStarts(groups);
  const parameters = starts.map((start) => state[start] as Tensor);
  const current = { parameters, buffers: state.slice(state.length - buffers.length) };
  const { result, inputs, sites, metricNames, checks } =
    accumulate === 1
      ? directBatch(definition, current, batch)
      : accumulatedBatches(definition, current, batch, accumulate);
  const clipped = clip(result.gradients, definition.clipping);
  const optimizers = optimizersOf(definition);
  const widths = optimizers.map((optimizer) => optimizer.scalars(0, 0).length);
  const total = widths.reduce((sum, width) => sum + width, 0);
  const scalars = placeholder('scalars', 'float32', [total]);
  const perScalar = split(scalars, { sizes: new Array<number>(total).fill(1) });
  const next = groups.flatMap(({ optimizer }, index) => {
    const start = starts[index] as number;
    const slots = state.slice(start + 1, start + 1 + optimizer.slots.length);
    const place = optimizers.indexOf(optimizer);
    const first = widths.slice(0, place).reduce((sum, width) => sum + width, 0);
    const own = perScalar.slice(first, first + (widths[place] as number));
    const update = optimizer.update(parameters[index] as Tensor, clipped[index] as Tensor, slots, own);
    return [update.parameter, ...update.slots];
  });
  return {
    graph: makeGraph(
      'train step',
      [...state, scalars, ...inputs],
      [...next, ...result.buffers, result.loss, ...result.metrics],
    ),
    sites,
    metricNames,
    checks,
  };
}

/** Where the state of each group begins. */
function groupStarts(groups: readonly TrainedGroup[]): number[] {
  const starts: number[] = [];
  let start = 0;
  for (const { optimizer } of groups) {
    starts.push(start);
    start += optimizer.slots.length + 1;
  }
  return starts;
}

/** Parameters of each group, and buffers, as tensors of a graph. */
interface Current {
  readonly parameters: readonly Tensor[];
  readonly buffers: readonly Tensor[];
}

/** What the batches of a step give. */
interface BatchResult {
  /** One for each group, in its shape. */
  readonly gradients: readonly Tensor[];
  readonly loss: Tensor;
  readonly metrics: readonly Tensor[];
  readonly buffers: readonly Tensor[];
}

interface TracedBatch {
  readonly result: BatchResult;
  /** Placeholders of the batch's tensors and of the masks. */
  readonly inputs: readonly Tensor[];
  readonly sites: readonly MaskSite[];
  readonly metricNames: readonly string[];
  readonly checks: readonly BatchCheck[];
}

/** Loss and gradients of one batch. */
function directBatch<Model extends object, Batch extends object>(
  definition: StepDefinition<Model, Batch>,
  current: Current,
  batch: Batch,
): TracedBatch {
  const { groups, buffers } = definition;
  const batchInputs: Tensor[] = [];
  const symbolicBatch = mapTree(batch, (leaf, path) => {
    const input = placeholder(`batch_${path || 'input'}`, leaf.dtype, leaf.shape);
    batchInputs.push(input);
    return input;
  });
  const context = new TrainingContext();
  const parts = groups.map((group, index) => groupTensors(group, current.parameters[index] as Tensor));
  const bufferParts = buffers.map((group, index) => groupTensors(group, current.buffers[index] as Tensor));
  const { traced, checks } = collectChecks(
    batchInputs,
    () => evaluateLoss(definition, [...parts, ...bufferParts], symbolicBatch, context),
    ({ loss, metrics }) => [loss, ...Object.values(metrics)],
  );
  const { loss, metrics } = traced;
  requireDependence(loss, parts.flat());
  return {
    result: {
      gradients: groupGradients(groups, parts, loss),
      loss,
      metrics: Object.values(metrics),
      buffers: buffers.map((group, index) =>
        joinGradients(
          group,
          (bufferParts[index] as Tensor[]).map((part) => context.current(part)),
        ),
      ),
    },
    inputs: [...batchInputs, ...context.sites.map(({ input }) => input)],
    sites: context.sites,
    metricNames: Object.keys(metrics),
    checks,
  };
}

/** The mean over several batches, one after the other: the memory is that of one. Buffers go on from batch to batch. */
function accumulatedBatches<Model extends object, Batch extends object>(
  definition: StepDefinition<Model, Batch>,
  current: Current,
  batch: Batch,
  count: number,
): TracedBatch {
  const like = (name: string) => (tensor: Tensor, index: number) =>
    placeholder(`${name}_${index}`, tensor.dtype, tensor.shape);
  const inside = {
    parameters: current.parameters.map(like('parameters')),
    buffers: current.buffers.map(like('buffers')),
  };
  const traced = directBatch(definition, inside, batch);
  const { gradients, loss, metrics, buffers } = traced.result;
  const summands = [...gradients, loss, ...metrics];
  const sums = summands.map(like('sum'));
  const body = makeGraph(
    'batch of a step',
    [...sums, ...inside.buffers, ...traced.inputs, ...inside.parameters],
    [...sums.map((sum, index) => add(sum, summands[index] as Tensor)), ...buffers],
  );
  const inputs = traced.inputs.map((input) =>
    placeholder(inputName(input), input.dtype, [count, ...input.shape]),
  );
  const results = apply(
    Scan,
    [
      ...summands.map((tensor) => zeros(tensor.shape as readonly number[])),
      ...current.buffers,
      ...inputs,
      ...current.parameters,
    ],
    { ...plainScan, body, num_scan_inputs: inputs.length, captures: inside.parameters.length },
  );
  const means = results.slice(0, sums.length).map((sum) => mul(sum, 1 / count));
  return {
    ...traced,
    inputs,
    result: {
      gradients: means.slice(0, gradients.length),
      loss: means[gradients.length] as Tensor,
      metrics: means.slice(gradients.length + 1),
      buffers: results.slice(sums.length),
    },
  };
}

/** One gradient tensor per group. */
function groupGradients(
  groups: readonly Group[],
  parts: readonly (readonly Tensor[])[],
  loss: Tensor,
): Tensor[] {
  const all = gradients(loss, parts.flat());
  let taken = 0;
  return groups.map((group) => {
    const own = all.slice(taken, taken + group.members.length);
    taken += group.members.length;
    return joinGradients(group, own);
  });
}

/** Gradients bounded by value, then by their common norm. */
function clip(all: readonly Tensor[], { value, norm }: Clipping): readonly Tensor[] {
  const bounded =
    value === undefined ? all : all.map((gradient) => minimum(maximum(gradient, -value), value));
  if (norm === undefined) return bounded;
  const total = sqrt(bounded.map((gradient) => sumSquare(gradient)).reduce((sum, each) => add(sum, each)));
  const scale = minimum(div(norm, add(total, 1e-6)), 1);
  return bounded.map((gradient) => mul(gradient, scale));
}

const plainScan = {
  scan_input_directions: undefined,
  scan_output_directions: undefined,
  scan_input_axes: undefined,
  scan_output_axes: undefined,
} as const;

/** k steps in one call: a loop over the step's graph that carries the state; the bits are those of k calls. */
export function loopSteps(
  { graph, sites, metricNames, checks }: StepGraph,
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
    ...plainScan,
    body: graph,
    num_scan_inputs: sequences,
    captures: 0,
  });
  return { graph: makeGraph('train steps', inputs, results), sites, metricNames, checks };
}
