/** One call of an objective: what it is told, what it reports, how it ends. */
import { ArgumentError } from '@noosphere/core';
import { type Objective, type TrialContext, TrialEndedError, type TrialStates } from './objective.js';
import type { PlainConfig } from './points.js';
import type { TrialJob } from './scheduler.js';
import type { TrialRecord, TrialReport } from './trial.js';

export interface TrialCallOptions<State> {
  readonly job: TrialJob;
  readonly config: PlainConfig;
  readonly objective: Objective<PlainConfig, State>;
  readonly states: TrialStates<State>;
  readonly wholeBudget: number;
  /** Budget used by earlier calls of the trial. */
  readonly doneBudget: number;
  /** Asked after each report: why the trial is to end, or `undefined` where it goes on. */
  readonly endAfterReport: () => 'stopped' | 'search ended' | undefined;
}

/** A trial under way. */
export class TrialCall<State> {
  readonly #options: TrialCallOptions<State>;
  readonly #controller = new AbortController();
  readonly #reports: TrialReport[] = [];
  #isStopped = false;

  constructor(options: TrialCallOptions<State>) {
    this.#options = options;
  }

  get job(): TrialJob {
    return this.#options.job;
  }

  get config(): PlainConfig {
    return this.#options.config;
  }

  get reports(): readonly TrialReport[] {
    return this.#reports;
  }

  /** Ends the trial, as the search ends: nothing is recorded of this call. */
  abort(): void {
    this.#controller.abort(new TrialEndedError('the search ends'));
  }

  /** Runs the objective. Gives `undefined` where the search ended first; an error of the objective is a record. */
  async run(): Promise<TrialRecord | undefined> {
    const { job, config, objective, states, wholeBudget } = this.#options;
    const startedMs = performance.now();
    let kept: { readonly state: State } | undefined;
    const record = (
      rest: Pick<TrialRecord, 'state' | 'value' | 'error'> & { budget?: number },
    ): TrialRecord => ({
      trial: job.trial,
      config,
      budget: job.budget,
      ...rest,
      seconds: (performance.now() - startedMs) / 1000,
      reports: this.#reports,
    });
    try {
      const before = this.#options.doneBudget > 0 ? await states.load(job.trial) : undefined;
      const context = this.#context(before, (state) => {
        kept = { state };
      });
      const value = await objective(config, context);
      if (this.#isStopped) return record(this.#stopped());
      if (this.#controller.signal.aborted) return undefined;
      if (typeof value !== 'number' || Number.isNaN(value)) {
        throw new ArgumentError(
          'search',
          `the objective must give a number, got ${String(value)}; look at the trial's data`,
        );
      }
      const isPaused = job.budget < wholeBudget;
      if (isPaused && kept) await states.save(job.trial, kept.state);
      else if (!isPaused) await states.remove(job.trial);
      return record({ state: 'finished', value, error: undefined });
    } catch (error) {
      if (this.#isStopped) return record(this.#stopped());
      if (this.#controller.signal.aborted) return undefined;
      await states.remove(job.trial);
      const message = error instanceof Error ? error.message : String(error);
      return record({ state: 'failed', value: undefined, error: message });
    }
  }

  #stopped(): Pick<TrialRecord, 'state' | 'value' | 'error' | 'budget'> {
    const { budget = 0, value } = this.#reports.at(-1) ?? {};
    return { state: 'stopped', budget, value, error: undefined };
  }

  #context(kept: State | undefined, keep: (state: State) => void): TrialContext<State> {
    const { job, wholeBudget } = this.#options;
    // Where nothing was kept the trial begins anew, whatever earlier calls did.
    const doneBudget = kept === undefined ? 0 : this.#options.doneBudget;
    return {
      ...job,
      wholeBudget,
      doneBudget,
      kept,
      keep,
      report: (value, budget = (this.#reports.at(-1)?.budget ?? doneBudget) + 1) =>
        this.#report(value, budget),
      signal: this.#controller.signal,
    };
  }

  #report(value: number, budget: number): void {
    const { signal } = this.#controller;
    if (signal.aborted) throw signal.reason;
    const last = this.#reports.at(-1)?.budget ?? 0;
    if (!(budget > last)) {
      throw new ArgumentError('report', `budgets must grow, got ${budget} after ${last}; report each once`);
    }
    if (Number.isNaN(value))
      throw new ArgumentError(
        'report',
        `the value at budget ${budget} is NaN; end the trial, or mend the objective`,
      );
    this.#reports.push({ budget, value });
    const end = this.#options.endAfterReport();
    if (end === undefined) return;
    this.#isStopped = end === 'stopped';
    this.#controller.abort(
      new TrialEndedError(this.#isStopped ? 'others are better at this budget' : 'the search ends'),
    );
    throw signal.reason;
  }
}
