/** What is learned: how rows become a batch, what is made small, what comes out, and how good it is. */
import { internalError } from '@noosphere/base';
import type { HostTensor, Tensor } from '@noosphere/core';
import { type ForwardContext, inference, type LossFunction } from '@noosphere/train';

/** What a model gave for one batch. */
export interface Evaluated<Batch> {
  readonly batch: Batch;
  readonly outputs: Readonly<Record<string, HostTensor>>;
}

/**
 * A task joins a model to data. The ready ones (`classification`, `regression`, …) are values of this type; a domain writes its own.
 * `Model` is what the loss calls, `Batch` what it takes, `Row` what `collate` makes batches of.
 */
export interface Task<Model extends object, Batch extends object, Row = never> {
  /** Such as `classification`. */
  readonly name: string;
  /** Makes a batch of rows. */
  readonly collate?: (rows: readonly Row[]) => Batch | Promise<Batch>;
  readonly loss: LossFunction<Model, Batch>;
  /** What a prediction gives, with the batch's rows in front; it must not need the targets. */
  readonly outputs?: (model: Model, batch: Batch) => Readonly<Record<string, Tensor>>;
  /** Metrics of all rows, from what the model gave for each batch. */
  readonly measure?: (found: readonly Evaluated<Batch>[]) => Readonly<Record<string, number>>;
  /** What a batch counts in the mean loss of several. @default the rows of its first tensor */
  readonly weightOf?: (batch: Batch) => number;
  /** The metric that says which weights are best. @default 'loss' */
  readonly monitor?: string;
  /** @default 'lower' */
  readonly better?: 'lower' | 'higher';
}

/** A model with one input. */
export interface Forward {
  forward(x: Tensor, context?: ForwardContext): Tensor;
}

/** Inputs and targets of a batch. */
export interface Labelled {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** The one output of a model with one input. */
export function outputOf(name: string): (model: Forward, batch: Labelled) => Record<string, Tensor> {
  return (model, { x }) => ({ [name]: model.forward(x, inference) });
}

/** An output of a batch by its name. */
export function outputNamed(outputs: Readonly<Record<string, HostTensor>>, name: string): HostTensor {
  const tensor = outputs[name];
  if (!tensor) throw internalError('task', `the outputs lack '${name}', there are ${Object.keys(outputs)}`);
  return tensor;
}
