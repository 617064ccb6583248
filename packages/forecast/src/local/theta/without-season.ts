/** A model of the series without its season: the season is taken out first, and put back into whatever comes out. */
import { ArgumentError } from '@noosphere/core';
import type { SeasonKind } from '../decomposition/classical.js';
import type { ContinuingFit } from '../fitted-model.js';
import type { Estimates } from '../local-model.js';
import { repeatSeason } from '../naive.js';
import { numbersFrom } from '../read-estimates.js';

export interface Season {
  readonly kind: SeasonKind;
  /** One value for each place, from that of the first value of the series on. */
  readonly values: Float64Array;
}

/** Fits what is left without the season; deviations are multiplied where the season is. */
export function fitWithoutSeason(
  y: Float64Array,
  season: Season,
  fit: (adjusted: Float64Array) => ContinuingFit,
): ContinuingFit {
  return withSeason(y, season, fit(withoutSeason(y, season)));
}

/** The season that estimates tell of, around a model that has others of them; that model alone where they tell of none. */
export function resumeSeason(
  operation: string,
  estimates: Estimates,
  y: Float64Array,
  resume: (adjusted: Float64Array) => ContinuingFit,
): ContinuingFit {
  const { decomposition: kind } = estimates;
  if (kind === undefined) return resume(y);
  if (kind !== 'additive' && kind !== 'multiplicative')
    throw new ArgumentError(operation, `expects a decomposition additive or multiplicative, got '${kind}'`);
  return fitWithoutSeason(y, { kind, values: numbersFrom(operation, estimates, 'seasons') }, resume);
}

function withoutSeason(y: Float64Array, { kind, values }: Season): Float64Array {
  const at = (index: number) => values[index % values.length] as number;
  return y.map((value, index) => (kind === 'additive' ? value - at(index) : value / at(index)));
}

function withSeason(y: Float64Array, season: Season, inner: ContinuingFit): ContinuingFit {
  const { kind, values } = season;
  const isFactor = kind === 'multiplicative';
  const put = (into: Float64Array, seasons: Float64Array) =>
    into.map((value, index) =>
      isFactor ? value * (seasons[index] as number) : value + (seasons[index] as number),
    );
  const next = values.map((_, step) => values[(y.length + step) % values.length] as number);
  return {
    estimates: { ...inner.estimates, decomposition: kind, seasons: Array.from(values) },
    fitted: put(inner.fitted, repeatSeason(values, y.length)),
    mean: (horizon) => put(inner.mean(horizon), repeatSeason(next, horizon)),
    spread: (mean, levels) => {
      const spread = inner.spread(inner.mean(mean.length), levels) as Float64Array;
      return isFactor ? put(spread, repeatSeason(next, mean.length)) : spread;
    },
    forward: (later) => withSeason(later, season, inner.forward(withoutSeason(later, season))),
  };
}
