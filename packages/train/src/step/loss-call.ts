/** The user's loss, called on places in a graph, and checked: what it is given and gives is only known at run time. */

import { ArgumentError, NoosphereError, ShapeError, Tensor, visitTree } from '@noosphere/core';
import { sortNodes } from '@noosphere/core/operators';
import type { ForwardContext } from './context.js';
import type { StateLayout } from './state-layout.js';

/** A loss alone, or with other numbers to watch. */
export type LossResult =
  | Tensor
  | { readonly loss: Tensor; readonly metrics: Readonly<Record<string, Tensor>> };
export type LossFunction<Model, Batch> = (model: Model, batch: Batch, context: ForwardContext) => LossResult;

/** What of a step's definition a loss is called with. */
export interface LossDefinition<Model extends object, Batch extends object> {
  readonly model: Model;
  readonly loss: LossFunction<Model, Batch>;
  readonly layout: StateLayout;
}

/** The loss of the model whose trainable parameters and buffers, by path, are places in the graph. */
export function evaluateLoss<Model extends object, Batch extends object>(
  { model, loss, layout }: LossDefinition<Model, Batch>,
  parameters: ReadonlyMap<string, Tensor>,
  batch: Batch,
  context: ForwardContext,
): { loss: Tensor; metrics: Readonly<Record<string, Tensor>> } {
  const traced = layout.modelWith(model, parameters);
  const result = explained(batch, () => loss(traced, batch, context));
  return requireLoss(result instanceof Tensor ? { loss: result, metrics: {} } : result);
}

/** Runs the user's loss; where JavaScript stops it, the batch that it was given is told with it. */
function explained<T>(batch: object, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    const isSlip = cause instanceof TypeError || cause instanceof RangeError;
    const isNoTensor = ArgumentError.isInstance(cause) && cause.message.includes('expects a tensor, got');
    if (!isNoTensor && (!isSlip || NoosphereError.isInstance(cause))) throw cause;
    throw new ArgumentError(
      'train',
      `the loss stopped with '${cause.message}' on a batch of ${describeBatch(batch)}; does the batch hold what the loss reads, as tensors made by tensor()?`,
      { cause },
    );
  }
}

/** `x float32[4, 2], y number[]`: the fields of a batch. */
function describeBatch(batch: object): string {
  const fields: string[] = [];
  visitTree(batch, (leaf, path) => fields.push(`'${path || 'input'}' ${leaf}`));
  for (const [name, value] of Object.entries(batch)) {
    if (Array.isArray(value) && typeof value.flat(Number.POSITIVE_INFINITY)[0] === 'number')
      fields.push(`'${name}' a plain array`);
  }
  return fields.join(', ') || 'no tensors';
}

/** What the user's loss gave, checked: types say so already, plain JavaScript does not. */
function requireLoss(result: { loss: Tensor; metrics: Readonly<Record<string, Tensor>> }): {
  loss: Tensor;
  metrics: Readonly<Record<string, Tensor>>;
} {
  const given: unknown = result;
  const { loss, metrics = {} } = Object(given) as Partial<typeof result>;
  if (!(loss instanceof Tensor)) {
    const what =
      given instanceof Promise ? 'a promise (is it async? a loss must not await)' : `${String(given)}`;
    throw new ArgumentError('train', `the loss must return a tensor, or { loss, metrics }, got ${what}`);
  }
  for (const [name, metric] of Object.entries(metrics)) {
    if (!(metric instanceof Tensor) || metric.size !== 1)
      throw new ShapeError(
        'train',
        `the metric '${name}' must be a tensor with a single number, got ${String(metric)}; take mean() or sum()`,
      );
  }
  return { loss, metrics };
}

/** A loss that no trained parameter enters would leave all of them as they are, at best. */
export function requireDependence(loss: Tensor, parameters: readonly Tensor[]): void {
  const wanted = new Set(parameters);
  const reaches = (tensor: Tensor | undefined) => tensor !== undefined && wanted.has(tensor);
  if (reaches(loss) || sortNodes([loss]).some(({ inputs }) => inputs.some(reaches))) return;
  throw new ArgumentError(
    'train',
    'the loss does not depend on any parameter that trains; compute it from the model that the loss is given, and check what is frozen',
  );
}
