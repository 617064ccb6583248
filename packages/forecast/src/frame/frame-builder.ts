/** Rows, one after another, to a frame: the one place where rows are checked against each other. */
import type { ParsedDate } from '../series/cells.js';
import { NumberList } from '../series/numbers.js';
import { timeText } from './calendar.js';
import { type CovariateNames, type LoadedFrame, listCovariates } from './covariates.js';
import type { FrameZone } from './frame.js';
import type { FrameOptions } from './frame-options.js';
import type { Frequency } from './frequency.js';
import { type InferredFrequency, inferFrequency } from './infer-frequency.js';
import { clockOf, zoneOfMidnights, zoneWhereClocksShow } from './local-time.js';
import { orderRows } from './order-rows.js';
import { type Refuse, RowTimes } from './row-times.js';
import { gridOf, weekdayOf } from './time-grid.js';

const msOfHour = 3_600_000;

export class FrameBuilder<Names extends CovariateNames> {
  readonly #options: FrameOptions<Names>;
  readonly #refuse: Refuse;
  readonly #ids: string[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #series = new NumberList();
  readonly #rows = new NumberList();
  readonly #y = new NumberList();
  /** Past and future covariates, in that order. */
  readonly #columns: NumberList[];
  /** Static covariates, one value a series. */
  readonly #statics: number[][];
  readonly #covariates: ReturnType<typeof listCovariates>;
  readonly #times: RowTimes;
  /** Columns of the table that nothing asks for. */
  unusedColumns: readonly string[] = [];

  constructor(options: FrameOptions<Names>, refuse: Refuse) {
    this.#options = options;
    this.#refuse = refuse;
    this.#covariates = listCovariates(options.covariates ?? {});
    const roles = this.#covariates.map(({ role }) => role);
    this.#columns = roles.filter((role) => role !== 'static').map(() => new NumberList());
    this.#statics = roles.filter((role) => role === 'static').map(() => []);
    this.#times = new RowTimes(options, refuse);
  }

  /** @param covariates In the order of `listCovariates`. */
  add(row: number, id: string, date: ParsedDate, y: number, covariates: ArrayLike<number>): void {
    let series = this.#indexes.get(id);
    if (series === undefined) {
      series = this.#ids.length;
      this.#indexes.set(id, series);
      this.#ids.push(id);
    }
    this.#times.add(date, { series, id, row });
    this.#series.push(series);
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
    if (this.#times.isEmpty) return this.#refuse(undefined, 'has no row of values');
    const rows = this.#rows.toArray();
    const { offsets, order, wasSorted } = orderRows(
      this.#series.toArray(),
      this.#times.list.toArray(),
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
    const { zone, kind: timeKind } = this.#times;
    this.#times.refuseDatesAsSteps();
    const times = this.#times.asDays(place(this.#times.list));
    const y = place(this.#y);
    const rowOf = (index: number) => rows[order?.[index] ?? index] as number;
    this.#ids.forEach((id, series) => {
      if (y.subarray(offsets[series], offsets[series + 1]).every(Number.isNaN))
        this.#refuse(rowOf(offsets[series] as number), `series '${id}' has no value at all; leave it out`);
    });
    const { frequency, reason: found } = this.#frequency(times, offsets, zone);
    const reason = this.#times.isZoneFound
      ? `${found}; by clocks as in ${zone?.name}, whose offsets these are`
      : found;
    this.#checkDistances(times, offsets, { frequency, reason, zone }, rowOf);
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
      timeKind,
      ...(zone && timeKind === 'time' && { timeZone: zone }),
      frequency,
      frequencyReason: reason,
      wasSorted,
      unusedColumns: this.unusedColumns,
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

  #place(row: number): string {
    return `series '${this.#ids[this.#series.at(row)]}': ${this.#timeText(this.#times.list.at(row))}`;
  }

  #timeText(time: number): string {
    const { zone, kind } = this.#times;
    return timeText({ timeKind: kind, ...(zone && kind === 'time' && { timeZone: zone }) }, time);
  }

  #rowText(rows: Float64Array, index: number): string {
    return `${this.#timeText(this.#times.list.at(index))} in row ${rows[index]}`;
  }

  #refuseTwice(rows: Float64Array, before: number, after: number): never {
    const zone = this.#times.isLocal ? zoneWhereClocksShow(this.#times.list.at(after), 2) : undefined;
    const hint = zone
      ? `; clocks show this hour twice, in ${zone} for one: give times in UTC, or timeZone`
      : '; leave one out';
    return this.#refuse(
      rows[after],
      `${this.#place(after)} comes twice, first in row ${rows[before]}${hint}`,
    );
  }

  #frequency(
    times: Float64Array,
    offsets: Uint32Array,
    zone: FrameZone | undefined,
  ): InferredFrequency | { frequency: Frequency; reason: string } {
    if (this.#options.frequency !== undefined)
      return { frequency: this.#options.frequency, reason: 'as asked' };
    let longest = 0;
    const sizeOf = (series: number) => (offsets[series + 1] as number) - (offsets[series] as number);
    for (let series = 1; series < this.#ids.length; series++)
      if (sizeOf(series) > sizeOf(longest)) longest = series;
    const isSteps = this.#times.kind === 'step';
    const own = times.subarray(offsets[longest], offsets[longest + 1]);
    const clock = zone && this.#times.kind === 'time' ? clockOf(zone.name) : undefined;
    const inferred = inferFrequency(clock ? own.map((time) => clock.wallOf(time)) : own, isSteps);
    if (typeof inferred === 'string')
      return this.#refuse(undefined, `cannot infer the frequency: ${inferred}`);
    const reason = `inferred from series '${this.#ids[longest]}': ${inferred.reason}`;
    // One shop that opens on Sundays makes it days.
    const weekdays = gridOf('B', clock && zone);
    if (inferred.frequency !== 'B' || times.every((time) => weekdays.stepsBetween(time, time) === 0))
      return { frequency: inferred.frequency, reason };
    return { frequency: 'D', reason: 'inferred: one row a day, Saturdays or Sundays among them' };
  }

  /** Every row lies on the grid of its series, and no series has another frequency. */
  #checkDistances(
    times: Float64Array,
    offsets: Uint32Array,
    { frequency, reason, zone }: { frequency: Frequency; reason: string; zone: FrameZone | undefined },
    rowOf: (index: number) => number,
  ): void {
    const timeKind = this.#times.kind;
    const grid = gridOf(frequency, timeKind === 'time' ? zone : undefined);
    const isLocal = this.#times.isLocal;
    const text = (time: number) => timeText({ timeKind, ...(zone && { timeZone: zone }) }, time);
    this.#ids.forEach((id, series) => {
      const [start, end] = [offsets[series] as number, offsets[series + 1] as number];
      let sparse = 0;
      for (let index = start; index < end; index++) {
        const before = times[Math.max(start, index - 1)] as number;
        const steps = grid.stepsBetween(before, times[index] as number);
        if (Number.isNaN(steps)) {
          const after = index === start ? '' : ` after ${text(before)}`;
          this.#refuse(
            rowOf(index),
            `series '${id}': ${text(times[index] as number)} is not on the grid of the frequency ${grid.name} (${reason})${after}; ${this.#wayOut(grid.name, times.subarray(start, end), zone)}`,
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

  /** What to do about rows that are not on the grid: the zone in which they are midnights, or what they are on. */
  #wayOut(grid: string, times: Float64Array, zone: FrameZone | undefined): string {
    const isTime = this.#times.kind === 'time';
    const midnights =
      isTime && zone?.withOffset && !this.#times.hasClock ? zoneOfMidnights(times) : undefined;
    if (midnights) return `midnights of a clock? Give its zone: timeZone: '${midnights}'`;
    const clock = isTime && zone ? clockOf(zone.name) : undefined;
    const own = inferFrequency(clock ? times.map((time) => clock.wallOf(time)) : times, false);
    const others = typeof own === 'string' ? undefined : own.frequency;
    if (this.#options.frequency !== undefined && others !== undefined && others !== grid)
      return `these rows look like frequency: '${others === 'W' ? `W-${weekdayOf(times[0] as number)}` : others}'`;
    return 'mixed frequencies, or another one to be given?';
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
