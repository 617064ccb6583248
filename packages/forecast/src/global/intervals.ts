/** Intervals from what a network gives: quantiles as they are, or those of a distribution. */
import { normalQuantile } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { Interval } from '../local/local-model.js';
import { requireLevels } from '../local/require-series.js';
import { type ForecastLoss, quantilesOf } from './losses.js';
import { negativeBinomialQuantile, studentTQuantile } from './quantiles.js';

/** One row of a result by its name. */
type Part = (name: string) => Float64Array;

/** Makes the intervals of one series. Throws where the model's loss has none at these levels. */
export function intervalMaker(
  operation: string,
  loss: ForecastLoss,
  levels: readonly number[],
): (part: Part) => Interval[] {
  requireLevels(operation, levels);
  if (levels.length === 0) return () => [];
  if (typeof loss === 'object' && loss.kind === 'quantiles') {
    const missing = levels.find((level) => !loss.levels.includes(level));
    if (missing !== undefined) {
      throw new ArgumentError(
        operation,
        `was trained for the levels ${loss.levels.join(', ')}, got ${missing}; ask for those, or train with it`,
      );
    }
    return (part) => levels.map((level) => trainedInterval(part('quantiles'), loss.levels, level));
  }
  const quantile = quantileOf[typeof loss === 'string' ? loss : loss.kind];
  if (!quantile) {
    throw new ArgumentError(
      operation,
      `a model of points has no intervals; train with the loss { kind: 'quantiles', levels: [${levels.join(', ')}] } or a distribution, or wrap it for conformal ones`,
    );
  }
  return (part) => {
    const at = quantile(part);
    return levels.map((level) => ({ level, lower: at(0.5 - level / 200), upper: at(0.5 + level / 200) }));
  };
}

function trainedInterval(all: Float64Array, trained: readonly number[], level: number): Interval {
  const quantiles = quantilesOf(trained);
  const width = quantiles.length;
  const at = (quantile: number) => {
    const place = quantiles.findIndex((each) => Math.abs(each - quantile) < 1e-12);
    return Float64Array.from(
      { length: all.length / width },
      (_, step) => all[step * width + place] ?? Number.NaN,
    );
  };
  return { level, lower: at(0.5 - level / 200), upper: at(0.5 + level / 200) };
}

type StepQuantile = (probability: number) => Float64Array;

/** Quantiles of a distribution at each step, by the loss that trains its parameters. */
const quantileOf: Readonly<Record<string, (part: Part) => StepQuantile>> = {
  gaussian: (part) => {
    const [mean, deviation] = [part('mean'), part('deviation')];
    return (probability) =>
      mean.map((value, step) => value + normalQuantile(probability) * (deviation[step] ?? 0));
  },
  studentT: (part) => {
    const [mean, spread, freedom] = [part('mean'), part('spread'), part('degreesOfFreedom')];
    return (probability) =>
      mean.map(
        (value, step) => value + studentTQuantile(probability, freedom[step] ?? 1) * (spread[step] ?? 0),
      );
  },
  negativeBinomial: (part) => {
    const [mean, dispersion] = [part('mean'), part('dispersion')];
    return (probability) =>
      mean.map((value, step) => negativeBinomialQuantile(probability, value, dispersion[step] ?? 1));
  },
};
