/** What a logger is: numbers, texts and histograms by step go in, a file or a stream comes out. */

/** A setting of a run, as shown beside its results. */
export type LogSetting = number | string | boolean;

export interface Logger {
  /**
   * Opens the log. A resumed run says how many steps are done: what was logged of later ones is done again, and goes.
   * Without this call the log begins at step 0 with the first thing that is written.
   */
  start(doneSteps: number): void;
  /** Numbers of one step by name; one may be NaN or infinite. */
  scalars(step: number, values: Readonly<Record<string, number>>): void;
  text?(step: number, name: string, text: string): void;
  /** How values are distributed, as weights or gradients. */
  histogram?(step: number, name: string, values: ArrayLike<number>): void;
  /** What the run was started with. */
  settings?(values: Readonly<Record<string, LogSetting>>): void;
  /** Ends the log; `start` opens it again. @param outcome How the run ended, for logs that keep it. */
  close(outcome?: 'success' | 'failure'): void;
}

/** Options of loggers that write the time of day. */
export interface ClockOptions {
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
}
