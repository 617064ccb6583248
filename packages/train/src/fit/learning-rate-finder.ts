/** The learning-rate range test: raise the rate from step to step and see where the loss falls fastest. Smith 2017. */
import { knownOptions, pickOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { BatchSource } from '../data/index.js';
import { NonFiniteLossError } from '../step/non-finite-loss-error.js';
import { stepOptionNames, TrainStep, type TrainStepOptions } from '../step/train-step.js';

export interface LearningRateFinderOptions<Model extends object, Batch extends object>
  extends TrainStepOptions<Model, Batch> {
  readonly batches: BatchSource<Batch>;
  /** @default 1e-7 */
  readonly from?: number;
  /** @default 1 */
  readonly to?: number;
  /** @default 100 */
  readonly steps?: number;
  readonly signal?: AbortSignal;
}

export interface LearningRateCurve {
  /** The rate of each step, and the loss smoothed over the steps before it. */
  readonly points: readonly { readonly learningRate: number; readonly loss: number }[];
  /** The rate at which the loss fell fastest; undefined where it never fell. */
  readonly suggestion: number | undefined;
}

/** Decay of the smoothed loss. */
const smoothing = 0.9;
/** The test ends when the loss is so many times its least. */
const divergence = 4;

/**
 * Trains a copy of the model while the rate rises by equal factors from `from` to `to`; ends early where the loss
 * diverges. The model given is not changed. The suggestion is where the smoothed loss has its steepest fall over log(rate).
 * Throws where the optimizer's own rate is zero at the first steps: a schedule with warm-up hides the rate.
 * @example
 * const data = { x: ones([8, 1]), y: zeros([8, 1]) };
 * const { points, suggestion } = await findLearningRate({
 *   model: new Linear(1, 1, new Random(1)),
 *   loss: (model: Linear, { x, y }: typeof data) => meanSquaredError(model.forward(x), y),
 *   optimizer: adam(),
 *   batches: arrayBatches(data, { batchSize: 8 }),
 * });
 * console.log(points.length > 10, (suggestion ?? 0) > 1e-4); // → true true
 */
export async function findLearningRate<Model extends object, Batch extends object>(
  options: LearningRateFinderOptions<Model, Batch>,
): Promise<LearningRateCurve> {
  const {
    batches,
    from = 1e-7,
    to = 1,
    steps = 100,
    accumulate = 1,
    signal,
  } = knownOptions(
    'findLearningRate',
    options,
    'batches from to steps signal model loss optimizer seed clipNorm clipValue accumulate',
    'trainable threads precision executor',
    // Those of a fit may be handed over as they are.
    'epochs stepsPerCall validate validateEvery checkpoint callbacks meters timeLimitMs monitor better',
    'minimumChange patience plateau',
  );
  if (!(from > 0 && to > from) || !Number.isInteger(steps) || steps < 2)
    throw new ArgumentError(
      'findLearningRate',
      `expects 0 < from < to and at least 2 steps, got ${from}, ${to} and ${steps}`,
    );
  const step = new TrainStep(pickOptions(options, stepOptionNames));
  const points: { learningRate: number; loss: number }[] = [];
  let smoothed = 0;
  let least = Number.POSITIVE_INFINITY;
  try {
    for (let index = 0; index < steps && !signal?.aborted; index++) {
      const learningRate = from * (to / from) ** (index / (steps - 1));
      step.learningRateScale = learningRate / baseRate(options, index);
      const chosen: Batch[] = [];
      for (let part = 0; part < accumulate; part++) {
        const number = index * accumulate + part;
        const epoch = Math.floor(number / batches.batchesPerEpoch);
        chosen.push(await batches.batch(epoch, number - epoch * batches.batchesPerEpoch));
      }
      const [result] = await step.run(chosen);
      smoothed = smoothing * smoothed + (1 - smoothing) * (result?.loss as number);
      const loss = smoothed / (1 - smoothing ** (index + 1));
      points.push({ learningRate, loss });
      least = Math.min(least, loss);
      if (loss > divergence * least) break;
    }
  } catch (error) {
    // A rate that is far too high ends the test as it should.
    if (!(error instanceof NonFiniteLossError) || points.length < 2) throw error;
  } finally {
    await step.dispose();
  }
  return { points, suggestion: steepestFall(points) };
}

function baseRate<Model extends object, Batch extends object>(
  { optimizer }: TrainStepOptions<Model, Batch>,
  step: number,
): number {
  const [first] = 'slots' in optimizer ? [optimizer] : optimizer.map((group) => group.optimizer);
  const rate = first?.learningRate(step) ?? 0;
  if (rate > 0) return rate;
  throw new ArgumentError(
    'findLearningRate',
    `the optimizer's own learning rate is ${rate} at step ${step}; give it a constant one`,
  );
}

/** Points on each side over which a fall is measured: batches differ, and one step says little. */
const slopeReach = 4;

/** The rate with the steepest fall before the least loss; on a scale of equal factors the slope is a plain difference. */
function steepestFall(points: LearningRateCurve['points']): number | undefined {
  const losses = points.map(({ loss }) => loss);
  const lowest = losses.indexOf(Math.min(...losses));
  let found: number | undefined;
  let steepest = 0;
  points.slice(0, lowest + 1).forEach(({ learningRate }, index) => {
    const [first, last] = [Math.max(0, index - slopeReach), Math.min(losses.length - 1, index + slopeReach)];
    const slope = ((losses[last] as number) - (losses[first] as number)) / (last - first);
    if (slope < steepest) {
      steepest = slope;
      found = learningRate;
    }
  });
  return found;
}
