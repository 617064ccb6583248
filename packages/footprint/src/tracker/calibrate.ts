/** One second on this machine, to turn counted work into time and energy before the first step. */
import { knownOptions } from '@noosphere/base';
import { FootprintError } from '../errors.js';
import type { Estimate } from '../predict/predict-run.js';
import type { Range } from '../quantities/range.js';
import type { TrackOptions } from './options.js';
import { track } from './track.js';

/** Work as counted from a graph. */
export interface Work {
  readonly flops: number;
  /** Bytes read and written. */
  readonly bytes: number;
}

export interface CalibrateOptions extends TrackOptions {
  /** How long to repeat the work, at least. @default 1 */
  readonly seconds?: number;
}

/** What a machine did with a piece of work. */
export interface Calibration {
  readonly calls: number;
  /** Median. */
  readonly secondsPerCall: number;
  /** Tenth and ninetieth percentile. */
  readonly rangeSeconds: Range;
  readonly flopsPerSecond: number;
  readonly bytesPerSecond: number;
  /** Mean of the view while it ran. */
  readonly powerWatts: number;
  readonly rangeWatts: Range;
}

/**
 * Runs a piece of work again and again and tells the rates that it reached.
 *
 * Calibrate with what will run: a matrix product of the same runtime for FLOP/s, an addition of large tensors for
 * bytes/s. A loop in plain JavaScript says nothing about a native runtime.
 *
 * @param work - runs once and tells its FLOPs and bytes
 *
 * @example
 * const { calls, flopsPerSecond } = await calibrate(
 *   () => {
 *     let sum = 0;
 *     for (let index = 0; index < 1e5; index++) sum += index * 0.5;
 *     return { flops: 2e5, bytes: sum > 0 ? 8 : 0 };
 *   },
 *   { seconds: 0.05 },
 * );
 * console.log(calls > 1, flopsPerSecond > 1e6); // → true true
 */
export async function calibrate(
  work: () => Work | Promise<Work>,
  given: CalibrateOptions = {},
): Promise<Calibration> {
  const { seconds = 1, ...options } = knownOptions(
    'calibrate',
    given,
    'seconds name view scope pid intervalMs manual record budget idleWatts functionalUnit',
    'onWarning onStop host place gramsPerKilowattHour marginalGramsPerKilowattHour pue',
    'waterLitresPerKilowattHour tariff embodied sources cpuTdpWatts memoryWattsPerGigabyte',
    'psys models commands',
  );
  if (!(seconds > 0)) throw new FootprintError('calibrate', `seconds: expected above 0, got ${seconds}`);
  await work();
  const run = track({ name: 'calibration', ...options });
  const times: number[] = [];
  let counted: Work = { flops: 0, bytes: 0 };
  const startMs = performance.now();
  for (let nowMs = startMs; nowMs - startMs < 1000 * seconds || times.length < 3; ) {
    counted = await work();
    const endMs = performance.now();
    times.push((endMs - nowMs) / 1000);
    nowMs = endMs;
  }
  const report = await run.stop();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0;
  const secondsPerCall = Math.max(at(0.5), 1e-9);
  const perSecond = (joules: number) => joules / Math.max(report.elapsedSeconds, 1e-9);
  return {
    calls: times.length,
    secondsPerCall,
    rangeSeconds: [at(0.1), at(0.9)],
    flopsPerSecond: counted.flops / secondsPerCall,
    bytesPerSecond: counted.bytes / secondsPerCall,
    powerWatts: perSecond(report.energyJoules),
    rangeWatts: [perSecond(report.rangeJoules[0]), perSecond(report.rangeJoules[1])],
  };
}

/** Rates of a machine: from two calibrations, one bound by arithmetic and one by memory. */
export interface MachineRates {
  readonly flopsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly powerWatts: number;
  /** @default a factor of 2 both ways */
  readonly rangeWatts?: Range;
}

/**
 * Time and energy of counted work: t = max(FLOPs / rate, bytes / rate), E = P · t (the roofline model).
 *
 * Real operators reach between a third and all of the calibrated rates, so the interval is t to 3 t.
 *
 * @example
 * const rates = { flopsPerSecond: 5e10, bytesPerSecond: 1e10, powerWatts: 30 };
 * const { elapsedSeconds, energyJoules } = estimateWork({ flops: 1e11, bytes: 1e9 }, rates);
 * console.log(elapsedSeconds.value, energyJoules.value); // → 2 60
 */
export function estimateWork(
  { flops, bytes }: Work,
  rates: MachineRates,
): { readonly elapsedSeconds: Estimate; readonly energyJoules: Estimate } {
  const { flopsPerSecond, bytesPerSecond, powerWatts, rangeWatts = [powerWatts / 2, powerWatts * 2] } = rates;
  if (!(flops >= 0 && bytes >= 0 && flopsPerSecond > 0 && bytesPerSecond > 0))
    throw new FootprintError(
      'estimateWork',
      `expected counts from 0 and rates above 0, got ${flops} FLOPs, ${bytes} bytes at ${flopsPerSecond} and ${bytesPerSecond} a second`,
    );
  const seconds = Math.max(flops / flopsPerSecond, bytes / bytesPerSecond);
  return {
    elapsedSeconds: { value: seconds, range: [seconds, 3 * seconds] },
    energyJoules: {
      value: seconds * powerWatts,
      range: [seconds * rangeWatts[0], 3 * seconds * rangeWatts[1]],
    },
  };
}
