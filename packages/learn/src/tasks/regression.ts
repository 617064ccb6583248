/** Numbers of rows. */
import { knownOptions } from '@noosphere/base';
import { type HostTensor, reshape, type Tensor } from '@noosphere/core';
import { type Field, huber, meanAbsoluteError, meanSquaredError, metrics, stackRows } from '@noosphere/train';
import { valuesOf } from '../predict/index.js';
import { type Forward, type Labelled, outputNamed, outputOf, type Task } from './task.js';

export interface RegressionOptions {
  /** What is made small. @default 'squared' */
  readonly loss?: 'squared' | 'absolute' | 'huber';
}

const losses = { squared: meanSquaredError, absolute: meanAbsoluteError, huber };

/**
 * Regression by a model that gives [N] or [N, K] for x [N, …]. Outputs: `values`. Metrics: loss, rmse, mae.
 * @example
 * const task = regression();
 * const batch = await task.collate?.([{ x: [1, 2], y: 0.5 }]);
 * console.log(batch?.y.shape); // → [ 1 ]
 */
export function regression(
  options: RegressionOptions = {},
): Task<Forward, Labelled, { readonly x: Field; readonly y: Field }> {
  const { loss = 'squared' } = knownOptions('regression', options, 'loss');
  return {
    name: 'regression',
    collate: (rows) => stackRows(rows) as Record<'x' | 'y', HostTensor>,
    loss: (model, { x, y }, context) => losses[loss](shapedAs(model.forward(x, context), y), y),
    outputs: outputOf('values'),
    measure: (parts) => {
      const actual = parts.flatMap(({ batch }) => Array.from(valuesOf(batch.y)));
      const predicted = parts.flatMap(({ outputs }) => Array.from(valuesOf(outputNamed(outputs, 'values'))));
      return {
        rmse: metrics.rootMeanSquaredError(actual, predicted),
        mae: metrics.meanAbsoluteError(actual, predicted),
      };
    },
  };
}

/** [N, 1] is [N] where the targets are. */
function shapedAs(values: Tensor, targets: Tensor): Tensor {
  return values.rank === targets.rank + 1 && values.shape[values.rank - 1] === 1
    ? reshape(values, targets.shape as readonly number[])
    : values;
}
