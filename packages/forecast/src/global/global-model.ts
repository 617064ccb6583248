/** What every model is that learns from all series of a frame at once. */
import type { TrainOptions } from '@noosphere/train';
import type { SeriesFrame } from '../frame/frame.js';
import type { Exogenous, LocalForecast, ModelSettings } from '../local/local-model.js';
import type { DecisionLoss } from './decision-loss.js';

/** Its settings are what a manifest tells of it. */
export interface GlobalModel extends ModelSettings {
  /** Steps ahead that it forecasts. */
  readonly horizon: number;
  /** Trains; aborting ends after the step that runs, with what was learnt so far. */
  fit(frame: SeriesFrame, options?: GlobalFitOptions): Promise<FittedGlobalModel>;
}

export interface GlobalFitOptions
  extends Pick<TrainOptions, 'signal' | 'timeLimitMs' | 'callbacks' | 'meters' | 'checkpoint'> {
  /** Values at a series' end that are for validation: early stopping and the choice of the best weights. @default 0 */
  readonly validationSize?: number;
  /**
   * Trains through what a decision costs, in place of the model's own loss, for training and validation alike. A batch is
   * `windowsPerBatch` times with a window of every series each, so series need the same times; a time at which any of them lacks a
   * value of lookback or horizon does not enter. All validation times are one batch, since the tail of a whole is not the mean of
   * its parts' tails.
   *
   * What such a model forecasts is a score on the original scale, made for this decision: no longer an unbiased forecast. It has
   * no intervals, and only models of points take it.
   * @default the model's own loss
   */
  readonly decisionLoss?: DecisionLoss;
}

export interface GlobalForecastOptions {
  /** Percent of the intervals, e.g. [80, 95]. @default none */
  readonly levels?: readonly number[];
  /** The frame's future covariates over the horizon: series × horizon values, in the frame's order. @default none */
  readonly future?: Exogenous;
}

export interface FittedGlobalModel {
  /**
   * Forecasts the horizon after each series' last row. The frame may hold other series than those that were learnt.
   * One forecast a series, in the frame's order.
   */
  forecast(frame: SeriesFrame, options?: GlobalForecastOptions): Promise<readonly LocalForecast[]>;
}
