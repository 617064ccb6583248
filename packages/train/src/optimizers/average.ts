/** Averages of the weights over the steps: an exponential one, or an equal one from a step on. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError, add, mul, sub, type Tensor } from '@noosphere/core';
import type { Optimizer } from './optimizer.js';

export type AverageOptions =
  | {
      /** Exponential: average = decay · average + (1 - decay) · p after each step. */
      readonly decay: number;
    }
  | {
      /** Equal weights for every state from this step (counted from 1) on; before it the average is p itself. */
      readonly from: number;
      /** Steps between the states that enter. @default 1 */
      readonly every?: number;
    };

/** The slot that holds the average; `TrainStep.averagedModel` reads it. */
export const averageSlot = 'average';

/**
 * An optimizer that also keeps an average of the parameters, updated in the same graph: Polyak's exponential average
 * (EMA) or stochastic weight averaging (Izmailov et al. 2018). It starts at the initial parameters.
 * @example
 * console.log(averaged(adam(), { decay: 0.999 }).slots); // → [ 'mean', 'square', 'average' ]
 */
export function averaged(optimizer: Optimizer, options: AverageOptions): Optimizer {
  knownOptions('averaged', options, 'decay from every');
  const share = 'decay' in options ? exponentialShare(options.decay) : equalShare(options);
  const inner = optimizer.slots.length;
  const { slotShape } = optimizer;
  return {
    slots: [...optimizer.slots, averageSlot],
    learningRate: (step) => optimizer.learningRate(step),
    scalars: (step, rate) => [...optimizer.scalars(step, rate), share(step)],
    update: (parameter, gradient, slots, scalars) => {
      const update = optimizer.update(parameter, gradient, slots.slice(0, inner), scalars.slice(0, -1));
      const average = slots[inner] as Tensor;
      const next = add(average, mul(sub(update.parameter, average), scalars.at(-1) as Tensor));
      return { parameter: update.parameter, slots: [...update.slots, next] };
    },
    slotStart: (slot) => (slot === averageSlot ? 'parameter' : (optimizer.slotStart?.(slot) ?? 0)),
    ...(slotShape && {
      slotShape: (slot, shape) => (slot === averageSlot ? shape : slotShape(slot, shape)),
    }),
  };
}

function exponentialShare(decay: number): (step: number) => number {
  if (!(decay >= 0 && decay < 1))
    throw new ArgumentError('averaged', `decay must lie in [0, 1), got ${decay}`);
  return () => 1 - decay;
}

/** 1 until `from`, then 1/2, 1/3, … at every step that enters and 0 between. */
function equalShare({ from, every = 1 }: { from: number; every?: number }): (step: number) => number {
  if (!Number.isInteger(from) || from < 1 || !Number.isInteger(every) || every < 1)
    throw new ArgumentError(
      'averaged',
      `from and every must be whole numbers from 1, got ${from} and ${every}`,
    );
  return (step) => {
    const since = step + 1 - from;
    if (since <= 0) return 1;
    return since % every === 0 ? 1 / (since / every + 1) : 0;
  };
}
