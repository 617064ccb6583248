/** The same work elsewhere, at another hour, on another machine. */
import { type FactorOptions, Factors } from '../carbon/factors.js';
import { FootprintError } from '../errors.js';

/** What is known of the work: a report, or any numbers. */
export interface KnownWork {
  readonly energyJoules: number;
  readonly elapsedSeconds: number;
  readonly startedAt: string;
}

/** One change. What is not given stays as the work was; factors come from here alone. */
export interface Scenario extends FactorOptions {
  readonly name: string;
  /** ISO 8601; with factors by the hour it decides. @default as it was */
  readonly startedAt?: string;
  /** Another machine: how many times faster it is, and how many times more power it draws. @default 1 and 1 */
  readonly speedFactor?: number;
  readonly powerFactor?: number;
}

export interface ScenarioResult {
  readonly name: string;
  readonly elapsedSeconds: number;
  readonly energyJoules: number;
  /** energyJoules · PUE: what carbon, water and cost are counted from. */
  readonly siteJoules: number;
  readonly carbonKilograms: number;
  readonly waterLitres: number | null;
  readonly cost: number | null;
  /** Whether the carbon assumes the world's mean, because no place was given. */
  readonly isAssumed: boolean;
}

/**
 * What work would take in other circumstances: E' = E · power / speed, t' = t / speed, factors of the place and hour.
 * The energy is spread evenly over the time.
 *
 * @example
 * const work = { energyJoules: 3.6e6, elapsedSeconds: 3600, startedAt: '2026-01-01T00:00:00Z' };
 * const results = whatIf(work, [{ name: 'France', place: 'FRA' }, { name: 'Poland', place: 'POL' }]);
 * console.log(results.map(({ carbonKilograms }) => carbonKilograms.toFixed(3))); // → [ '0.056', '0.662' ]
 */
export function whatIf(work: KnownWork, scenarios: readonly Scenario[]): ScenarioResult[] {
  return scenarios.map((scenario) => {
    const { name, speedFactor = 1, powerFactor = 1, startedAt = work.startedAt } = scenario;
    const startedMs = Date.parse(startedAt);
    if (!(speedFactor > 0 && powerFactor > 0) || Number.isNaN(startedMs))
      throw new FootprintError(
        'whatIf',
        `${name}: expected factors above 0 and an ISO date, got ${speedFactor}, ${powerFactor} and '${startedAt}'`,
      );
    const factors = new Factors('whatIf', scenario);
    const elapsedSeconds = work.elapsedSeconds / speedFactor;
    const energyJoules = (work.energyJoules * powerFactor) / speedFactor;
    const sums = { carbonKilograms: 0, waterLitres: 0, cost: 0 };
    // Quarters of an hour: finer than any tariff.
    const slices = Math.max(1, Math.ceil(elapsedSeconds / 900));
    for (let index = 0; index < slices; index++) {
      const middleMs = startedMs + (1000 * elapsedSeconds * (index + 0.5)) / slices;
      const effects = factors.effects(energyJoules / slices, elapsedSeconds / slices, middleMs);
      for (const key of ['carbonKilograms', 'waterLitres', 'cost'] as const) sums[key] += effects[key];
    }
    return {
      name,
      elapsedSeconds,
      energyJoules,
      siteJoules: energyJoules * factors.pue,
      carbonKilograms: sums.carbonKilograms,
      waterLitres: Number.isNaN(sums.waterLitres) ? null : sums.waterLitres,
      cost: Number.isNaN(sums.cost) ? null : sums.cost,
      isAssumed: factors.intensity.isAssumed,
    };
  });
}
