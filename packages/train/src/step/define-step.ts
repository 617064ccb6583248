/** From what the user gives to the definition of a step: options checked, parameters in groups, buffers found. */
import { knownOptions, requireFunction } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { planBuffers, planGroups } from './packing.js';
import { StateLayout } from './state-layout.js';
import type { StepDefinition } from './step-graph.js';
import type { TrainStepOptions } from './train-step.js';

/** The definition of a step. Throws where an option is out of range. */
export function defineStep<Model extends object, Batch extends object>(
  options: TrainStepOptions<Model, Batch>,
): StepDefinition<Model, Batch> {
  const {
    model,
    loss,
    optimizer,
    clipNorm,
    clipValue,
    accumulate = 1,
    trainable = () => true,
  } = knownOptions(
    'defineStep',
    options,
    'model loss optimizer seed clipNorm clipValue accumulate trainable threads precision executor',
  );
  if (!Number.isInteger(accumulate) || accumulate < 1)
    throw new ArgumentError('train', `accumulate must be a whole number from 1, got ${accumulate}`);
  requireClipping({ clipNorm, clipValue });
  if (typeof model !== 'object' || model === null)
    throw new ArgumentError('train', `the model must be an object of tensors, got ${String(model)}`);
  requireFunction('train', 'the loss', loss);
  if (typeof optimizer !== 'object' || optimizer === null)
    throw new ArgumentError('train', `the optimizer must be one such as adam(), got ${String(optimizer)}`);
  const groups = planGroups(model, trainable, 'slots' in optimizer ? [{ optimizer }] : optimizer);
  return {
    model,
    loss,
    layout: new StateLayout(groups, planBuffers(model)),
    clipping: { norm: clipNorm, value: clipValue },
    accumulate,
  };
}

function requireClipping(limits: Readonly<Record<string, number | undefined>>): void {
  for (const [name, limit] of Object.entries(limits)) {
    if (limit !== undefined && !(limit > 0))
      throw new ArgumentError('train', `${name} must be above 0, got ${limit}; leave it out for no clipping`);
  }
}
