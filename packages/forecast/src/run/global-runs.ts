/** Models of all series at once: trained and asked in this thread, one after the other. */
import { ArgumentError } from '@noosphere/core';
import type { FitCallback } from '@noosphere/train';
import type { SeriesFrame } from '../frame/frame.js';
import { dropTail, rangeOf } from '../frame/slice.js';
import type { FittedGlobalModel, GlobalModel } from '../global/global-model.js';
import type { Exogenous, LocalForecast, LocalModel } from '../local/local-model.js';
import { type ModelOutcome, OutcomeColumns, type TaskPlan } from './series-task.js';
import { notReached, type RunOptions } from './thread-pool.js';

/** Any model: of one series each, or of all series at once. */
export type ForecastModel = LocalModel | GlobalModel;

export function isGlobal(model: ForecastModel): model is GlobalModel {
  return 'horizon' in model;
}

/** An origin: the rows at each series' end that are not known there. */
export interface GlobalOrigin {
  readonly droppedRows: number;
  /** Trained here; otherwise the last training serves. */
  readonly refit: boolean;
}

export interface GlobalRun {
  /** Series without gaps, longer than what any origin drops. */
  readonly frame: SeriesFrame;
  readonly model: GlobalModel;
  readonly plan: TaskPlan;
  readonly origins: readonly GlobalOrigin[];
  /** Future covariates behind the last row: series × horizon values. */
  readonly future: Exogenous;
  /** Takes what the model made of a series of the frame. */
  readonly take: (series: number, outcome: ModelOutcome) => void;
}

/** Trains and forecasts at every origin. An error is the failure of all series at that origin. */
export async function runGlobal(run: GlobalRun, options: RunOptions): Promise<void> {
  const { frame, model, plan, origins } = run;
  const { signal, onAbort = 'reject' } = options;
  if (onAbort === 'reject') signal?.throwIfAborted();
  const count = frame.ids.length;
  if (signal?.aborted) {
    for (let series = 0; series < count; series++) run.take(series, notReached(plan));
    return;
  }
  const startMs = performance.now();
  const outcomes = frame.ids.map(() => new OutcomeColumns(model, origins.length, plan));
  let fitted: FittedGlobalModel | undefined;
  for (const [origin, { droppedRows, refit }] of origins.entries()) {
    try {
      const known = droppedRows === 0 ? frame : dropTail(frame, droppedRows);
      if (refit || !fitted) fitted = await model.fit(known, fitOptions(model, options));
      if (onAbort === 'reject') signal?.throwIfAborted();
      const future = droppedRows === 0 ? run.future : futureOf(frame, droppedRows, plan.horizon);
      const made = await fitted.forecast(known, { levels: plan.levels, future });
      outcomes.forEach((outcome, series) => {
        outcome.attempt(origin, () => made[series] as LocalForecast);
      });
    } catch (error) {
      if (signal?.aborted && error === signal.reason) throw error;
      fitted = undefined;
      for (const outcome of outcomes) outcome.fail(origin, error);
    }
  }
  const elapsedMs = (performance.now() - startMs) / count;
  outcomes.forEach((outcome, series) => {
    run.take(series, outcome.finish(elapsedMs));
  });
}

/** The horizon of a global model is built in. */
export function requireHorizon(operation: string, models: readonly ForecastModel[], horizon: number): void {
  for (const model of models) {
    if (isGlobal(model) && model.horizon !== horizon)
      throw new ArgumentError(
        operation,
        `${model.name} forecasts ${model.horizon} steps, and the horizon is ${horizon}; make the model with horizon ${horizon}`,
      );
  }
}

function fitOptions({ name }: GlobalModel, { signal, onProgress }: RunOptions) {
  let total = 0;
  let validationLoss: number | undefined;
  const callback: FitCallback = {
    onStart: (plan) => {
      total = plan.steps;
    },
    onStep: ({ step, loss }) =>
      onProgress?.({
        done: Math.min(step, total),
        total,
        unit: 'step',
        model: name,
        loss,
        ...(validationLoss !== undefined && { validationLoss }),
      }),
    onValidation: ({ metrics }) => {
      validationLoss = metrics.loss;
    },
  };
  return { ...(signal && { signal }), ...(onProgress && { callbacks: [callback] }) };
}

/** The covariates of the rows behind an origin: series × horizon values. */
function futureOf(frame: SeriesFrame, droppedRows: number, horizon: number): Exogenous {
  return Object.fromEntries(
    Object.entries(frame.future).map(([name, column]) => {
      const ahead = new Float64Array(frame.ids.length * horizon);
      frame.ids.forEach((_, series) => {
        const first = rangeOf(frame, series).end - droppedRows;
        ahead.set(column.subarray(first, first + horizon), series * horizon);
      });
      return [name, ahead];
    }),
  );
}
