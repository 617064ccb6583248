/** Work on one series: every model fitted at every origin, on copies that end there. Runs in any thread. */
import { ArgumentError } from '@noosphere/core';
import type {
  Estimates,
  Exogenous,
  FittedLocalModel,
  LocalForecast,
  LocalModel,
} from '../local/local-model.js';

/** An origin: models see the values before it and forecast those from it on. */
export interface Origin {
  /** Number of values before it. */
  readonly trainingLength: number;
  /** Fitted here; otherwise the last fit goes forward, where the model can. */
  readonly refit: boolean;
}

export interface SeriesTask {
  /** Place of the series in its frame. */
  readonly index: number;
  readonly y: Float64Array;
  /** Covariates known in advance, at least up to the last origin's horizon. */
  readonly exogenous: Exogenous;
  /** Estimates of earlier fits by the model's name: models that can resume do. */
  readonly known?: Readonly<Record<string, Estimates>>;
  readonly origins: readonly Origin[];
}

export interface TaskPlan {
  readonly horizon: number;
  readonly levels: readonly number[];
  /** Whether the estimates of the last fit are told. @default false */
  readonly withEstimates?: boolean;
}

/** What one model made of one series. */
export interface ModelOutcome {
  /** origins × horizon, one behind the other; NaN where it failed. */
  readonly mean: Float64Array;
  /** One a level, as long as `mean`. */
  readonly lower: readonly Float64Array[];
  readonly upper: readonly Float64Array[];
  /** The first error, and the origin where it came. */
  readonly failure?: { readonly origin: number; readonly message: string };
  readonly elapsedMs: number;
  readonly estimates?: Estimates;
}

export function runTask(task: SeriesTask, models: readonly LocalModel[], plan: TaskPlan): ModelOutcome[] {
  return models.map((model) => runModel(task, model, plan));
}

function runModel(
  { y, exogenous, origins, known }: SeriesTask,
  model: LocalModel,
  plan: TaskPlan,
): ModelOutcome {
  const { horizon, levels, withEstimates = false } = plan;
  const startMs = performance.now();
  const columns = new OutcomeColumns(model, origins.length, plan);
  let lastFit: FittedLocalModel | undefined;
  let estimates: Estimates | undefined;
  const earlier = known?.[model.name];
  const resumed = (training: Float64Array, past: Exogenous | undefined) =>
    earlier && model.resume?.(earlier, training, past);
  origins.forEach(({ trainingLength, refit }, origin) => {
    const isMade = columns.attempt(origin, () => {
      const training = y.slice(0, trainingLength);
      const past = cut(exogenous, 0, trainingLength);
      const base = refit ? undefined : lastFit;
      const fitted = base?.forward?.(training, past) ?? resumed(training, past) ?? model.fit(training, past);
      if (!base?.forward) lastFit = fitted;
      if (withEstimates) estimates = fitted.estimates;
      const ahead = cut(exogenous, trainingLength, trainingLength + horizon);
      return fitted.forecast(horizon, { levels, ...(ahead ? { exogenous: ahead } : {}) });
    });
    if (!isMade) lastFit = undefined;
  });
  return columns.finish(performance.now() - startMs, estimates);
}

/** What one model makes of one series, origin by origin. */
export class OutcomeColumns {
  readonly #name: string;
  readonly #plan: TaskPlan;
  readonly #mean: Float64Array;
  readonly #lower: readonly Float64Array[];
  readonly #upper: readonly Float64Array[];
  #failure: ModelOutcome['failure'];

  constructor({ name }: { readonly name: string }, origins: number, plan: TaskPlan) {
    const column = () => new Float64Array(origins * plan.horizon).fill(Number.NaN);
    this.#name = name;
    this.#plan = plan;
    this.#mean = column();
    this.#lower = plan.levels.map(column);
    this.#upper = plan.levels.map(column);
  }

  /** Takes a forecast; what throws, or is no number, is a failure of this origin. @returns Whether there is a forecast. */
  attempt(origin: number, forecastOf: () => LocalForecast): boolean {
    try {
      const { mean, intervals } = forecastOf();
      this.#set(this.#mean, origin, mean, 'forecasts');
      this.#plan.levels.forEach((level, index) => {
        const interval = intervals.find((each) => each.level === level);
        if (!interval)
          throw new ArgumentError(this.#name, `has no interval of ${level} %; wrap it in conformal(…)`);
        this.#set(this.#lower[index] as Float64Array, origin, interval.lower, 'lower ends');
        this.#set(this.#upper[index] as Float64Array, origin, interval.upper, 'upper ends');
      });
      return true;
    } catch (error) {
      this.fail(origin, error);
      return false;
    }
  }

  fail(origin: number, error: unknown): void {
    const [start, end] = [origin * this.#plan.horizon, (origin + 1) * this.#plan.horizon];
    for (const values of [this.#mean, ...this.#lower, ...this.#upper]) values.fill(Number.NaN, start, end);
    this.#failure ??= { origin, message: error instanceof Error ? error.message : String(error) };
  }

  finish(elapsedMs: number, estimates?: Estimates): ModelOutcome {
    const [mean, lower, upper, failure] = [this.#mean, this.#lower, this.#upper, this.#failure];
    return { mean, lower, upper, ...(failure && { failure }), ...(estimates && { estimates }), elapsedMs };
  }

  /** What is no number is an error, not a value. */
  #set(column: Float64Array, origin: number, values: Float64Array, what: string): void {
    const { horizon } = this.#plan;
    if (values.length !== horizon || !values.every(Number.isFinite)) {
      const first = Array.from(values.slice(0, 3)).join(', ');
      throw new ArgumentError(this.#name, `expected ${horizon} finite ${what}, got ${first}…`);
    }
    column.set(values, origin * horizon);
  }
}

function cut(exogenous: Exogenous, start: number, end: number): Exogenous | undefined {
  const names = Object.keys(exogenous);
  if (names.length === 0) return undefined;
  return Object.fromEntries(names.map((name) => [name, (exogenous[name] as Float64Array).slice(start, end)]));
}
