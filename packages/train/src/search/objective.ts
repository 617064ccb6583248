/** What a search minimises or maximises: a function of a configuration, and what it is told while it runs. */
import { NoosphereError } from '@noosphere/core';

/** What one call of an objective is given besides the configuration. `State` is what it keeps between calls. */
export interface TrialContext<State = unknown> {
  /** The trial's number, from 0; the same in a search that is resumed, so that it can name a folder of checkpoints. */
  readonly trial: number;
  /** The budget up to which the trial is to go, counted from its beginning. */
  readonly budget: number;
  /** The budget of a trial that runs to its end. */
  readonly wholeBudget: number;
  /** The budget used by earlier calls, up to which `kept` reaches; 0 where the trial begins. */
  readonly doneBudget: number;
  /** What the last call kept; `undefined` where the trial begins. */
  readonly kept: State | undefined;
  /** Keeps a state for the case that the trial is promoted: it goes on from there with a larger budget. */
  keep(state: State): void;
  /**
   * Tells how good the trial is by now.
   * @param budget Budget used when it was measured. @default one unit more than at the last report
   * @throws TrialEndedError where the trial is to end: let it pass.
   */
  report(value: number, budget?: number): void;
  /** Aborted where the trial is to end: by the scheduler, the time, or the search's own signal. */
  readonly signal: AbortSignal;
}

/** Gives the value of a configuration at a budget. An error that it throws is recorded and does not end the search. */
export type Objective<Config, State = unknown> = (
  config: Config,
  context: TrialContext<State>,
) => Promise<number>;

/** Thrown by `report` to end a trial from within. */
export class TrialEndedError extends NoosphereError {
  constructor(reason: string) {
    super(
      'runtime',
      'search',
      `the trial is to end: ${reason}; let this error pass, or look at the signal first`,
    );
  }
}

/** Where states of paused trials are kept. A search that is resumed finds those that outlive the process. */
export interface TrialStates<State> {
  load(trial: number): State | undefined | Promise<State | undefined>;
  save(trial: number, state: State): void | Promise<void>;
  /** Called for a trial that will not go on. */
  remove(trial: number): void | Promise<void>;
}

/**
 * Keeps states in memory: a promoted trial of a search that was resumed begins anew.
 * @example
 * const states = memoryStates<number[]>();
 * states.save(3, [1, 2]);
 * console.log(states.load(3), states.load(4)); // → [ 1, 2 ] undefined
 */
export function memoryStates<State>(): TrialStates<State> {
  const held = new Map<number, State>();
  return {
    load: (trial) => held.get(trial),
    save: (trial, state) => void held.set(trial, state),
    remove: (trial) => void held.delete(trial),
  };
}
