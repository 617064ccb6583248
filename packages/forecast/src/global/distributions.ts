/** Likelihoods as objectives: the network gives a distribution's parameters, as neuralforecast's `DistributionLoss`. */
import { add, div, log, mul, reshape, softplus, split, square, type Tensor } from '@noosphere/core';
import {
  gaussianNegativeLogLikelihood,
  negativeBinomialNegativeLogLikelihood,
  studentTNegativeLogLikelihood,
} from '@noosphere/train';
import { maskedMean, type Objective } from './losses.js';

export const distributionKinds = ['gaussian', 'studentT', 'negativeBinomial'] as const;
export type DistributionKind = (typeof distributionKinds)[number];

/** Parameters on the original scale [B, H], by name; `mean` is the distribution's. */
type Parameters = Readonly<Record<string, Tensor>>;

interface Distribution {
  readonly outputs: number;
  parameters(raw: readonly Tensor[], shift: Tensor, scale: Tensor): Parameters;
  /** Minus the log-likelihood of each target [B, H]. */
  losses(parameters: Parameters, target: Tensor): Tensor;
}

const get = (parameters: Parameters, name: string) => parameters[name] as Tensor;
const move = (x: Tensor, shift: Tensor, scale: Tensor) => add(mul(x, scale), shift);

/** Scales stay away from 0 by so much of the window's scale. */
const leastDeviation = 0.2;
const leastSpread = 0.1;
const tiny = 1e-8;

const distributions: Readonly<Record<DistributionKind, Distribution>> = {
  gaussian: {
    outputs: 2,
    parameters: ([location, spread], shift, scale) => ({
      mean: move(location as Tensor, shift, scale),
      deviation: mul(add(softplus(spread as Tensor), leastDeviation), scale),
    }),
    losses: (parameters, target) =>
      gaussianNegativeLogLikelihood(get(parameters, 'mean'), target, square(get(parameters, 'deviation')), {
        full: true,
        reduction: 'none',
        epsilon: 1e-30,
      }),
  },
  studentT: {
    outputs: 3,
    // Above 3 degrees of freedom mean and variance exist.
    parameters: ([freedom, location, spread], shift, scale) => ({
      mean: move(location as Tensor, shift, scale),
      spread: mul(add(softplus(spread as Tensor), leastSpread), scale),
      degreesOfFreedom: add(softplus(freedom as Tensor), 3),
    }),
    losses: (parameters, target) =>
      studentTNegativeLogLikelihood(
        {
          degreesOfFreedom: get(parameters, 'degreesOfFreedom'),
          location: get(parameters, 'mean'),
          scale: get(parameters, 'spread'),
        },
        target,
        { reduction: 'none' },
      ),
  },
  negativeBinomial: {
    outputs: 2,
    // mean μ and variance μ + α μ²; the halved α is neuralforecast's, for windows that are not scaled.
    parameters: ([location, dispersion]) => ({
      mean: add(softplus(location as Tensor), tiny),
      dispersion: mul(add(softplus(dispersion as Tensor), tiny), 0.5),
    }),
    losses: (parameters, target) => {
      const [mean, dispersion] = [get(parameters, 'mean'), get(parameters, 'dispersion')];
      return negativeBinomialNegativeLogLikelihood(
        { totalCount: div(1, dispersion), logits: log(mul(mean, dispersion)) },
        target,
        { reduction: 'none' },
      );
    },
  },
};

/** The objective of a distribution. */
export function distributionObjective(kind: DistributionKind): Objective {
  const { outputs, parameters, losses } = distributions[kind];
  const parametersOf = (output: Tensor, shift: Tensor, scale: Tensor) => {
    const parts = split(output, { axis: 2, sizes: new Array<number>(outputs).fill(1) });
    return parameters(
      parts.map((part) => reshape(part, [-1, output.shape[1] as number])), // [B, H, 1] -> [B, H]
      shift,
      scale,
    );
  };
  return {
    outputs,
    loss: ({ output, rawTarget, mask, shift, scale }) =>
      maskedMean(losses(parametersOf(output, shift, scale), rawTarget), mask),
    results: parametersOf,
  };
}
