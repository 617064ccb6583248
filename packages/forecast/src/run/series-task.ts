/** Work on one series: every model fitted at every origin, on copies that end there. Runs in any thread. */
import { ArgumentError } from '@noosphere/core';
import type { Estimates, Exogenous, FittedLocalModel, LocalModel } from '../local/local-model.js';

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

function runModel({ y, exogenous, origins }: SeriesTask, model: LocalModel, plan: TaskPlan): ModelOutcome {
  const { horizon, levels, withEstimates = false } = plan;
  const startMs = performance.now();
  const column = () => new Float64Array(origins.length * horizon).fill(Number.NaN);
  const mean = column();
  const lower = levels.map(column);
  const upper = levels.map(column);
  let failure: ModelOutcome['failure'];
  let lastFit: FittedLocalModel | undefined;
  let estimates: Estimates | undefined;
  origins.forEach(({ trainingLength, refit }, origin) => {
    try {
      const known = y.slice(0, trainingLength);
      const past = cut(exogenous, 0, trainingLength);
      const base = refit ? undefined : lastFit;
      const fitted = base?.forward?.(known, past) ?? model.fit(known, past);
      if (!base?.forward) lastFit = fitted;
      if (withEstimates) estimates = fitted.estimates;
      const ahead = cut(exogenous, trainingLength, trainingLength + horizon);
      const forecast = fitted.forecast(horizon, { levels, ...(ahead ? { exogenous: ahead } : {}) });
      mean.set(checked(model, forecast.mean, 'forecasts', horizon), origin * horizon);
      levels.forEach((level, index) => {
        const interval = forecast.intervals.find((each) => each.level === level);
        if (!interval)
          throw new ArgumentError(model.name, `has no interval of ${level} %; wrap it in conformal(…)`);
        lower[index]?.set(checked(model, interval.lower, 'lower ends', horizon), origin * horizon);
        upper[index]?.set(checked(model, interval.upper, 'upper ends', horizon), origin * horizon);
      });
    } catch (error) {
      lastFit = undefined;
      const [start, end] = [origin * horizon, (origin + 1) * horizon];
      for (const values of [mean, ...lower, ...upper]) values.fill(Number.NaN, start, end);
      failure ??= { origin, message: error instanceof Error ? error.message : String(error) };
    }
  });
  const elapsedMs = performance.now() - startMs;
  return { mean, lower, upper, ...(failure && { failure }), ...(estimates && { estimates }), elapsedMs };
}

function cut(exogenous: Exogenous, start: number, end: number): Exogenous | undefined {
  const names = Object.keys(exogenous);
  if (names.length === 0) return undefined;
  return Object.fromEntries(names.map((name) => [name, (exogenous[name] as Float64Array).slice(start, end)]));
}

/** What is no number is an error, not a value. */
function checked({ name }: LocalModel, values: Float64Array, what: string, horizon: number): Float64Array {
  if (values.length !== horizon || !values.every(Number.isFinite)) {
    const first = Array.from(values.slice(0, 3)).join(', ');
    throw new ArgumentError(name, `expected ${horizon} finite ${what}, got ${first}…`);
  }
  return values;
}
