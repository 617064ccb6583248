/** Training through what a decision costs: a loss of all series side by side, on the original scale. */
import { ArgumentError, formatShape, reshape, ShapeError, type Tensor } from '@noosphere/core';
import type { ForwardContext } from '@noosphere/train';
import type { SeriesFrame } from '../frame/frame.js';
import { objectiveOf } from './losses.js';
import type { NeuralSettings } from './neural-options.js';
import type { Pipeline, TrainingWindows } from './pipeline.js';

/** A batch as a decision sees it: B times, the frame's A series in its order, on the original scale; nothing is missing. */
export interface DecisionWindows {
  /** What the model says of the next H steps, [B, A, H]. */
  readonly forecast: Tensor;
  /** What came, [B, A, H]. */
  readonly actual: Tensor;
  /** The L values before, [B, A, L]. */
  readonly history: Tensor;
}

/**
 * What a decision that follows from forecasts costs, once the world is known: a scalar [], through which gradients flow to the
 * forecasts. It is traced once, so it is made of operations on tensors.
 */
export type DecisionLoss = (windows: DecisionWindows) => Tensor;

/** A loss of a batch of raw windows. */
export type WindowsLoss = (model: Pipeline, batch: TrainingWindows, context?: ForwardContext) => Tensor;

/** The loss of windows that `JointWindows` chose. */
export function lossOfDecision(
  { kind, loss: named }: Pick<NeuralSettings, 'kind' | 'loss'>,
  { ids }: SeriesFrame,
  decisionLoss: DecisionLoss,
): WindowsLoss {
  if (objectiveOf(kind, named).outputs !== 1)
    throw new ArgumentError(
      kind,
      `decisionLoss trains point forecasts, and a model of quantiles or a distribution has more; make it with the loss 'mse', got ${JSON.stringify(named)}`,
    );
  // [B A, T] -> [B, A, T]
  const sideBySide = (rows: Tensor) => {
    const [count, steps] = rows.shape as readonly [number, number];
    return reshape(rows, [count / ids.length, ids.length, steps]);
  };
  return (model, batch, context) => {
    const cost = decisionLoss({
      forecast: sideBySide(model.points(batch, context)),
      actual: sideBySide(batch.target),
      history: sideBySide(batch.y),
    });
    if (cost.rank !== 0)
      throw new ShapeError(
        kind,
        `decisionLoss must give a scalar [], got ${formatShape(cost.shape)}; mean(…) makes one`,
      );
    return cost;
  };
}
