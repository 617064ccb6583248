/** What belongs together: embeddings of two views of the same thing; and a student that answers as its teacher does. */
import { knownOptions, requirePositive } from '@noosphere/base';
import {
  add,
  div,
  type HostTensor,
  hostData,
  mul,
  softmax,
  stopGradient,
  type Tensor,
} from '@noosphere/core';
import { contrastiveLoss, type Field, softCrossEntropy, stackRows } from '@noosphere/train';
import { type Forward, type Labelled, outputNamed, type Task } from './task.js';

export interface Pair {
  readonly a: Tensor;
  readonly b: Tensor;
}

/**
 * Contrastive learning by a model that gives embeddings [N, E]: each row's two views shall be nearer to each other than to those of
 * the other rows of the batch (InfoNCE, van den Oord et al. 2018). Outputs: `a` and `b`. Metrics: loss, and `accuracy`, the share of
 * rows of a batch whose nearest partner is their own.
 */
export function contrastive(
  options: { readonly temperature?: number } = {},
): Task<Forward, Pair, { readonly a: Field; readonly b: Field }> {
  const { temperature = 0.1 } = knownOptions('contrastive', options, 'temperature');
  requirePositive('contrastive', 'temperature', temperature);
  return {
    name: 'contrastive',
    collate: (rows) => stackRows(rows) as Record<'a' | 'b', HostTensor>,
    loss: (model, { a, b }, context) =>
      contrastiveLoss(model.forward(a, context), model.forward(b, context), { temperature, symmetric: true }),
    outputs: (model, { a, b }) => ({ a: model.forward(a), b: model.forward(b) }),
    measure: (parts) => {
      let [right, rows] = [0, 0];
      for (const { outputs } of parts) {
        const [a, b] = [outputNamed(outputs, 'a'), outputNamed(outputs, 'b')];
        right += nearestIsOwn(a, b);
        rows += Number(a.shape[0]);
      }
      return { accuracy: right / Math.max(1, rows) };
    },
  };
}

/** Rows of `a` whose largest cosine among the rows of `b` is that of their own number. */
function nearestIsOwn(a: HostTensor, b: HostTensor): number {
  const [rows = 0, size = 0] = a.shape as readonly number[];
  const [x, y] = [a, b].map((each) => hostData(each) as Float32Array) as [Float32Array, Float32Array];
  const cosine = (i: number, j: number) => {
    let [product, length] = [0, 0];
    for (let k = 0; k < size; k++) {
      product += (x[i * size + k] as number) * (y[j * size + k] as number);
      length += (y[j * size + k] as number) ** 2;
    }
    return product / Math.sqrt(length);
  };
  let right = 0;
  for (let i = 0; i < rows; i++) {
    const own = cosine(i, i);
    right += Number(Array.from({ length: rows }, (_, j) => j === i || cosine(i, j) < own).every(Boolean));
  }
  return right;
}

export interface DistillationOptions {
  /** Softens both answers. @default 2 */
  readonly temperature?: number;
  /** Share of the teacher in the loss; the task's own has the rest. @default 0.5 */
  readonly weight?: number;
}

/**
 * A classification whose student also learns the teacher's probabilities:
 * (1 - w) · loss + w · T² · cross-entropy(softmax(teacher / T), student / T). Hinton, Vinyals & Dean 2015.
 * The teacher's weights are constants of the student's graph: it answers for the batch as it is, augmented or not.
 */
export function distillation<Row>(
  task: Task<Forward, Labelled, Row>,
  teacher: Forward,
  options: DistillationOptions = {},
): Task<Forward, Labelled, Row> {
  const { temperature = 2, weight = 0.5 } = knownOptions('distillation', options, 'temperature weight');
  requirePositive('distillation', 'temperature', temperature);
  return {
    ...task,
    name: `${task.name} by distillation`,
    loss: (model, batch, context) => {
      if (!context.training) return task.loss(model, batch, context);
      // One pass for both losses: a second would drop other units, and move running statistics twice.
      const logits = model.forward(batch.x, context);
      const own = task.loss({ forward: () => logits }, batch, context);
      const soft = softmax(div(stopGradient(teacher.forward(batch.x)), temperature), { axis: 1 });
      const taught = softCrossEntropy(div(logits, temperature), soft);
      const [loss, metrics] = 'metrics' in own ? [own.loss, own.metrics] : [own, {}];
      return { loss: add(mul(loss, 1 - weight), mul(taught, weight * temperature ** 2)), metrics };
    },
  };
}
