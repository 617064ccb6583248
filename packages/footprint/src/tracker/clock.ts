/** Time between two samples by three clocks, of which one may be turned and one sleeps with the machine. */
import { type Host, readOr } from '../system/host.js';

export interface Elapsed {
  /** By the clock that only goes forward. */
  readonly seconds: number;
  /** Time that the machine was suspended. */
  readonly suspendedSeconds: number;
  /** By how much somebody turned the wall clock forward (or back, negative). */
  readonly clockChangeSeconds: number;
}

/** Less than this is the noise of clocks that are set by the network. */
const noticeSeconds = 2;

/**
 * Follows the clocks. The monotonic one stands still in suspension, /proc/uptime does not: what uptime has more was
 * sleep, what the wall clock has more than that was somebody turning it. Without /proc/uptime a forward jump is taken
 * for sleep.
 */
export class Clock {
  readonly #host: Host;
  #monotonicMs: number;
  #wallMs: number;
  #uptimeSeconds: number | undefined;

  constructor(host: Host) {
    this.#host = host;
    this.#monotonicMs = host.monotonicMs();
    this.#wallMs = host.wallMs();
    this.#uptimeSeconds = this.#readUptime();
  }

  tick(): Elapsed {
    const [monotonicMs, wallMs, uptime] = [this.#host.monotonicMs(), this.#host.wallMs(), this.#readUptime()];
    const seconds = Math.max(0, (monotonicMs - this.#monotonicMs) / 1000);
    const ahead = (wallMs - this.#wallMs) / 1000 - seconds;
    const slept =
      uptime === undefined || this.#uptimeSeconds === undefined
        ? ahead
        : uptime - this.#uptimeSeconds - seconds;
    const suspendedSeconds = slept > noticeSeconds ? slept : 0;
    const turned = ahead - suspendedSeconds;
    this.#monotonicMs = monotonicMs;
    this.#wallMs = wallMs;
    this.#uptimeSeconds = uptime;
    return { seconds, suspendedSeconds, clockChangeSeconds: Math.abs(turned) > noticeSeconds ? turned : 0 };
  }

  #readUptime(): number | undefined {
    const text = readOr(this.#host, '/proc/uptime');
    const seconds = Number.parseFloat(text ?? '');
    return Number.isNaN(seconds) ? undefined : seconds;
  }
}
