/** How much a step takes, and how sure that is. */

import { normalQuantile } from '@noosphere/base';

export interface Rate {
  readonly perStep: number;
  /** Half the interval of the rate over so many more steps, as a share of the rate. */
  relativeHalfWidth(remainingSteps: number): number;
}

interface Point {
  readonly step: number;
  readonly used: number;
}

/** Machines drift: other load, heat, data that get longer. A share of the rate for each factor e of extrapolation. */
const driftShare = 0.02;
const baseShare = 0.02;
const mostBlocks = 12;

/**
 * Mean use a step after the warm-up, from increments between points.
 *
 * Half-width: t · √(s² (1 + ρ) / (B (1 − ρ))) / mean from B blocks with lag-1 correlation ρ, and drift
 * (2 % + 2 % · ln(1 + remaining / observed)) · z beside it.
 */
export function rateOf(points: readonly Point[], confidence: number): Rate {
  const settled = withoutWarmUp(points);
  const [first, last] = [settled[0], settled.at(-1)];
  const observed = (last?.step ?? 0) - (first?.step ?? 0);
  const perStep = observed > 0 ? ((last?.used ?? 0) - (first?.used ?? 0)) / observed : 0;
  const blocks = blockRates(settled);
  const count = blocks.length;
  const mean = blocks.reduce((sum, rate) => sum + rate, 0) / Math.max(1, count);
  const deviations = blocks.map((rate) => rate - mean);
  const squares = deviations.reduce((sum, deviation) => sum + deviation ** 2, 0);
  const variance = count > 1 ? squares / (count - 1) : 0;
  const products = deviations
    .slice(1)
    .reduce((sum, value, index) => sum + value * (deviations[index] ?? 0), 0);
  const correlation = Math.min(0.8, Math.max(0, squares > 0 ? products / squares : 0));
  const error = Math.sqrt((variance * (1 + correlation)) / (Math.max(1, count) * (1 - correlation)));
  const z = normalQuantile((1 + confidence) / 2);
  // Few blocks: Student's quantile, by its first terms (Cornish and Fisher).
  const freedom = Math.max(1, count - 1);
  const t = z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);
  const sampling = mean > 0 ? (t * error) / mean : 0;
  return {
    perStep,
    relativeHalfWidth(remainingSteps) {
      const drift = baseShare + driftShare * Math.log1p(remainingSteps / Math.max(1, observed));
      return Math.hypot(sampling, z * drift);
    },
  };
}

/** Leaves out beginnings that take more than twice the median of all steps: compilation, caches, first pages. */
function withoutWarmUp(points: readonly Point[]): readonly Point[] {
  const rates = increments(points);
  const sorted = [...rates].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  let skipped = rates.length >= 3 ? 1 : 0;
  while (skipped < rates.length / 3 && (rates[skipped] ?? 0) > 2 * median) skipped++;
  return points.slice(skipped);
}

function increments(points: readonly Point[]): number[] {
  return points.slice(1).map(({ step, used }, index) => {
    const before = points[index];
    return before === undefined ? 0 : (used - before.used) / (step - before.step);
  });
}

function blockRates(points: readonly Point[]): number[] {
  const size = Math.max(1, Math.ceil((points.length - 1) / mostBlocks));
  const ends = points.filter((_, index) => index % size === 0);
  const last = points.at(-1);
  if (last !== undefined && ends.at(-1) !== last && (points.length - 1) % size >= size / 2) ends.push(last);
  return increments(ends);
}
