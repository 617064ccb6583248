/** Where new configurations come from. */
import type { Random } from '../random.js';
import { type Coordinate, configFrom, pointOf, type SpacePoint } from './points.js';
import type { SearchSpace } from './vary.js';

/** A point that was measured. */
export interface TrialObservation {
  readonly point: SpacePoint;
  readonly budget: number;
  /** Lower is better; infinite for a trial that failed or is still under way. */
  readonly cost: number;
}

export interface SearchSampler {
  readonly name: string;
  /** A point to try next. All randomness comes from `random`: the same observations give the same point. */
  propose(space: SearchSpace, observations: readonly TrialObservation[], random: Random): SpacePoint;
}

/**
 * Draws every dimension by itself, whatever is known: the baseline that others are measured against.
 * @example
 * console.log(randomSampler().name); // → random
 */
export function randomSampler(): SearchSampler {
  return { name: 'random', propose: (space, _, random) => drawPoint(space, random) };
}

/** A point drawn from the space itself. */
export function drawPoint(space: SearchSpace, random: Random): SpacePoint {
  return pointBy(space, (coordinate) => drawCoordinate(coordinate, random));
}

/** The point that choices lead to, moved to where whole numbers lie. */
export function pointBy(space: SearchSpace, choose: (coordinate: Coordinate) => number): SpacePoint {
  return pointOf(space, configFrom(space, choose));
}

/** A coordinate drawn from its dimension. */
export function drawCoordinate({ choices }: Coordinate, random: Random): number {
  return choices === undefined ? random.uniform() : Math.floor(random.uniform() * choices);
}
