/** Wall clocks to UTC: hours that clocks skip, and hours that they show twice. */

const msOfHour = 3_600_000;

/** A wall clock: what UTC instants it shows a time at (none where clocks were set forward, two where set back). */
export class WallClock {
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();

  /** @param zone An IANA name such as `Europe/Berlin`; a RangeError for others. */
  constructor(zone: string) {
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
    const offsets = new Set([this.#offsetAt(wall - 24 * msOfHour), this.#offsetAt(wall + 24 * msOfHour)]);
    return [...offsets]
      .map((offset) => wall - offset)
      .filter((instant) => instant + this.#offsetAt(instant) === wall)
      .sort((a, b) => a - b);
  }

  /** Offsets change on quarters of hours. */
  #offsetAt(instant: number): number {
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

/** Zones whose changes of clocks are told apart in messages; others share their dates. */
const commonZones = [
  'Europe/London',
  'Europe/Berlin',
  'Europe/Helsinki',
  'America/New_York',
  'Australia/Sydney',
  'America/Santiago',
];
let clocks: readonly (readonly [zone: string, clock: WallClock])[] | undefined;

/** A common zone whose clocks skip (0) or repeat (2) this hour. */
export function zoneWhereClocksShow(wall: number, times: 0 | 2): string | undefined {
  clocks ??= commonZones.map((zone) => [zone, new WallClock(zone)] as const);
  return clocks.find(([, clock]) => clock.instantsOf(wall).length === times)?.[0];
}
