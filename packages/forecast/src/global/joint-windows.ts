/** Windows of all series at one time: the origins that a decision over several series can be learnt from. */
import { ArgumentError } from '@noosphere/core';
import type { Random } from '@noosphere/train';
import type { SeriesFrame } from '../frame/frame.js';
import { drawNumbers, rowsOf, type WindowChoice, type WindowPlan, type WindowRows } from './windows.js';

/**
 * Times at which every series has its whole lookback and its whole horizon: a window with a missing value does not enter.
 * Rows of one time lie behind one another, in the frame's order of series. Memory: one number a time.
 */
export class JointWindows implements WindowChoice {
  readonly #frame: SeriesFrame;
  /** Rows from each series' first, one an origin. */
  readonly #origins: Uint32Array;
  /** The first of them whose horizon lies in the rows that are held out. */
  readonly #firstHeldOut: number;

  /** Throws where the series do not have the same times, or no time has all values. */
  constructor(operation: string, frame: SeriesFrame, plan: Omit<WindowPlan, 'isMultivariate'>) {
    const { lookback, horizon, heldOut } = plan;
    requireSameTimes(operation, frame);
    this.#frame = frame;
    const [start, stop] = rowsOf(frame, 0);
    const length = stop - start;
    const isWhole = wholeStretches(frame, length);
    const origins = (first: number, last: number) =>
      Array.from({ length: Math.max(0, last - first + 1) }, (_, place) => first + place).filter((origin) =>
        isWhole(origin - lookback, origin + horizon),
      );
    const training = origins(lookback, length - heldOut - horizon);
    const validation = heldOut > 0 ? origins(Math.max(lookback, length - heldOut), length - horizon) : [];
    for (const [part, found] of [
      ['training', training],
      ['validation', validation],
    ] as const) {
      if (found.length > 0 || (part === 'validation' && heldOut === 0)) continue;
      throw new ArgumentError(
        operation,
        `no time has ${lookback} values before and ${horizon} behind it of every series for ${part}, with ${length} rows a series${heldOut > 0 ? ` and ${heldOut} for validation` : ''}; give longer series, fill gaps, or shorten the lookback`,
      );
    }
    this.#origins = Uint32Array.from([...training, ...validation]);
    this.#firstHeldOut = training.length;
  }

  /** All of them. */
  usable(): Uint32Array {
    return Uint32Array.from(this.#frame.ids.keys());
  }

  /** @param count Times; each gives a window of every series. */
  draw(_chosen: Uint32Array, count: number, random: Random): WindowRows {
    const picked = drawNumbers(this.#firstHeldOut, count, random);
    return this.#windowsAt(picked.map((place) => this.#origins[place] as number));
  }

  /** Every time whose whole horizon lies in the rows that are held out. */
  heldOutWindows(): WindowRows {
    return this.#windowsAt(this.#origins.subarray(this.#firstHeldOut));
  }

  #windowsAt(origins: Uint32Array): WindowRows {
    const size = this.#frame.ids.length;
    const series = Uint32Array.from({ length: origins.length * size }, (_, row) => row % size);
    const ends = series.map(
      (own, row) => rowsOf(this.#frame, own)[0] + (origins[Math.floor(row / size)] as number),
    );
    return { series, ends };
  }
}

function requireSameTimes(operation: string, frame: SeriesFrame): void {
  const [start, stop] = rowsOf(frame, 0);
  const times = frame.times.subarray(start, stop);
  for (const [series, id] of frame.ids.entries()) {
    const own = frame.times.subarray(...rowsOf(frame, series));
    if (own.length === times.length && own.every((time, row) => time === times[row])) continue;
    throw new ArgumentError(
      operation,
      `a decision over several series needs all of them at the same times, and '${frame.ids[0]}' has ${times.length} rows and '${id}' ${own.length}, or others; cut them to common times and fill gaps`,
    );
  }
}

/** Whether rows [first, end) of all series hold values. */
function wholeStretches(frame: SeriesFrame, length: number): (first: number, end: number) => boolean {
  const missingBefore = new Uint32Array(length + 1);
  for (let row = 0; row < length; row++) {
    const isMissing = frame.ids.some((_, series) => Number.isNaN(frame.y[rowsOf(frame, series)[0] + row]));
    missingBefore[row + 1] = (missingBefore[row] as number) + Number(isMissing);
  }
  return (first, end) => missingBefore[first] === missingBefore[end];
}
