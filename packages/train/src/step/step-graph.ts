/** The graph of a train step: forward, backward, clipping and the optimizers' updates, for one step or k in a loop. */

import {
  add,
  div,
  flattenTree,
  type Graph,
  gradients,
  maximum,
  minimum,
  mul,
  split,
  sqrt,
  sumSquare,
  type Tensor,
  zeros,
} from '@noosphere/core';
import { apply, inputName, makeGraph, placeholder, Scan, treeSignature } from '@noosphere/core/operators';
import { type BatchCheck, collectChecks } from './batch-checks.js';
import { symbolicBatch } from './batch-inputs.js';
import { type MaskSite, TrainingContext } from './context.js';
import { evaluateLoss, type LossDefinition, requireDependence } from './loss-call.js';
import { type Group, groupTensors, joinTensors, type TrainedGroup } from './packing.js';
import { cut, type StateLayout } from './state-layout.js';

export interface StepDefinition<Model extends object, Batch extends object>
  extends LossDefinition<Model, Batch> {
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
 * A step's graph. Inputs: the state (see `StateLayout`), then the scalars, the batch's tensors and the masks, these two
 * with a leading axis of batches where several are accumulated. Outputs: the new state, then the loss and the metrics.
 */
export interface StepGraph {
  readonly graph: Graph;
  /** What the batches of a step bring, stretch by stretch. */
  readonly stretches: readonly {
    readonly count: number;
    /** Dropout masks of one batch. */
    readonly sites: readonly MaskSite[];
  }[];
  readonly metricNames: readonly string[];
  /** What each batch must pass before it is run. */
  readonly checks: readonly BatchCheck[];
}

/** Batches of one shape that follow each other in a step. */
export interface Stretch<Batch extends object> {
  readonly batch: Batch;
  readonly count: number;
}

/** Stretches of batches in their order. */
export function stretchesOf<Batch extends object>(batches: readonly Batch[]): Stretch<Batch>[] {
  const stretches: { batch: Batch; count: number; signature: string }[] = [];
  for (const batch of batches) {
    const signature = treeSignature(batch);
    const last = stretches.at(-1);
    if (last?.signature === signature) last.count++;
    else stretches.push({ batch, count: 1, signature });
  }
  return stretches;
}

/**
 * Traces one step, for as many batches of this shape as are accumulated.
 * @param stretches Of the last step of an epoch, whose batches may be fewer, or of other sizes.
 */
export function traceStep<Model extends object, Batch extends object>(
  definition: StepDefinition<Model, Batch>,
  batch: Batch,
  stretches: readonly Stretch<Batch>[] = [{ batch, count: definition.accumulate }],
): StepGraph {
  const { layout, accumulate } = definition;
  const state = layout.placeholders();
  const current = { parameters: state.groups.map(({ parameter }) => parameter), buffers: state.buffers };
  const { result, inputs, parts, metricNames, checks } =
    accumulate === 1
      ? alone(directBatch(definition, current, batch))
      : accumulatedBatches(definition, current, stretches);
  const clipped = clip(result.gradients, definition.clipping);
  const widths = layout.optimizers.map((optimizer) => optimizer.scalars(0, 0).length);
  const total = widths.reduce((sum, width) => sum + width, 0);
  const scalars = placeholder('scalars', 'float32', [total]);
  const perOptimizer = cut(split(scalars, { sizes: new Array<number>(total).fill(1) }), widths);
  const next = state.groups.map(({ parameter, slots }, index) => {
    const { optimizer } = layout.groups[index] as TrainedGroup;
    const own = perOptimizer[layout.optimizers.indexOf(optimizer)] as Tensor[];
    return optimizer.update(parameter, clipped[index] as Tensor, slots, own);
  });
  return {
    graph: makeGraph(
      'train step',
      [...layout.write(state), scalars, ...inputs],
      [...layout.write({ groups: next, buffers: result.buffers }), result.loss, ...result.metrics],
    ),
    stretches: parts,
    metricNames,
    checks,
  };
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
  const { groups, buffers, members } = definition.layout;
  const { symbolic, inputs: batchInputs } = symbolicBatch(batch);
  const context = new TrainingContext();
  const tensors = [...current.parameters, ...current.buffers];
  const parts = [...groups, ...buffers].flatMap((group, index) =>
    groupTensors(group, tensors[index] as Tensor),
  );
  const places = new Map(members.map(({ path }, index) => [path, parts[index] as Tensor]));
  const { traced, checks } = collectChecks(
    batchInputs,
    () => evaluateLoss(definition, places, symbolic, context),
    ({ loss, metrics }) => [loss, ...Object.values(metrics)],
  );
  const { loss, metrics } = traced;
  const placesOf = (group: Group) => group.members.map(({ path }) => places.get(path) as Tensor);
  const trained = groups.flatMap(placesOf);
  requireDependence(loss, trained);
  const slopes = new Map(gradients(loss, trained).map((slope, index) => [trained[index], slope]));
  const joined = (group: Group, of: (place: Tensor) => Tensor) => joinTensors(group, placesOf(group).map(of));
  return {
    result: {
      gradients: groups.map((group) => joined(group, (place) => slopes.get(place) as Tensor)),
      loss,
      metrics: Object.values(metrics),
      buffers: buffers.map((group) => joined(group, (buffer) => context.current(buffer))),
    },
    inputs: [...batchInputs, ...context.sites.map(({ input }) => input)],
    sites: context.sites,
    metricNames: Object.keys(metrics),
    checks,
  };
}

/** All batches of a step. */
interface TracedBatches extends Omit<TracedBatch, 'sites'> {
  readonly parts: StepGraph['stretches'];
}

function alone({ sites, ...traced }: TracedBatch): TracedBatches {
  return { ...traced, parts: [{ count: 1, sites }] };
}

/**
 * The mean over the rows of several batches, one after the other: the memory is that of one. Buffers go on from batch to batch.
 */
function accumulatedBatches<Model extends object, Batch extends object>(
  definition: StepDefinition<Model, Batch>,
  current: Current,
  stretches: readonly Stretch<Batch>[],
): TracedBatches {
  const rows = stretches.reduce((sum, { batch, count }) => sum + count * rowsOf(batch), 0);
  let { buffers } = current;
  const summed = stretches.map((stretch, place) => {
    const one = summedBatches(definition, { ...current, buffers }, stretch, place);
    buffers = one.buffers;
    // A stretch alone has rows of one weight: the plain mean.
    const weight = stretches.length === 1 ? 1 / stretch.count : rowsOf(stretch.batch) / rows;
    return { ...one, means: one.totals.map((total) => mul(total, weight)) };
  });
  const [first] = summed as [(typeof summed)[number]];
  const means = first.means.map((_, index) =>
    summed.map(({ means: own }) => own[index] as Tensor).reduce((sum, each) => add(sum, each)),
  );
  const { gradients } = first.traced.result;
  const [slopes = [], [loss] = [], metrics = []] = cut(means, [gradients.length, 1]);
  return {
    inputs: summed.flatMap(({ inputs }) => inputs),
    parts: summed.map(({ traced }, place) => ({
      count: (stretches[place] as Stretch<Batch>).count,
      sites: traced.sites,
    })),
    metricNames: first.traced.metricNames,
    checks: first.traced.checks,
    result: { gradients: slopes, loss: loss as Tensor, metrics, buffers },
  };
}

/** Sums over batches of one shape. @param place Of the stretch in its step. */
function summedBatches<Model extends object, Batch extends object>(
  definition: StepDefinition<Model, Batch>,
  current: Current,
  { batch, count }: Stretch<Batch>,
  place: number,
) {
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
    placeholder(`${inputName(input)}${place === 0 ? '' : `_${place}`}`, input.dtype, [count, ...input.shape]),
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
  const [totals = [], carried = []] = cut(results, [sums.length]);
  return { traced, inputs, totals, buffers: carried };
}

/** Rows of a batch: the first axis of its first tensor that has one. */
function rowsOf(batch: object): number {
  const leaf = flattenTree(batch).find(({ shape }) => shape.length > 0);
  return typeof leaf?.shape[0] === 'number' ? leaf.shape[0] : 1;
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
  { graph, stretches, metricNames, checks }: StepGraph,
  layout: StateLayout,
  steps: number,
): StepGraph {
  const { state, rest } = layout.read(graph.inputs);
  const like = (input: Tensor, lead: readonly number[]) =>
    placeholder(inputName(input), input.dtype, [...lead, ...input.shape]);
  const inputs = [
    ...layout.write(state).map((input) => like(input, [])),
    ...rest.map((input) => like(input, [steps])),
  ];
  const results = apply(Scan, inputs, {
    ...plainScan,
    body: graph,
    num_scan_inputs: rest.length,
    captures: 0,
  });
  return { graph: makeGraph('train steps', inputs, results), stretches, metricNames, checks };
}
