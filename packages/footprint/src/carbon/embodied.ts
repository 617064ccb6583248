/** Carbon of making the machine, by the share of its life that the work took. */
import { knownOptions } from '@noosphere/base';
import { FootprintError } from '../errors.js';

export interface EmbodiedOptions {
  /** Carbon of making the machine, kg CO2e. @default 1000, a server (Impact Framework) */
  readonly totalKilograms?: number;
  /** Expected life in years. @default 4 (Impact Framework) */
  readonly lifeYears?: number;
  /** Share of the machine that was reserved for the work, 0 to 1. @default 1 */
  readonly share?: number;
}

/**
 * Embodied carbon of a piece of work: M = TE · (TiR / EL) · (RR / ToR), of the Green Software Foundation's SCI.
 *
 * @param seconds - how long the machine was reserved
 * @returns kilograms of CO2e
 *
 * @example
 * console.log(embodiedKilograms(3600).toFixed(5)); // → 0.02854
 */
export function embodiedKilograms(seconds: number, options: EmbodiedOptions = {}): number {
  const {
    totalKilograms = 1000,
    lifeYears = 4,
    share = 1,
  } = knownOptions('embodiedKilograms', options, 'totalKilograms lifeYears share');
  if (!(totalKilograms >= 0 && lifeYears > 0 && share >= 0 && share <= 1))
    throw new FootprintError(
      'embodiedKilograms',
      `expected totalKilograms from 0, lifeYears above 0, share from 0 to 1; got ${totalKilograms}, ${lifeYears}, ${share}`,
    );
  // A year of the SCI's examples has 365 days.
  return totalKilograms * (seconds / (lifeYears * 365 * 86_400)) * share;
}
