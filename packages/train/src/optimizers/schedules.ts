/** Learning rates as functions of the step, counted from 0. Any function of that kind is a schedule too. */
import { knownOptions, requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';

export type Schedule = (step: number) => number;

/**
 * The same rate at every step: lr.
 * @example
 * console.log(constantRate(0.1)(1000)); // → 0.1
 */
export function constantRate(learningRate: number): Schedule {
  return () => learningRate;
}

/**
 * Falls at regular steps: lr · factor^⌊t / every⌋. PyTorch's StepLR.
 * @param options.factor @default 0.1
 * @example
 * console.log([0, 9, 10, 20].map(stepDecay({ learningRate: 1, every: 10, factor: 0.5 }))); // → [ 1, 1, 0.5, 0.25 ]
 */
export function stepDecay(options: { learningRate: number; every: number; factor?: number }): Schedule {
  const {
    learningRate,
    every,
    factor = 0.1,
  } = knownOptions('stepDecay', options, 'learningRate every factor');
  requireWhole('stepDecay', 'every', every);
  return (step) => learningRate * factor ** Math.floor(step / every);
}

/**
 * Falls at given steps: lr · factor^(milestones passed). PyTorch's MultiStepLR.
 * @param options.factor @default 0.1
 * @example
 * console.log([0, 30, 80].map(multiStepDecay({ learningRate: 1, milestones: [30, 80], factor: 0.5 }))); // → [ 1, 0.5, 0.25 ]
 */
export function multiStepDecay(options: {
  learningRate: number;
  milestones: readonly number[];
  factor?: number;
}): Schedule {
  const {
    learningRate,
    milestones,
    factor = 0.1,
  } = knownOptions('multiStepDecay', options, 'learningRate milestones factor');
  return (step) => learningRate * factor ** milestones.filter((milestone) => step >= milestone).length;
}

/**
 * lr · factor^t. PyTorch's ExponentialLR.
 * @example
 * console.log(exponentialDecay({ learningRate: 1, factor: 0.5 })(3)); // → 0.125
 */
export function exponentialDecay(options: { learningRate: number; factor: number }): Schedule {
  const { learningRate, factor } = knownOptions('exponentialDecay', options, 'learningRate factor');
  return (step) => learningRate * factor ** step;
}

/**
 * Falls to `end` over `steps` and stays there: end + (lr - end) (1 - t / steps)^power. PyTorch's PolynomialLR.
 * @param options.end @default 0
 * @param options.power 1 is a straight line. @default 1
 * @example
 * console.log([0, 5, 10, 15].map(polynomialDecay({ learningRate: 1, steps: 10 }))); // → [ 1, 0.5, 0, 0 ]
 */
export function polynomialDecay(options: {
  learningRate: number;
  steps: number;
  end?: number;
  power?: number;
}): Schedule {
  const {
    learningRate,
    steps,
    end = 0,
    power = 1,
  } = knownOptions('polynomialDecay', options, 'learningRate steps end power');
  requireWhole('polynomialDecay', 'steps', steps);
  return (step) => end + (learningRate - end) * Math.max(0, 1 - step / steps) ** power;
}

/**
 * Half a cosine down to `end` over `steps`, then `end`: end + (lr - end) (1 + cos(π t / steps)) / 2.
 * Loshchilov & Hutter 2017; PyTorch's CosineAnnealingLR until its end.
 * @param options.end @default 0
 * @example
 * console.log([0, 5, 10, 99].map(cosineDecay({ learningRate: 1, steps: 10 })).map((rate) => rate.toFixed(2))); // → [ '1.00', '0.50', '0.00', '0.00' ]
 */
export function cosineDecay(options: { learningRate: number; steps: number; end?: number }): Schedule {
  const { learningRate, steps, end = 0 } = knownOptions('cosineDecay', options, 'learningRate steps end');
  requireWhole('cosineDecay', 'steps', steps);
  return (step) => cosineBetween(learningRate, end, Math.min(1, step / steps));
}

/**
 * Cosines that start again, each `growth` times as long as the one before. SGDR; PyTorch's CosineAnnealingWarmRestarts.
 * @param options.growth A whole number. @default 1
 * @param options.end @default 0
 * @example
 * console.log([0, 10, 30].map(cosineRestarts({ learningRate: 1, period: 10, growth: 2 }))); // → [ 1, 1, 1 ]
 */
export function cosineRestarts(options: {
  learningRate: number;
  period: number;
  growth?: number;
  end?: number;
}): Schedule {
  const {
    learningRate,
    period,
    growth = 1,
    end = 0,
  } = knownOptions('cosineRestarts', options, 'learningRate period growth end');
  requireWhole('cosineRestarts', 'period', period);
  requireWhole('cosineRestarts', 'growth', growth);
  return (step) => {
    let [begun, length] = [0, period];
    if (growth === 1) begun = Math.floor(step / period) * period;
    else
      while (step >= begun + length) {
        begun += length;
        length *= growth;
      }
    return cosineBetween(learningRate, end, (step - begun) / length);
  };
}

/**
 * Up to `peak` and down again in one cycle: from peak / startDivisor over the first share `rise` of the steps, then down
 * to peak / startDivisor / endDivisor at the last one. Smith & Topin 2018; PyTorch's OneCycleLR.
 * @param options.rise @default 0.3
 * @param options.startDivisor @default 25
 * @param options.endDivisor @default 10000
 * @param options.shape @default 'cosine'
 * @example
 * const rate = oneCycle({ peak: 1, steps: 10 });
 * console.log([0, 2, 9].map((step) => rate(step).toFixed(6))); // → [ '0.040000', '1.000000', '0.000004' ]
 */
export function oneCycle(options: {
  peak: number;
  steps: number;
  rise?: number;
  startDivisor?: number;
  endDivisor?: number;
  shape?: 'cosine' | 'linear';
}): Schedule {
  const {
    peak,
    steps,
    rise = 0.3,
    startDivisor = 25,
    endDivisor = 1e4,
    shape = 'cosine',
  } = knownOptions('oneCycle', options, 'peak steps rise startDivisor endDivisor shape');
  requireWhole('oneCycle', 'steps', steps);
  if (!(rise > 0 && rise < 1))
    throw new ArgumentError('oneCycle', `rise must lie between 0 and 1, got ${rise}`);
  const between =
    shape === 'cosine'
      ? cosineBetween
      : (from: number, to: number, share: number) => from + (to - from) * share;
  const start = peak / startDivisor;
  const top = rise * steps - 1;
  return (step) => {
    if (step <= top) return between(start, peak, step / top);
    return between(peak, start / endDivisor, Math.min(1, (step - top) / (steps - 1 - top)));
  };
}

/**
 * Rises in a line from 0 over `steps`, then follows `schedule` from its beginning: the trainers' linear warm-up.
 * @example
 * const rate = warmUp(2, polynomialDecay({ learningRate: 1, steps: 4 }));
 * console.log([0, 1, 2, 4, 6].map(rate)); // → [ 0, 0.5, 1, 0.5, 0 ]
 */
export function warmUp(steps: number, schedule: Schedule): Schedule {
  if (!Number.isInteger(steps) || steps < 0)
    throw new ArgumentError('warmUp', `steps must be a whole number from 0, got ${steps}`);
  return (step) => (step < steps ? (schedule(0) * step) / steps : schedule(step - steps));
}

/**
 * lr · √(w / max(t + 1, w)): flat for w steps, then falling with the inverse root. Raffel et al. 2020 (T5).
 * @example
 * console.log([0, 99, 399].map(inverseSquareRoot({ learningRate: 1, warmupSteps: 100 }))); // → [ 1, 1, 0.5 ]
 */
export function inverseSquareRoot(options: { learningRate: number; warmupSteps: number }): Schedule {
  const { learningRate, warmupSteps } = knownOptions(
    'inverseSquareRoot',
    options,
    'learningRate warmupSteps',
  );
  requireWhole('inverseSquareRoot', 'warmupSteps', warmupSteps);
  return (step) => learningRate * Math.sqrt(warmupSteps / Math.max(step + 1, warmupSteps));
}

function cosineBetween(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
}
