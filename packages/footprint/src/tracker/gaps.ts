/** Times in which something could not be measured: listed, never passed over. */
import type { Component } from '../sources/energy-source.js';

export interface Gap {
  /** What it concerns; `clock` for time itself. */
  readonly component: Component | 'clock';
  readonly reason: string;
  /** Seconds after the start of tracking. */
  readonly fromSeconds: number;
  toSeconds: number;
  /** Energy that a model put in; `undefined` where nothing stands in. */
  filledJoules: number | undefined;
}

/** Joins gaps that follow each other for the same reason. */
export class Gaps {
  readonly list: Gap[] = [];

  add(gap: Gap): void {
    const last = this.list.findLast(({ component }) => component === gap.component);
    if (last?.reason === gap.reason && Math.abs(last.toSeconds - gap.fromSeconds) < 1e-6) {
      last.toSeconds = gap.toSeconds;
      if (gap.filledJoules !== undefined) last.filledJoules = (last.filledJoules ?? 0) + gap.filledJoules;
    } else {
      this.list.push(gap);
    }
  }
}
