/** What a train step costs, counted from its graph before anything runs. */

import { knownOptions } from '@noosphere/base';
import { cpuResidentBytes } from '@noosphere/core';
import { costOf, type GraphCost } from '@noosphere/core/operators';
import { defineStep } from './define-step.js';
import { traceStep } from './step-graph.js';
import type { TrainStepOptions } from './train-step.js';

export interface StepCost extends GraphCost {
  /** What training adds to the process's memory on the CPU, about: see `cpuResidentBytes`. */
  readonly residentBytes: number;
}

/**
 * Arithmetic, memory traffic and peak memory of one train step: forward, backward and the optimizer's update.
 *
 * Counted from the step's graph by the operators' own records, so nothing is compiled or run. With `accumulate` it is
 * the whole step over that many batches.
 *
 * @param batch - one batch; only its shapes count
 *
 * @example
 * const loss = (layer: Linear, { x, y }: { x: Tensor; y: Tensor }) => meanSquaredError(layer.forward(x), y);
 * const model = new Linear(256, 256, new Random(1));
 * const cost = stepCost({ model, loss, optimizer: sgd() }, { x: zeros([32, 256]), y: zeros([32, 256]) });
 * // The forward product and the weight's gradient: 2 · 2 · 32 · 256 · 256, and little else.
 * console.log((cost.flops / (4 * 32 * 256 * 256)).toFixed(2)); // → 1.02
 */
export function stepCost<Model extends object, Batch extends object>(
  options: TrainStepOptions<Model, Batch>,
  batch: Batch,
): StepCost {
  knownOptions(
    'stepCost',
    options,
    'model loss optimizer seed clipNorm clipValue accumulate trainable threads precision executor',
  );
  const cost = costOf(traceStep(defineStep(options), batch).graph);
  return { ...cost, residentBytes: cpuResidentBytes(cost) };
}
