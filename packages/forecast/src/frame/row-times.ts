/** Times of rows as they come: to UTC by the zone that is given or that their offsets show, refused with their place. */
import { type ParsedDate, parseDate } from '../series/cells.js';
import { dateReader } from '../series/date-format.js';
import { NumberList } from '../series/numbers.js';
import type { FrameZone, TimeKind } from './frame.js';
import type { FrameOptions } from './frame-options.js';
import { clockOf, commonZones, type WallClock, zonesOfOffset } from './local-time.js';
import { msOfDay } from './time-grid.js';

/** Refuses a row (or, `undefined`, the whole table); must throw. */
export type Refuse = (row: number | undefined, message: string) => never;

/** A row, and the series that it is of. */
interface RowPlace {
  readonly series: number;
  readonly id: string;
  readonly row: number;
}

export class RowTimes {
  /** Milliseconds in UTC or steps, in the order of the rows. */
  readonly list = new NumberList();
  readonly #options: FrameOptions;
  readonly #refuse: Refuse;
  #clock: WallClock | undefined;
  /** The common zones with the offsets of the rows, where those differ. */
  #zones: readonly string[] | undefined;
  /** Time of each series' last row, where a clock's hour is shown twice. */
  readonly #latest: number[] = [];
  #first: { readonly date: ParsedDate; readonly row: number } | undefined;
  /** Whether all times are midnights in UTC, and by the clock. */
  #isMidnight = true;
  #isMidnightThere = true;

  constructor(options: FrameOptions, refuse: Refuse) {
    this.#options = options;
    this.#refuse = refuse;
    const { timeZone } = options;
    if (timeZone === undefined || timeZone === 'UTC') return;
    try {
      this.#clock = clockOf(timeZone);
    } catch {
      refuse(undefined, `expected a time zone such as Europe/Berlin, got '${timeZone}'`);
    }
  }

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  /** Times of a wall clock, for all that is known. */
  get isLocal(): boolean {
    const first = this.#first?.date;
    return this.#options.timeZone === undefined && first?.kind === 'time' && !first.zone;
  }

  /** Whether the zone was found by offsets that differ. */
  get isZoneFound(): boolean {
    return this.#zones !== undefined;
  }

  /** Whether a zone was asked for. */
  get hasClock(): boolean {
    return this.#clock !== undefined;
  }

  /** Milliseconds in UTC or the step; refuses kinds and zones that differ from the first row's. */
  add(date: ParsedDate, { series, id, row }: RowPlace): void {
    if (series === this.#latest.length) this.#latest.push(Number.NEGATIVE_INFINITY);
    this.#first ??= { date, row };
    const { date: first } = this.#first;
    if (date.kind !== first.kind)
      this.#refuse(row, `expected a ${first.kind} as in the rows before, got the ${date.kind} ${date.text}`);
    if (!date.zone !== !first.zone)
      this.#refuseZones(date, { id, row }, 'give all times with an offset, or none');
    if (date.zone && this.#options.timeZone === undefined)
      this.#readOffset(date, first.zone ?? '', { id, row });
    let time = date.order;
    if (date.kind === 'time' && this.#clock && !date.zone) time = this.#instantOf(date, { series, id, row });
    if (time % msOfDay !== 0) this.#isMidnight = false;
    if (this.#clock && this.#clock.wallOf(time) % msOfDay !== 0) this.#isMidnightThere = false;
    this.list.push(time);
  }

  /** When the clock of the zone showed a time. */
  #instantOf(date: ParsedDate, { series, id, row }: RowPlace): number {
    const clock = this.#clock as WallClock;
    const instants = clock.instantsOf(date.order);
    // A day whose midnight clocks skip begins all the same.
    if (instants.length === 0 && date.order % msOfDay === 0) return clock.instantOf(date.order);
    if (instants.length === 0) {
      this.#refuse(
        row,
        `${date.text} of series '${id}' does not exist in ${this.#options.timeZone}: clocks were set forward over it`,
      );
    }
    // An hour shown twice: the second time round where the first one is taken.
    const latest = this.#latest[series] as number;
    const time = instants.find((instant) => instant > latest) ?? (instants[0] as number);
    this.#latest[series] = time;
    return time;
  }

  /** Offsets that change are those of a zone's clocks: the common zones that have them all are kept. */
  #readOffset(date: ParsedDate, firstZone: string, place: Omit<RowPlace, 'series'>): void {
    if (this.#zones === undefined && date.zone === firstZone) return;
    const offsetOf = (zone = '') => -Date.parse(`1970-01-01T00:00:00${zone}`);
    // The rows before had one offset.
    let zones =
      this.#zones ??
      this.list
        .toArray()
        .reduce<readonly string[]>(
          (left, time) => zonesOfOffset(time, offsetOf(firstZone), left),
          commonZones,
        );
    zones = zonesOfOffset(date.order, offsetOf(date.zone), zones);
    this.#zones = zones;
    if (zones.length === 0)
      this.#refuseZones(date, place, "clocks changed? Give their zone, such as timeZone: 'Asia/Tehran'");
  }

  #refuseZones(date: ParsedDate, { id, row }: Omit<RowPlace, 'series'>, then: string): never {
    const name = (zone: string | undefined) => (zone ? `the offset ${zone}` : 'no offset');
    const { date: first, row: firstRow } = this.#first ?? { date, row };
    return this.#refuse(
      row,
      `${date.text} of series '${id}' has ${name(date.zone)}, and row ${firstRow} has ${name(first.zone)}; ${then}`,
    );
  }

  /** The zone of the times, where it is known. */
  get zone(): FrameZone | undefined {
    const written = this.#first?.date.zone;
    const { timeZone = this.#zones?.[0] ?? written } = this.#options;
    if (timeZone === undefined || this.#first?.date.kind !== 'time') return undefined;
    return { name: timeZone === 'Z' ? 'UTC' : timeZone, withOffset: written !== undefined };
  }

  /** Times that are all midnights are days: those of a clock, or of UTC. */
  get kind(): TimeKind {
    const kind = this.#first?.date.kind ?? 'step';
    if (kind !== 'time') return kind;
    const isOfClock = this.#clock !== undefined && this.#isMidnightThere;
    if (this.#first?.date.zone) return this.#isMidnight && !isOfClock ? 'day' : 'time';
    return isOfClock || (this.#clock === undefined && this.#isMidnight) ? 'day' : 'time';
  }

  /** Numbers that are all days or months (20240131, 202401) are hardly steps. */
  refuseDatesAsSteps(): void {
    const times = this.list.toArray();
    if (this.#first?.date.kind !== 'step' || times.length < 2) return;
    for (const format of ['YYYYMMDD', 'YYYYMM']) {
      const isoOf = dateReader(format);
      const isDate = (time: number) => {
        const date = parseDate(isoOf(String(time)) ?? '');
        return date?.kind === 'day' && date.text > '1800' && date.text < '2200';
      };
      // Numbers within one year may count on.
      const years = new Set(times.map((time) => Math.floor(time / 100)));
      if (times.every(isDate) && years.size > 1)
        this.#refuse(
          undefined,
          `its times ${times[0]}, ${times[1]}, … look like dates; give dateFormat: '${format}', or count the steps from 1`,
        );
    }
  }

  /** Days are written as their midnight in UTC, whatever the clock. */
  asDays(times: Float64Array): Float64Array {
    const clock = this.#clock;
    return clock && this.kind === 'day' && !this.#first?.date.zone
      ? times.map((time) => clock.wallOf(time))
      : times;
  }
}
