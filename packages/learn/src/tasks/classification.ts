/** Classes of rows: one of several, or any number of them. */
import { knownOptions, requireWhole } from '@noosphere/base';
import { crossEntropy, fromData, type HostTensor, hostData, sigmoid, softmax, tensor } from '@noosphere/core';
import {
  binaryCrossEntropyWithLogits,
  type Field,
  type ForwardContext,
  metrics,
  stackRows,
} from '@noosphere/train';
import { valuesOf } from '../predict/index.js';
import { type Evaluated, type Forward, type Labelled, outputNamed, type Task } from './task.js';

export interface ClassificationOptions {
  /** How many classes there are. */
  readonly classes: number;
  /** Several classes may hold of one row: `y` is a list of 0 and 1, one a class. @default false */
  readonly multiLabel?: boolean;
  /** Share of the target spread evenly over the classes. @default 0 */
  readonly labelSmoothing?: number;
  /** What an error in each class weighs, such as `classWeights` gives; of several labels, what a missed one weighs. @default 1 each */
  readonly classWeights?: readonly number[];
}

/** `x` as the model takes it, and the class's number, or 0 and 1 for each class. */
export interface ClassifiedRow {
  readonly x: Field;
  readonly y: number | ArrayLike<number>;
}

/**
 * Classification by a model that gives logits [N, C] for x [N, …]: cross-entropy, or a yes or no for each class where `multiLabel`.
 *
 * Outputs: `probabilities` [N, C]. Metrics: loss, accuracy (of several labels: the share of right yes and no), macro F1.
 * @example
 * const task = classification({ classes: 2 });
 * const batch = await task.collate?.([{ x: [1, 2], y: 0 }, { x: [3, 4], y: 1 }]);
 * console.log(batch?.x.shape, batch?.y.dtype); // → [ 2, 2 ] int32
 */
export function classification(options: ClassificationOptions): Task<Forward, Labelled, ClassifiedRow> {
  const {
    classes,
    multiLabel = false,
    labelSmoothing = 0,
    classWeights,
  } = knownOptions('classification', options, 'classes multiLabel labelSmoothing classWeights');
  requireWhole('classification', 'classes', classes, multiLabel ? 1 : 2);
  const weights = classWeights && tensor(classWeights);
  return {
    name: 'classification',
    collate: (rows) => ({
      x: stackRows(rows.map(({ x }) => ({ x }))).x,
      y: targetsOf(rows, classes, multiLabel),
    }),
    loss: (model, { x, y }, context: ForwardContext) => {
      const logits = model.forward(x, context);
      return multiLabel
        ? binaryCrossEntropyWithLogits(logits, y, weights ? { positiveWeight: weights } : {})
        : crossEntropy(logits, y, { labelSmoothing, ...(weights ? { weights } : {}) });
    },
    outputs: (model, { x }) => {
      const logits = model.forward(x);
      return { probabilities: multiLabel ? sigmoid(logits) : softmax(logits, { axis: -1 }) };
    },
    measure: (parts) => measureClasses(parts, classes, multiLabel),
  };
}

function targetsOf(rows: readonly ClassifiedRow[], classes: number, multiLabel: boolean): HostTensor {
  if (multiLabel) return stackRows(rows.map(({ y }) => ({ y: y as ArrayLike<number> }))).y;
  const labels = Int32Array.from(rows, ({ y }) => Number(y));
  for (const label of labels) requireWhole('classification', 'y', label, 0, classes - 1);
  return fromData('int32', [labels.length], labels);
}

function measureClasses(parts: readonly Evaluated<Labelled>[], classes: number, multiLabel: boolean) {
  const [actual, predicted]: [number[], number[]] = [[], []];
  for (const { batch, outputs } of parts) {
    const scores = hostData(outputNamed(outputs, 'probabilities')) as Float32Array;
    // One by one: a call with a hundred thousand arguments overflows the stack.
    for (const label of valuesOf(batch.y)) actual.push(label);
    if (multiLabel) for (const score of scores) predicted.push(Number(score > 0.5));
    else for (let row = 0; row < scores.length; row += classes) predicted.push(largest(scores, row, classes));
  }
  return {
    accuracy: metrics.accuracy(actual, predicted),
    f1: metrics.f1(actual, predicted, { average: 'macro' }),
  };
}

/** The place of the largest of `count` values from `first` on; the first of equal ones. */
export function largest(values: ArrayLike<number>, first: number, count: number): number {
  let best = 0;
  for (let place = 1; place < count; place++)
    if ((values[first + place] as number) > (values[first + best] as number)) best = place;
  return best;
}
