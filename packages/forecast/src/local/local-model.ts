/** What every model of one series is: plain settings that a worker thread can be sent, and a fit. */

/** Kinds of models in this package; the registry is typed over them, so that none can be forgotten there. */
export type LocalModelKind =
  | 'naive'
  | 'seasonalNaive'
  | 'drift'
  | 'historicAverage'
  | 'windowAverage'
  | 'seasonalWindowAverage'
  | 'naive2'
  | 'classicTheta'
  | 'ses'
  | 'holt'
  | 'holtWinters'
  | 'autoEts'
  | 'theta'
  | 'optimizedTheta'
  | 'dynamicTheta'
  | 'dynamicOptimizedTheta'
  | 'autoTheta'
  | 'mstl'
  | 'mfles'
  | 'arima'
  | 'autoArima'
  | 'arch'
  | 'garch'
  | 'gjrGarch'
  | 'ewmaVolatility'
  | 'crostonClassic'
  | 'crostonOptimized'
  | 'crostonSba'
  | 'adida'
  | 'imapa'
  | 'tsb';

/** What a model is, as plain data. */
export interface ModelSettings {
  /** Column name in tables: `AutoETS`. */
  readonly name: string;
  /** Entry of the registry that makes the model: `autoEts`. */
  readonly kind: string;
  /** Plain data. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** The plain data of a model, without its functions: what crosses threads and goes into files. */
export function settingsOf({ name, kind, options }: ModelSettings): ModelSettings {
  return { name, kind, options };
}

/** Columns of covariates, each as long as the series (or, for a forecast, as the horizon). */
export type Exogenous = Readonly<Record<string, Float64Array>>;

export interface LocalModel extends ModelSettings {
  /**
   * Fits one series without gaps. Synchronous: one series takes milliseconds, and worker threads share the work.
   * Throws ArgumentError where the series cannot be fitted (too short, infinite), saying what it needs.
   */
  fit(y: Float64Array, exogenous?: Exogenous): FittedLocalModel;
  /**
   * The fit that has estimates of an earlier one, without a search: over the same series it is that fit, to the bit, and over
   * the series as it went on what `forward` gives. Estimates are plain data, so they may come out of a file. The series must
   * begin where it did. Models that search nothing, and those around other models, have no use for it: fit them again.
   */
  resume?(estimates: Estimates, y: Float64Array, exogenous?: Exogenous): FittedLocalModel;
}

/** Estimates of a model, by the names its source gives them. */
export type Estimates = Readonly<Record<string, number | string | boolean | readonly number[]>>;

export interface FittedLocalModel {
  /** What was chosen and estimated, e.g. { model: 'ETS(M,Ad,M)', alpha: 0.31, aicc: 812.4 }. */
  readonly estimates: Estimates;
  /** One-step forecasts of the series itself, NaN where there is none. */
  readonly fitted: Float64Array;
  forecast(horizon: number, options?: ForecastOptions): LocalForecast;
  /**
   * The same estimates at the end of other values: the series as it went on. Backtests that do not refit ask for it; a
   * model without it is fitted again there.
   */
  forward?(y: Float64Array, exogenous?: Exogenous): FittedLocalModel;
}

export interface ForecastOptions {
  /** Percent of the intervals, e.g. [80, 95]. @default none */
  readonly levels?: readonly number[];
  /** Covariates of the horizon, where the model was fitted with some. */
  readonly exogenous?: Exogenous;
}

export interface LocalForecast {
  /** Point forecast, horizon values. */
  readonly mean: Float64Array;
  /** One a level asked for, in that order. */
  readonly intervals: readonly Interval[];
}

export interface Interval {
  /** Percent of outcomes that are meant to lie inside, e.g. 90. */
  readonly level: number;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}
