/** Energy from a meter that tells its power (or its own counter) now and then, on its own clock. */
import type { Delta } from './energy-source.js';

/** A meter that is silent for longer has stopped: its last power is no longer held. */
const longestHoldMs = 5000;

/**
 * E = Σ power · time until the next reading; a counter of the meter's own, where it has one, replaces the sum.
 *
 * The first reading counts back to the start. What `take` gives never falls: a prediction that was too high is made up
 * for later.
 */
export class HeldPower {
  readonly #startMs: number;
  #watts: number | undefined;
  #lastMs: number;
  #joules = 0;
  #counterStart: { readonly counterJoules: number; readonly joules: number } | undefined;
  #takenJoules = 0;
  #takenMs: number;

  constructor(startMs: number) {
    this.#startMs = startMs;
    this.#lastMs = startMs;
    this.#takenMs = startMs;
  }

  get hasReading(): boolean {
    return this.#watts !== undefined;
  }

  /** Takes in a reading: watts now, and the meter's counter of joules where it has one. */
  read(nowMs: number, watts: number, counterJoules?: number): void {
    const held = this.#watts ?? watts;
    const seconds =
      Math.min(nowMs - this.#lastMs, this.#watts === undefined ? Infinity : longestHoldMs) / 1000;
    this.#joules += held * Math.max(0, seconds);
    if (counterJoules !== undefined) {
      this.#counterStart ??= { counterJoules, joules: this.#joules };
      const counted = this.#counterStart.joules + counterJoules - this.#counterStart.counterJoules;
      // A driver that was loaded again counts from 0: go on from the sum of powers.
      if (counted >= this.#joules - held * Math.max(0, seconds)) this.#joules = counted;
      else this.#counterStart = { counterJoules, joules: this.#joules };
    }
    this.#watts = watts;
    this.#lastMs = nowMs;
  }

  /** Takes in the mean power of the time just over, as meters give that average by themselves. */
  readMean(nowMs: number, watts: number, seconds: number): void {
    const isFirst = this.#watts === undefined;
    const covered = isFirst ? Math.max(seconds, (nowMs - this.#startMs) / 1000) : seconds;
    this.#joules += watts * covered;
    this.#watts = watts;
    this.#lastMs = nowMs;
  }

  /** Adds the mean power of a part that counts with this meter. */
  addMean(watts: number, seconds: number): void {
    this.#joules += watts * seconds;
  }

  /** Energy since the last call; what was held too long is a gap. */
  take(nowMs: number): Delta {
    const sinceMs = nowMs - this.#lastMs;
    if (this.#watts === undefined) {
      // Not a gap yet: the first reading counts back to the start.
      if (sinceMs <= longestHoldMs) return { joules: 0 };
      return { gap: 'the meter gave no reading' };
    }
    const now = this.#joules + this.#watts * (Math.min(Math.max(0, sinceMs), longestHoldMs) / 1000);
    const joules = Math.max(0, now - this.#takenJoules);
    this.#takenJoules = Math.max(this.#takenJoules, now);
    const wasSilent = this.#takenMs - this.#lastMs >= longestHoldMs;
    this.#takenMs = nowMs;
    return wasSilent && sinceMs > longestHoldMs ? { gap: 'the meter went silent' } : { joules };
  }
}
