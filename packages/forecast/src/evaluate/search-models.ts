/** Search for a model under a budget of time or energy: more windows for fewer models, round by round. */
import { knownOptions, requireList, requireObject, requireWhole } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { SeriesFrame } from '../frame/frame.js';
import { requireFrame } from '../frame/require-frame.js';
import type { ForecastModel } from '../run/global-runs.js';
import type { RunOptions } from '../run/thread-pool.js';
import { crossValidate } from './cross-validate.js';
import { evaluate } from './evaluate.js';
import type { MetricName } from './metric-definitions.js';

export interface SearchModelsOptions extends Omit<RunOptions, 'onAbort'> {
  /** Names must differ. The naive models of every backtest take part too. */
  readonly candidates: readonly ForecastModel[];
  /** Steps ahead. */
  readonly horizon: number;
  /** At least one of both. */
  readonly budget: SearchBudget;
  /** Joules used so far, by whatever measures them; needed for a budget of energy. */
  readonly readJoules?: () => number;
  /** Windows of the first round; each round has twice as many as the one before. @default 1 */
  readonly windows?: number;
  /** Windows of the last round at most. @default 8 */
  readonly mostWindows?: number;
  /** What ranks models; less is better. @default 'mae' */
  readonly metric?: Exclude<MetricName, 'owa' | 'coverage'>;
  /** @default by the frequency */
  readonly season?: number;
}

export interface SearchBudget {
  readonly timeMs?: number;
  readonly energyJoules?: number;
}

/** A model, and how far it came. */
export interface SearchedModel {
  readonly name: string;
  /** Its last round's mean error; NaN where it failed. */
  readonly error: number;
  /** Windows of that round; 0 where the budget ended before its turn. */
  readonly windows: number;
  /** Of all its backtests. */
  readonly elapsedMs: number;
  /** Undefined without `readJoules`. */
  readonly energyJoules: number | undefined;
}

export interface ModelSearch {
  /** The best first: more windows, then less error. */
  readonly ranking: readonly SearchedModel[];
  /** The candidate that stands first; undefined where a naive model does, or nothing was reached. */
  readonly best: ForecastModel | undefined;
  /** `budget`: it was spent; the ranking is of the rounds that were finished, the rest as far as it came. */
  readonly end: 'finished' | 'budget' | 'aborted';
  readonly spentMs: number;
  readonly spentJoules: number | undefined;
}

/**
 * Successive halving over rolling origins: all candidates are backtested at few origins, the better half at twice as many, and so
 * on until one is left, `mostWindows` is reached, or the budget is spent. The budget is looked at before each backtest, so it is
 * passed by one of them at most. Errors of one round are of the same windows for all. Jamieson & Talwalkar 2016.
 *
 * The error of what is chosen is too good as a forecast of what will be: score it on rows that the search did not see.
 * @example
 * const y = Array.from({ length: 60 }, (_, t) => 10 + 2 * t + (t % 7));
 * const frame = frameOf({ ds: y.map((_, t) => t), y });
 * const candidates = [drift(), ses(), seasonalNaive({ season: 7 }), autoEts({ season: 7 })];
 * const { best, end } = await searchModels(frame, { candidates, horizon: 7, season: 7, budget: { timeMs: 60_000 } });
 * console.log(best?.name, end); // → AutoETS finished
 */
export async function searchModels(frame: SeriesFrame, options: SearchModelsOptions): Promise<ModelSearch> {
  knownOptions(
    'searchModels',
    options,
    'candidates horizon budget readJoules windows mostWindows metric season workers',
    'onProgress signal',
  );
  const search = new Halving(frame, options);
  return search.run();
}

class Halving {
  readonly #frame: SeriesFrame;
  readonly #options: SearchModelsOptions;
  readonly #startMs = performance.now();
  readonly #startJoules: number | undefined;
  readonly #found = new Map<string, SearchedModel>();

  constructor(frame: SeriesFrame, options: SearchModelsOptions) {
    const operation = 'searchModels';
    requireFrame(operation, frame);
    requireObject(operation, 'the options', options, '{ candidates, horizon, budget }');
    const { candidates, budget, readJoules, windows = 1, mostWindows = 8 } = options;
    requireList(operation, 'candidates', candidates);
    if (candidates.length === 0)
      throw new ArgumentError(operation, 'expects at least one candidate, got none');
    if (new Set(candidates.map(({ name }) => name)).size < candidates.length)
      throw new ArgumentError(operation, 'expects candidates with different names; give each its own');
    const { timeMs, energyJoules } = budget;
    const amounts = [timeMs, energyJoules].filter((amount) => amount !== undefined);
    if (amounts.length === 0 || !amounts.every((amount) => amount > 0))
      throw new ArgumentError(
        operation,
        `expects a budget of timeMs or energyJoules above 0, got ${JSON.stringify(budget)}`,
      );
    if (energyJoules !== undefined && !readJoules)
      throw new ArgumentError(
        operation,
        'a budget of energyJoules needs readJoules: what reads the joules used so far',
      );
    requireWhole(operation, 'windows', windows, 1);
    requireWhole(operation, 'mostWindows', mostWindows, windows);
    this.#frame = frame;
    this.#options = options;
    this.#startJoules = readJoules?.();
  }

  async run(): Promise<ModelSearch> {
    const { candidates, windows = 1, mostWindows = 8 } = this.#options;
    let left: readonly ForecastModel[] = candidates;
    let end: ModelSearch['end'] = 'finished';
    for (let count = windows; ; count = Math.min(2 * count, mostWindows)) {
      end = await this.#round(left, count);
      if (end !== 'finished' || count === mostWindows) break;
      const ranked = this.#ranking();
      const place = (name: string) => ranked.findIndex((each) => each.name === name);
      const better = left.toSorted((a, b) => place(a.name) - place(b.name));
      if (better.length <= 2) break;
      left = better.slice(0, Math.ceil(better.length / 2));
    }
    const ranking = this.#ranking();
    const [first] = ranking;
    return {
      ranking,
      best:
        first && Number.isFinite(first.error)
          ? candidates.find(({ name }) => name === first.name)
          : undefined,
      end,
      spentMs: performance.now() - this.#startMs,
      spentJoules: this.#joules(),
    };
  }

  /** Backtests each model at so many origins, one after the other. */
  async #round(models: readonly ForecastModel[], windows: number): Promise<ModelSearch['end']> {
    const { horizon, metric = 'mae', season, workers, signal, onProgress } = this.#options;
    for (const model of models) {
      if (signal?.aborted) return 'aborted';
      if (this.#isSpent()) return 'budget';
      const [startMs, startJoules] = [performance.now(), this.#joules()];
      const table = await crossValidate(this.#frame, {
        models: [model],
        horizon,
        windows,
        ...(season !== undefined && { season }),
        ...(workers !== undefined && { workers }),
        ...(signal && { signal, onAbort: 'keep' as const }),
        ...(onProgress && { onProgress }),
      });
      if (signal?.aborted) return 'aborted';
      const failed = new Set(table.failures.map(({ model: name }) => name));
      const elapsedMs = performance.now() - startMs;
      const joules = this.#joules();
      const used = joules === undefined || startJoules === undefined ? undefined : joules - startJoules;
      for (const { model: name, values } of evaluate(table, { metrics: [metric] }).rows) {
        const before = this.#found.get(name);
        const isOwn = name === model.name;
        this.#found.set(name, {
          name,
          error: failed.has(name) ? Number.NaN : (values[metric] ?? Number.NaN),
          windows,
          elapsedMs: (before?.elapsedMs ?? 0) + (isOwn ? elapsedMs : 0),
          energyJoules: used === undefined ? undefined : (before?.energyJoules ?? 0) + (isOwn ? used : 0),
        });
      }
    }
    return 'finished';
  }

  #ranking(): SearchedModel[] {
    const unreached = this.#options.candidates
      .filter(({ name }) => !this.#found.has(name))
      .map(({ name }) => ({ name, error: Number.NaN, windows: 0, elapsedMs: 0, energyJoules: undefined }));
    const finite = ({ error }: SearchedModel) => (Number.isFinite(error) ? error : Number.MAX_VALUE);
    return [...this.#found.values(), ...unreached].sort(
      (a, b) =>
        Number(Number.isNaN(a.error)) - Number(Number.isNaN(b.error)) ||
        b.windows - a.windows ||
        finite(a) - finite(b),
    );
  }

  #isSpent(): boolean {
    const { timeMs = Number.POSITIVE_INFINITY, energyJoules = Number.POSITIVE_INFINITY } =
      this.#options.budget;
    return performance.now() - this.#startMs >= timeMs || (this.#joules() ?? 0) >= energyJoules;
  }

  /** Since the search began. */
  #joules(): number | undefined {
    const now = this.#options.readJoules?.();
    return now === undefined || this.#startJoules === undefined ? undefined : now - this.#startJoules;
  }
}
