/** The entry: begin to track, or track one function. */
import { knownOptions } from '@noosphere/base';
import type { TrackOptions } from './options.js';
import type { Report } from './report.js';
import { Run } from './run.js';

/**
 * Begins to track energy, carbon, cost, memory and time. Nothing goes over a network.
 *
 * @param options - at least `place`, or carbon is computed with the world's mean, and the report says so
 *
 * @example
 * const run = track({ place: 'FRA' });
 * const epoch = run.window('epoch 1');
 * epoch.end();
 * const { energyJoules, carbon, windows } = await run.stop();
 * console.log(energyJoules > 0, carbon.intensity.name, windows[0]?.path); // → true France epoch 1
 */
export function track(options: TrackOptions = {}): Run {
  knownOptions(
    'track',
    options,
    'name view scope pid intervalMs manual record budget idleWatts functionalUnit onWarning',
    'onStop host place gramsPerKilowattHour marginalGramsPerKilowattHour pue',
    'waterLitresPerKilowattHour tariff embodied sources cpuTdpWatts memoryWattsPerGigabyte',
    'psys models commands',
  );
  return new Run(options);
}

/** A function's result, with what it took. */
export interface Measured<T> {
  readonly value: T;
  readonly report: Report;
}

/**
 * Runs a function and tells what it took. If it throws, the run is stopped and the error passed on.
 *
 * @example
 * const { value, report } = await measure(() => 6 * 7, { place: 'FRA' });
 * console.log(value, report.elapsedSeconds >= 0, report.waterLitres); // → 42 true null
 */
export async function measure<T>(
  work: () => T | Promise<T>,
  options: TrackOptions = {},
): Promise<Measured<T>> {
  knownOptions(
    'measure',
    options,
    'name view scope pid intervalMs manual record budget idleWatts functionalUnit onWarning',
    'onStop host place gramsPerKilowattHour marginalGramsPerKilowattHour pue',
    'waterLitresPerKilowattHour tariff embodied sources cpuTdpWatts memoryWattsPerGigabyte',
    'psys models commands',
  );
  const run = track(options);
  try {
    const value = await work();
    return { value, report: await run.stop() };
  } catch (error) {
    await run.stop();
    throw error;
  }
}
