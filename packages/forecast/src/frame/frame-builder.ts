/** Rows, one after another, to a frame: the one place where rows are checked against each other. */
import type { ParsedDate } from '../series/cells.js';
import { NumberList } from '../series/numbers.js';
import { type CovariateNames, type LoadedFrame, listCovariates } from './covariates.js';
import type { FrameOptions } from './frame-options.js';
import type { Frequency } from './frequency.js';
import { type InferredFrequency, inferFrequency } from './infer-frequency.js';
import { WallClock, zoneWhereClocksShow } from './local-time.js';
import { orderRows } from './order-rows.js';
import { gridOf, msOfDay } from './time-grid.js';

/** Refuses a row (or, `undefined`, the whole table); must throw. */
export type Refuse = (row: number | undefined, message: string) => never;

const msOfHour = 3_600_000;

export class FrameBuilder<Names extends CovariateNames> {
  readonly #options: FrameOptions<Names>;
  readonly #refuse: Refuse;
  readonly #ids: string[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #series = new NumberList();
  readonly #times = new NumberList();
  readonly #rows = new NumberList();
  readonly #y = new NumberList();
  /** Past and future covariates, in that order. */
  readonly #columns: NumberList[];
  /** Static covariates, one value a series. */
  readonly #statics: number[][];
  readonly #covariates: ReturnType<typeof listCovariates>;
  readonly #clock: WallClock | undefined;
  /** Time of each series' last row, where a clock's hour is shown twice. */
  readonly #latest: number[] = [];
  #first: { readonly date: ParsedDate; readonly row: number } | undefined;
  #isMidnight = true;

  constructor(options: FrameOptions<Names>, refuse: Refuse) {
    this.#options = options;
    this.#refuse = refuse;
    this.#covariates = listCovariates(options.covariates ?? {});
    const roles = this.#covariates.map(({ role }) => role);
    this.#columns = roles.filter((role) => role !== 'static').map(() => new NumberList());
    this.#statics = roles.filter((role) => role === 'static').map(() => []);
    const { timeZone } = options;
    if (timeZone !== undefined && timeZone !== 'UTC') {
      try {
        this.#clock = new WallClock(timeZone);
      } catch {
        refuse(undefined, `expected a time zone such as Europe/Berlin, got '${timeZone}'`);
      }
    }
  }

  /** @param covariates In the order of `listCovariates`. */
  add(row: number, id: string, date: ParsedDate, y: number, covariates: ArrayLike<number>): void {
    let series = this.#indexes.get(id);
    if (series === undefined) {
      series = this.#ids.length;
      this.#indexes.set(id, series);
      this.#ids.push(id);
      this.#latest.push(Number.NEGATIVE_INFINITY);
    }
    const time = this.#timeOf(date, series, row);
    this.#series.push(series);
    this.#times.push(time);
    this.#rows.push(row);
    this.#y.push(y);
    this.#columns.forEach((column, index) => {
      column.push(covariates[index] ?? Number.NaN);
    });
    this.#statics.forEach((column, index) => {
      const value = covariates[this.#columns.length + index] ?? Number.NaN;
      const known = column[series as number];
      column[series as number] ??= value;
      if (known !== undefined && !Object.is(known, value)) {
        const { name } = this.#covariates[this.#columns.length + index] ?? { name: '' };
        this.#refuse(
          row,
          `the static covariate '${name}' of series '${id}' is ${value}, and ${known} in the rows before; expected one value a series`,
        );
      }
    });
  }

  finish(): LoadedFrame<Names> {
    const first = this.#first;
    if (!first) return this.#refuse(undefined, 'has no row of values');
    const rows = this.#rows.toArray();
    const { offsets, order, wasSorted } = orderRows(
      this.#series.toArray(),
      this.#times.toArray(),
      this.#ids.length,
      {
        sort: this.#options.unordered === 'sort',
        onUnordered: (before, after) =>
          this.#refuse(
            rows[after],
            `${this.#place(after)} comes after a later row, ${this.#rowText(rows, before)}; expected rows of a series in the order of time, or unordered: 'sort'`,
          ),
        onTwice: (before, after) => this.#refuseTwice(rows, before, after),
      },
    );
    const place = (list: NumberList) => {
      const values = list.toArray();
      return order ? Float64Array.from(order, (row) => values[row] as number) : values;
    };
    const times = place(this.#times);
    const y = place(this.#y);
    const rowOf = (index: number) => rows[order?.[index] ?? index] as number;
    this.#ids.forEach((id, series) => {
      if (y.subarray(offsets[series], offsets[series + 1]).every(Number.isNaN))
        this.#refuse(rowOf(offsets[series] as number), `series '${id}' has no value at all; leave it out`);
    });
    const { frequency, reason } = this.#frequency(times, offsets);
    this.#checkDistances(times, offsets, frequency, reason, rowOf);
    const columnsOf = (role: 'past' | 'future') =>
      Object.fromEntries(
        this.#covariates.flatMap((each, index) =>
          each.role === role ? [[each.name, place(this.#columns[index] as NumberList)]] : [],
        ),
      );
    const statics = this.#covariates.filter(({ role }) => role === 'static');
    const frame: LoadedFrame = {
      ids: this.#ids,
      offsets,
      times,
      timeKind: first.date.kind === 'time' && this.#isMidnight ? 'day' : first.date.kind,
      frequency,
      frequencyReason: reason,
      wasSorted,
      y,
      past: columnsOf('past'),
      future: columnsOf('future'),
      static: Object.fromEntries(
        statics.map(({ name }, index) => [name, Float64Array.from(this.#statics[index] ?? [])]),
      ),
    };
    // The names are those of the options.
    return frame as LoadedFrame<Names>;
  }

  /** Milliseconds in UTC or the step; refuses kinds and zones that differ from the first row's. */
  #timeOf(date: ParsedDate, series: number, row: number): number {
    this.#first ??= { date, row };
    const { date: first, row: firstRow } = this.#first;
    if (date.kind !== first.kind)
      this.#refuse(row, `expected a ${first.kind} as in the rows before, got the ${date.kind} ${date.text}`);
    if (date.zone !== first.zone) {
      const name = (zone: string | undefined) => (zone ? `the offset ${zone}` : 'no offset');
      this.#refuse(
        row,
        `${date.text} of series '${this.#ids[series]}' has ${name(date.zone)}, and row ${firstRow} has ${name(first.zone)}; give all times in UTC, or local ones without offsets and timeZone`,
      );
    }
    let time = date.order;
    if (date.kind === 'time' && this.#clock && !date.zone) {
      const instants = this.#clock.instantsOf(time);
      if (instants.length === 0) {
        this.#refuse(
          row,
          `${date.text} of series '${this.#ids[series]}' does not exist in ${this.#options.timeZone}: clocks were set forward over it`,
        );
      }
      // An hour shown twice: the second time round where the first one is taken.
      const latest = this.#latest[series] as number;
      time = instants.find((instant) => instant > latest) ?? (instants[0] as number);
      this.#latest[series] = time;
    }
    if (time % msOfDay !== 0) this.#isMidnight = false;
    return time;
  }

  #place(row: number): string {
    return `series '${this.#ids[this.#series.at(row)]}': ${this.#timeText(this.#times.at(row))}`;
  }

  #timeText(time: number): string {
    if (this.#first?.date.kind === 'step') return String(time);
    const text = new Date(time).toISOString();
    return this.#first?.date.kind === 'day' ? text.slice(0, 10) : text.replace('.000Z', 'Z');
  }

  #rowText(rows: Float64Array, index: number): string {
    return `${this.#timeText(this.#times.at(index))} in row ${rows[index]}`;
  }

  #refuseTwice(rows: Float64Array, before: number, after: number): never {
    const zone = this.#isLocal() ? zoneWhereClocksShow(this.#times.at(after), 2) : undefined;
    const hint = zone
      ? `; clocks show this hour twice, in ${zone} for one: give times in UTC, or timeZone`
      : '; leave one out';
    return this.#refuse(
      rows[after],
      `${this.#place(after)} comes twice, first in row ${rows[before]}${hint}`,
    );
  }

  /** Times of a wall clock, for all that is known. */
  #isLocal(): boolean {
    const { timeZone } = this.#options;
    return timeZone === undefined && this.#first?.date.kind === 'time' && !this.#first.date.zone;
  }

  #frequency(
    times: Float64Array,
    offsets: Uint32Array,
  ): InferredFrequency | { frequency: Frequency; reason: string } {
    if (this.#options.frequency !== undefined)
      return { frequency: this.#options.frequency, reason: 'as asked' };
    let longest = 0;
    const sizeOf = (series: number) => (offsets[series + 1] as number) - (offsets[series] as number);
    for (let series = 1; series < this.#ids.length; series++)
      if (sizeOf(series) > sizeOf(longest)) longest = series;
    const isSteps = this.#first?.date.kind === 'step';
    const inferred = inferFrequency(times.subarray(offsets[longest], offsets[longest + 1]), isSteps);
    if (typeof inferred === 'string') {
      return this.#refuse(
        undefined,
        `cannot infer the frequency: ${inferred}; give one, such as frequency: 'D'`,
      );
    }
    const reason = `inferred from series '${this.#ids[longest]}': ${inferred.reason}`;
    // One shop that opens on Sundays makes it days.
    if (inferred.frequency !== 'B' || times.every((time) => gridOf('B').stepsBetween(time, time) === 0))
      return { frequency: inferred.frequency, reason };
    return { frequency: 'D', reason: 'inferred: one row a day, Saturdays or Sundays among them' };
  }

  /** Every row lies on the grid of its series, and no series has another frequency. */
  #checkDistances(
    times: Float64Array,
    offsets: Uint32Array,
    frequency: Frequency,
    reason: string,
    rowOf: (index: number) => number,
  ): void {
    const grid = gridOf(frequency);
    const isLocal = this.#isLocal();
    this.#ids.forEach((id, series) => {
      const [start, end] = [offsets[series] as number, offsets[series + 1] as number];
      let sparse = 0;
      for (let index = start; index < end; index++) {
        const before = times[Math.max(start, index - 1)] as number;
        const steps = grid.stepsBetween(before, times[index] as number);
        if (Number.isNaN(steps)) {
          this.#refuse(
            rowOf(index),
            `series '${id}': ${this.#timeText(times[index] as number)} is not on the grid of the frequency ${grid.name} (${reason})${index === start ? '' : ` after ${this.#timeText(before)}`}; mixed frequencies, or another one to be given?`,
          );
        }
        if (steps > 1) sparse += 1;
        const missingMs = (times[index] as number) - before - (grid.shift(before, 1) - before);
        if (isLocal && steps > 1 && missingMs === msOfHour)
          this.#refuseSkippedHour(id, grid.shift(before, 1), rowOf(index));
      }
      if (sparse >= 3 && sparse === end - start - 1) {
        this.#refuse(
          rowOf(start + 1),
          `series '${id}' has no two rows one ${grid.name} apart (${reason}); mixed frequencies? Give each frequency its own frame`,
        );
      }
    });
  }

  #refuseSkippedHour(id: string, missing: number, row: number): void {
    const zone = zoneWhereClocksShow(missing, 0);
    if (zone) {
      this.#refuse(
        row,
        `series '${id}' lacks the hour from ${this.#timeText(missing)}, which clocks skip in ${zone} for one: local times? Give timeZone, or timeZone: 'UTC' where it is a gap`,
      );
    }
  }
}
