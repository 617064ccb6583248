/** Software Carbon Intensity: carbon for each unit of use. */
import { FootprintError } from '../errors.js';

export interface SciInput {
  readonly operationalKilograms: number;
  readonly embodiedKilograms: number;
  /** How many units were delivered. */
  readonly units: number;
  /** What a unit is: `training run`, `1,000 inferences`. */
  readonly unit: string;
}

export interface SciScore {
  /** Grams of CO2e a unit. */
  readonly gramsPerUnit: number;
  readonly unit: string;
}

/**
 * SCI = ((E · I) + M) per R (ISO/IEC 21031:2024). E · I is location-based: offsets and certificates do not count.
 *
 * @example
 * const run = { operationalKilograms: 0.4, embodiedKilograms: 0.1, units: 1000, unit: 'inference' };
 * console.log(sciScore(run)); // → { gramsPerUnit: 0.5, unit: 'inference' }
 */
export function sciScore({ operationalKilograms, embodiedKilograms, units, unit }: SciInput): SciScore {
  if (!(units > 0))
    throw new FootprintError('sciScore', `expected units above 0, got ${units}; count what was delivered`);
  return { gramsPerUnit: (1000 * (operationalKilograms + embodiedKilograms)) / units, unit };
}
