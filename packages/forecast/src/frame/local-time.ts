/** Wall clocks and UTC: hours that clocks skip, and hours that they show twice. */

const msOfHour = 3_600_000;

const msOfDay = 24 * msOfHour;
const offsetPattern = /^([+-])(\d{2}):?(\d{2})$/;

/** A wall clock: what UTC instants it shows a time at (none where clocks were set forward, two where set back). */
export class WallClock {
  readonly #format: Intl.DateTimeFormat | undefined;
  readonly #fixed: number | undefined;
  readonly #offsets = new Map<number, number>();

  /** @param zone An IANA name such as `Europe/Berlin`, `UTC`, or an offset such as `+02:00`; a RangeError for others. */
  constructor(zone: string) {
    const [, sign, hours, minutes] = offsetPattern.exec(zone) ?? [];
    if (sign) this.#fixed = Number(`${sign}1`) * (Number(hours) * msOfHour + Number(minutes) * 60_000);
    else if (zone === 'UTC') this.#fixed = 0;
    if (this.#fixed !== undefined) return;
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** Milliseconds in UTC, earlier first; `wall` is the clock's reading taken for UTC. */
  instantsOf(wall: number): readonly number[] {
    const offsets = new Set([this.offsetAt(wall - msOfDay), this.offsetAt(wall + msOfDay)]);
    return [...offsets]
      .map((offset) => wall - offset)
      .filter((instant) => instant + this.offsetAt(instant) === wall)
      .sort((a, b) => a - b);
  }

  /** The first instant at which the clock shows a time or, where it skips it, a later one. */
  instantOf(wall: number): number {
    const [instant] = this.instantsOf(wall);
    // Clocks set forward jump at the instant that the offset before them gives.
    return instant ?? wall - this.offsetAt(wall - msOfDay);
  }

  /** What the clock shows at an instant, taken for UTC. Where it skips midnight, its first time after stands for it. */
  wallOf(instant: number): number {
    const wall = instant + this.offsetAt(instant);
    const midnight = Math.floor(wall / msOfDay) * msOfDay;
    return this.instantsOf(midnight).length === 0 && this.instantOf(midnight) === instant ? midnight : wall;
  }

  /** Milliseconds that the clock is ahead of UTC. Offsets change on quarters of hours. */
  offsetAt(instant: number): number {
    if (this.#format === undefined) return this.#fixed ?? 0;
    const key = Math.floor(instant / (msOfHour / 4));
    let offset = this.#offsets.get(key);
    if (offset === undefined) {
      const start = key * (msOfHour / 4);
      const parts: Record<string, number> = {};
      for (const { type, value } of this.#format.formatToParts(start)) parts[type] = Number(value);
      const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
      offset = Date.UTC(year, month - 1, day, hour, minute, second) - start;
      if (this.#offsets.size >= 100_000) this.#offsets.clear();
      this.#offsets.set(key, offset);
    }
    return offset;
  }
}

const known = new Map<string, WallClock>();

/** The clock of a zone, made once: it remembers the offsets that it has worked out. */
export function clockOf(zone: string): WallClock {
  let clock = known.get(zone);
  if (!clock) {
    clock = new WallClock(zone);
    known.set(zone, clock);
  }
  return clock;
}

/** `+02:00`. */
export function offsetText(offsetMs: number): string {
  const minutes = Math.abs(Math.round(offsetMs / 60_000));
  const part = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${offsetMs < 0 ? '-' : '+'}${part(minutes / 60)}:${part(minutes % 60)}`;
}

/** Zones whose changes of clocks are told apart in messages; others share their dates. */
export const commonZones: readonly string[] = [
  'Europe/London',
  'Europe/Berlin',
  'Europe/Helsinki',
  'America/New_York',
  'Australia/Sydney',
  'America/Santiago',
];

/** A common zone whose clocks skip (0) or repeat (2) this hour. */
export function zoneWhereClocksShow(wall: number, times: 0 | 2): string | undefined {
  return commonZones.find((zone) => clockOf(zone).instantsOf(wall).length === times);
}

/** Zones among these whose clocks have an offset from UTC at an instant. */
export function zonesOfOffset(
  instant: number,
  offsetMs: number,
  among: readonly string[],
): readonly string[] {
  return among.filter((zone) => clockOf(zone).offsetAt(instant) === offsetMs);
}

/** A common zone whose clocks show midnight at all of these instants. */
export function zoneOfMidnights(instants: Float64Array): string | undefined {
  return commonZones.find((zone) =>
    instants.every((instant) => clockOf(zone).wallOf(instant) % msOfDay === 0),
  );
}
