/** Hyperparameter search: the best configuration of a space, within a budget of time or trials. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { LogSink } from '../files/log-file.js';
import { openJournal } from './journal.js';
import { memoryStates, type Objective, type TrialStates } from './objective.js';
import type { PlainConfig } from './points.js';
import type { SearchSampler } from './sampler.js';
import { fullBudget, type TrialScheduler } from './scheduler.js';
import { type SearchEnd, SearchRun } from './search-run.js';
import { trialTable } from './table.js';
import { tpe } from './tpe.js';
import { type SearchDirection, summarize, type TrialRecord, type TrialSummary } from './trial.js';
import type { ConfigOf, SearchSpace } from './vary.js';

export interface SearchOptions<S extends SearchSpace, State = unknown> {
  readonly space: S;
  readonly objective: Objective<ConfigOf<S>, State>;
  /** Where configurations come from: `tpe()` or `randomSampler()`. @default tpe() */
  readonly sampler?: SearchSampler;
  /** Which trials go on: `fullBudget()`, `asha()`, `ashaStopping()` or `hyperband()`. @default fullBudget() */
  readonly scheduler?: TrialScheduler;
  /** Trials in all, those of a journal included. @default no limit */
  readonly maxTrials?: number;
  /** Milliseconds of this call. It ends then, or as soon as the objective reports or heeds the signal. @default no limit */
  readonly budgetMs?: number;
  /** Ends the search; what is known until then is the result. @default none */
  readonly signal?: AbortSignal;
  /** @default 0 */
  readonly seed?: number;
  /** @default 'minimize' */
  readonly direction?: SearchDirection;
  /** Calls of the objective at the same time. With more than 1 the order of results depends on their times. @default 1 */
  readonly concurrency?: number;
  /** A file that remembers all trials: a search that finds it goes on from there. @default none */
  readonly journal?: string | LogSink;
  /** Where states of paused trials are kept. @default in memory */
  readonly states?: TrialStates<State>;
  /** Called after each call of the objective. @default none */
  readonly onRecord?: (record: TrialRecord) => void;
}

export interface SearchResult<Config> {
  /** The trial with the best value; `undefined` where none has a value. */
  readonly best: TrialSummary<Config> | undefined;
  /** All trials, the best first, failures last. `trialRows` makes them flat. */
  readonly trials: readonly TrialSummary<Config>[];
  /** All calls of the objective in the order of their ends. */
  readonly records: readonly TrialRecord[];
  readonly end: SearchEnd;
  readonly elapsedMs: number;
  /** The trials as a table to read. */
  table(): string;
}

/**
 * Searches a space for the configuration with the lowest (or highest) value.
 *
 * The same seed and the same values give the same trials, also where the search is interrupted and goes on from its journal:
 * no configuration is tried twice, and a trial that was under way begins again. A trial whose objective throws is recorded as
 * failed. With small budgets the value of a trial is that at its largest one.
 *
 * @throws ArgumentError where nothing would end the search, an option is out of range, or the journal is that of another search.
 * @example
 * const result = await search({
 *   space: { x: vary.uniform(-3, 3), shape: vary.choice(['bowl', 'cone']) },
 *   objective: async ({ x, shape }) => (shape === 'bowl' ? x ** 2 : 1 + Math.abs(x)),
 *   maxTrials: 40,
 * });
 * console.log(result.best?.config.shape, result.trials.length, result.end); // → bowl 40 finished
 */
export async function search<const S extends SearchSpace, State = unknown>(
  options: SearchOptions<S, State>,
): Promise<SearchResult<ConfigOf<S>>> {
  checkOptions(options);
  const {
    space,
    direction = 'minimize',
    scheduler = fullBudget(),
    sampler = tpe(),
  } = knownOptions(
    'search',
    options,
    'space objective sampler scheduler maxTrials budgetMs signal seed direction concurrency',
    'journal states onRecord',
  );
  const startedMs = performance.now();
  const journal = options.journal === undefined ? undefined : openJournal(options.journal, space, direction);
  const run = new SearchRun({
    space,
    // Configurations are made from the space, so they have its type.
    objective: options.objective as unknown as Objective<PlainConfig, State>,
    sampler,
    scheduler,
    direction,
    journal,
    states: options.states ?? memoryStates<State>(),
    maxTrials: options.maxTrials ?? Number.POSITIVE_INFINITY,
    budgetMs: options.budgetMs ?? Number.POSITIVE_INFINITY,
    concurrency: options.concurrency ?? 1,
    seed: options.seed ?? 0,
    signal: options.signal,
    onRecord: options.onRecord,
  });
  try {
    const end = await run.run();
    const summaries = summarize(run.records, direction, scheduler.wholeBudget);
    const trials = summaries as unknown as readonly TrialSummary<ConfigOf<S>>[];
    return {
      best: trials.find(({ value }) => value !== undefined),
      trials,
      records: run.records,
      end,
      elapsedMs: performance.now() - startedMs,
      table: () => trialTable(summaries),
    };
  } finally {
    journal?.close();
  }
}

function checkOptions<S extends SearchSpace, State>(options: SearchOptions<S, State>): void {
  const { maxTrials, budgetMs, signal, concurrency = 1, space, seed = 0 } = options;
  if (Object.keys(space).length === 0)
    throw new ArgumentError(
      'search',
      'the space is empty; name what may vary, as { rate: vary.uniform(0, 1) }',
    );
  if (maxTrials === undefined && budgetMs === undefined && signal === undefined)
    throw new ArgumentError('search', 'nothing would end the search; pass maxTrials, budgetMs or signal');
  for (const [name, value] of Object.entries({ maxTrials: maxTrials ?? 1, concurrency })) {
    if (!Number.isInteger(value) || value < 1)
      throw new ArgumentError('search', `${name} must be a whole number from 1, got ${value}`);
  }
  if (budgetMs !== undefined && !(budgetMs > 0))
    throw new ArgumentError('search', `budgetMs must be above 0, got ${budgetMs}`);
  if (!Number.isInteger(seed)) throw new ArgumentError('search', `seed must be a whole number, got ${seed}`);
}
