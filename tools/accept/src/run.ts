/** What an acceptance run is: one measured number against one bar. */

/** What a run is given. */
export interface RunContext {
  readonly seed: number;
  /** How many cases a generator makes; each run has its own default. */
  readonly count: number | undefined;
  /** An empty folder for files that let anyone compute the value again. */
  readonly folder: string;
  /** One line of progress. */
  say(line: string): void;
}

export interface Measured {
  readonly value: number;
  /** Files in `context.folder`, or elsewhere, behind the value. */
  readonly artifacts: readonly string[];
  /** Sentences for the reader: what failed, what was left out and why. */
  readonly notes?: readonly string[];
}

export interface Bar {
  readonly is: '>=' | '<=';
  readonly value: number;
}

export interface AcceptanceRun {
  readonly name: string;
  /** What the number is, with its unit. */
  readonly metric: string;
  readonly bar: Bar;
  run(context: RunContext): Promise<Measured>;
}

/** What `--json` writes for each run. */
export interface Row {
  readonly name: string;
  readonly metric: string;
  readonly value: number | null;
  readonly bar: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly peakMb: number;
  readonly energyJoules: number | null;
  readonly artifacts: readonly string[];
  /** Why there is no value. */
  readonly error?: string;
}

/** Something that a run needs is not on this machine. */
export class MissingError extends Error {}

/** The value of an environment variable, or an error that says what it is for. */
export function required(name: string, purpose: string): string {
  const value = process.env[name];
  if (!value) throw new MissingError(`${name} is not set: ${purpose}`);
  return value;
}

export function passes(value: number, { is, value: limit }: Bar): boolean {
  return is === '>=' ? value >= limit : value <= limit;
}
