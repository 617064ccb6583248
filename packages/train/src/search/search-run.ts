/** The loop of a search: asks the scheduler what to do, the sampler with which configuration, and keeps what comes of it. */
import { setImmediate } from 'node:timers/promises';
import { Random } from '../random.js';
import type { Journal } from './journal.js';
import type { Objective, TrialStates } from './objective.js';
import {
  allConfigs,
  configFrom,
  countConfigs,
  type PlainConfig,
  pointOf,
  type SpacePoint,
} from './points.js';
import { drawPoint, type SearchSampler, type TrialObservation } from './sampler.js';
import type { SearchHistory, TrialJob, TrialOutcome, TrialScheduler } from './scheduler.js';
import { cost, type SearchDirection, type TrialRecord, type TrialReport } from './trial.js';
import { TrialCall } from './trial-call.js';
import type { SearchSpace } from './vary.js';

/** Why a search ended. `exhausted`: every configuration of the space was tried. */
export type SearchEnd = 'finished' | 'time' | 'aborted' | 'exhausted';

export interface SearchRunOptions<State> {
  readonly space: SearchSpace;
  readonly objective: Objective<PlainConfig, State>;
  readonly sampler: SearchSampler;
  readonly scheduler: TrialScheduler;
  readonly states: TrialStates<State>;
  readonly journal: Journal | undefined;
  readonly maxTrials: number;
  readonly budgetMs: number;
  readonly concurrency: number;
  readonly direction: SearchDirection;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
  readonly onRecord: ((record: TrialRecord) => void) | undefined;
}

/** Spaces with at most so many configurations are tried to the last one. */
const mostListed = 4096;
/** How often a configuration that is known is drawn again before the space counts as exhausted. */
const mostDraws = 100;

export class SearchRun<State> {
  readonly records: TrialRecord[];
  readonly #options: SearchRunOptions<State>;
  readonly #endsAtMs: number;
  readonly #running = new Map<TrialCall<State>, Promise<void>>();
  /** Records as schedulers see them. */
  readonly #results: TrialOutcome[] = [];
  readonly #configs = new Map<number, PlainConfig>();
  readonly #points = new Map<number, SpacePoint>();
  readonly #known = new Set<string>();
  #isExhausted = false;

  constructor(options: SearchRunOptions<State>) {
    this.#options = options;
    this.#endsAtMs = performance.now() + options.budgetMs;
    this.records = [];
    for (const record of options.journal?.records ?? []) this.#learn(record);
  }

  async run(): Promise<SearchEnd> {
    const { signal, budgetMs } = this.#options;
    const abort = () => {
      for (const call of this.#running.keys()) call.abort();
    };
    // Longer than 2^31 - 1 ms is more than a timer can wait.
    const timer = budgetMs < 2 ** 31 ? setTimeout(abort, budgetMs) : undefined;
    signal?.addEventListener('abort', abort);
    try {
      while (this.#endReason() === undefined) {
        this.#begin();
        if (this.#running.size === 0) return this.#isExhausted ? 'exhausted' : 'finished';
        await Promise.race(this.#running.values());
        // Objectives that never wait for anything must not keep timers and signals out.
        await setImmediate();
      }
      return this.#endReason() ?? 'finished';
    } finally {
      abort();
      await Promise.allSettled(this.#running.values());
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  #endReason(): SearchEnd | undefined {
    if (this.#options.signal?.aborted) return 'aborted';
    return performance.now() >= this.#endsAtMs ? 'time' : undefined;
  }

  /** Begins as many calls as there is room for. */
  #begin(): void {
    const { concurrency, scheduler } = this.#options;
    while (this.#running.size < concurrency) {
      const job = scheduler.next(this.#history());
      const config = job && (this.#configs.get(job.trial) ?? this.#newConfig(job.trial));
      if (job === undefined || config === undefined) return;
      this.#remember(job.trial, config);
      this.#start(job, config);
    }
  }

  #start(job: TrialJob, config: PlainConfig): void {
    const { objective, states, scheduler } = this.#options;
    const call: TrialCall<State> = new TrialCall({
      job,
      config,
      objective,
      states,
      wholeBudget: scheduler.wholeBudget,
      doneBudget: Math.max(
        0,
        ...this.records.flatMap(({ trial, budget }) => (trial === job.trial ? budget : [])),
      ),
      endAfterReport: () => {
        if (this.#endReason() !== undefined) return 'search ended';
        return scheduler.shouldStop?.(this.#history(), job.trial) ? 'stopped' : undefined;
      },
    });
    // Begins after it is known to be under way: an objective may report before it waits for anything.
    const ended = Promise.resolve()
      .then(() => call.run())
      .then(
        (record) => {
          this.#running.delete(call);
          if (record) this.#keep(record);
        },
        (error: unknown) => {
          this.#running.delete(call);
          throw error;
        },
      );
    this.#running.set(call, ended);
  }

  #learn(record: TrialRecord): void {
    const { trial, config, budget, value, state, reports } = record;
    const { direction } = this.#options;
    this.#remember(trial, config);
    this.records.push(record);
    this.#results.push({
      trial,
      budget,
      cost: cost(value, direction),
      isStopped: state === 'stopped',
      reports: asCosts(reports, direction),
    });
  }

  #keep(record: TrialRecord): void {
    this.#learn(record);
    this.#options.journal?.append(record);
    this.#options.onRecord?.(record);
  }

  #remember(trial: number, config: PlainConfig): void {
    if (this.#configs.has(trial)) return;
    this.#configs.set(trial, config);
    this.#points.set(trial, pointOf(this.#options.space, config));
    this.#known.add(JSON.stringify(config));
  }

  #history(): SearchHistory {
    const { direction } = this.#options;
    const running = [...this.#running.keys()].map(({ job, reports }) => ({
      ...job,
      reports: asCosts(reports, direction),
    }));
    return { results: this.#results, running, newTrial: this.#newTrial() };
  }

  /** The least number that no trial has, as a search that was interrupted may have left one out. */
  #newTrial(): number | undefined {
    if (this.#isExhausted || this.#configs.size >= this.#options.maxTrials) return undefined;
    let trial = 0;
    while (this.#configs.has(trial)) trial++;
    return trial;
  }

  /** A configuration that no trial had; `undefined` where there is none left. */
  #newConfig(trial: number): PlainConfig | undefined {
    const { space, sampler, seed } = this.#options;
    const random = new Random(seed * 1_000_003 + trial);
    const observations = this.#observations();
    for (let count = 0; count < mostDraws; count++) {
      const point =
        count < mostDraws / 2 ? sampler.propose(space, observations, random) : drawPoint(space, random);
      const config = configFrom(space, ({ path }) => point.get(path) ?? 0);
      if (!this.#known.has(JSON.stringify(config))) return config;
    }
    const left =
      countConfigs(space) <= mostListed
        ? [...allConfigs(space)].filter((each) => !this.#known.has(JSON.stringify(each)))
        : [];
    const chosen = left[Math.floor(random.uniform() * left.length)];
    this.#isExhausted = chosen === undefined;
    return chosen;
  }

  /** What is known, at every budget; what is under way counts as bad, so that it is not proposed twice. */
  #observations(): TrialObservation[] {
    const observed = (trial: number, budget: number, itsCost: number): TrialObservation => ({
      point: this.#points.get(trial) ?? new Map(),
      budget,
      cost: itsCost,
    });
    const known = this.#results.flatMap(({ trial, budget, cost: last, reports }) => [
      ...reports.flatMap((report) =>
        report.budget < budget ? observed(trial, report.budget, report.value) : [],
      ),
      observed(trial, budget, last),
    ]);
    const underWay = [...this.#running.keys()].map(({ job }) =>
      observed(job.trial, job.budget, Number.POSITIVE_INFINITY),
    );
    return [...known, ...underWay];
  }
}

function asCosts(reports: readonly TrialReport[], direction: SearchDirection): TrialReport[] {
  return reports.map(({ budget, value }) => ({ budget, value: cost(value, direction) }));
}
