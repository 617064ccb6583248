/** Windows as pairs of a series and an end: nothing is copied before a batch is made. */
import { ArgumentError } from '@noosphere/core';
import type { Random } from '@noosphere/train';
import type { SeriesFrame } from '../frame/frame.js';

/** Windows by number: the series, and the row behind the last one that the window knows. */
export interface WindowRows {
  readonly series: Uint32Array;
  readonly ends: Uint32Array;
}

export interface WindowPlan {
  readonly lookback: number;
  readonly horizon: number;
  /** Values at each series' end that training does not see. */
  readonly heldOut: number;
  /** Whether a window holds all series at one time. */
  readonly isMultivariate: boolean;
}

/** What batches are drawn from. */
export interface WindowChoice {
  /** Series that have a window. */
  usable(): Uint32Array;
  /** So many windows of these series. */
  draw(chosen: Uint32Array, count: number, random: Random): WindowRows;
}

/** Which windows a frame has for training. Memory: two numbers a series. */
export class WindowIndex implements WindowChoice {
  readonly #frame: SeriesFrame;
  readonly #plan: WindowPlan;
  /** First end of each series' windows. */
  readonly #first: Uint32Array;
  /** How many windows each series has. */
  readonly #count: Uint32Array;

  /**
   * A series' first window has its whole lookback where the series is long enough for that and a horizon; else it begins
   * earlier, with missing values in front. Its last one has one target, as neuralforecast's.
   */
  constructor(operation: string, frame: SeriesFrame, plan: WindowPlan) {
    const { lookback, horizon, heldOut } = plan;
    this.#frame = frame;
    this.#plan = plan;
    this.#first = new Uint32Array(frame.ids.length);
    this.#count = new Uint32Array(frame.ids.length);
    for (let series = 0; series < frame.ids.length; series++) {
      const [start, stop] = rowsOf(frame, series, heldOut);
      const least = Math.max(1, Math.min(lookback, stop - start - horizon));
      this.#first[series] = start + least;
      this.#count[series] = Math.max(0, stop - start - least);
    }
    if (this.#count.every((count) => count === 0)) {
      throw new ArgumentError(
        operation,
        `no series is long enough to learn from: expected at least 2 values${heldOut > 0 ? ` before the ${heldOut} for validation` : ''}; give longer series`,
      );
    }
    if (plan.isMultivariate) this.#requireAligned(operation);
  }

  /** Series that have a window. */
  usable(): Uint32Array {
    return Uint32Array.from(this.#count.keys()).filter((series) => (this.#count[series] ?? 0) > 0);
  }

  /**
   * Windows drawn from these series, each once where there are enough, else with repetition.
   * @param count Windows; of all series each, where the model is multivariate.
   */
  draw(chosen: Uint32Array, count: number, random: Random): WindowRows {
    if (this.#plan.isMultivariate) return this.#drawJointly(count, random);
    const counts = Array.from(chosen, (series) => this.#count[series] ?? 0);
    const total = counts.reduce((sum, each) => sum + each, 0);
    const picked = drawNumbers(total, count, random).sort();
    const [series, ends] = [new Uint32Array(count), new Uint32Array(count)];
    let [place, passed] = [0, 0];
    for (let index = 0; index < count; index++) {
      const number = picked[index] as number;
      while (number - passed >= (counts[place] as number)) passed += counts[place++] as number;
      const own = chosen[place] as number;
      series[index] = own;
      ends[index] = (this.#first[own] as number) + number - passed;
    }
    return { series, ends };
  }

  #drawJointly(count: number, random: Random): WindowRows {
    const size = this.#frame.ids.length;
    const picked = drawNumbers(this.#count[0] as number, count, random);
    const [series, ends] = [new Uint32Array(count * size), new Uint32Array(count * size)];
    for (let row = 0; row < count * size; row++) {
      series[row] = row % size;
      ends[row] = (this.#first[row % size] as number) + (picked[Math.floor(row / size)] as number);
    }
    return { series, ends };
  }

  #requireAligned(operation: string): void {
    const odd = this.#count.findIndex((count) => count !== this.#count[0]);
    if (odd < 0) return;
    const { ids, offsets } = this.#frame;
    const rows = (series: number) => (offsets[series + 1] as number) - (offsets[series] as number);
    throw new ArgumentError(
      operation,
      `sees all series side by side and needs them equally long, got ${rows(0)} rows of '${ids[0]}' and ${rows(odd)} of '${ids[odd]}'; fill gaps or cut them to the same times`,
    );
  }
}

/** Rows [start, stop) of a series without those that are held out. */
export function rowsOf({ offsets }: SeriesFrame, series: number, heldOut = 0): [start: number, stop: number] {
  const start = offsets[series] as number;
  return [start, Math.max(start, (offsets[series + 1] as number) - heldOut)];
}

/**
 * The windows whose whole horizon lies in the last values of each series: none is left out. Windows of one time lie
 * behind one another.
 */
export function validationWindows(frame: SeriesFrame, size: number, horizon: number): WindowRows {
  const [series, ends]: [number[], number[]] = [[], []];
  for (let place = 0; place <= size - horizon; place++) {
    for (let own = 0; own < frame.ids.length; own++) {
      const [start, stop] = rowsOf(frame, own);
      const end = stop - size + place;
      if (end <= start) continue;
      series.push(own);
      ends.push(end);
    }
  }
  return { series: Uint32Array.from(series), ends: Uint32Array.from(ends) };
}

/** The window at the end of each series. */
export function lastWindows(frame: SeriesFrame): WindowRows {
  const series = Uint32Array.from(frame.ids.keys());
  return { series, ends: series.map((own) => rowsOf(frame, own)[1]) };
}

/** Numbers below a total: different ones where there are enough. */
export function drawNumbers(total: number, count: number, random: Random): Uint32Array {
  const below = (limit: number) => Math.floor(random.uniform() * limit);
  if (total < count) return Uint32Array.from({ length: count }, () => below(total));
  // Floyd's sample: no list of all windows is needed.
  const drawn = new Set<number>();
  for (let last = total - count; last < total; last++) {
    const number = below(last + 1);
    drawn.add(drawn.has(number) ? last : number);
  }
  return Uint32Array.from(drawn);
}
