/** What every model is that learns from all series of a frame at once. */
import type { SeriesFrame } from '../frame/frame.js';
import type { LocalForecast } from '../local/local-model.js';

export interface GlobalModel {
  /** Column name in tables: `NHITS`. */
  readonly name: string;
  /** Steps ahead that it forecasts. */
  readonly horizon: number;
  /** Trains; aborting ends after the step that runs, with what was learnt so far. */
  fit(frame: SeriesFrame, options?: GlobalFitOptions): Promise<FittedGlobalModel>;
}

export interface GlobalFitOptions {
  readonly signal?: AbortSignal;
  /** Values at a series' end that are for validation: early stopping and the choice of the best weights. @default 0 */
  readonly validationSize?: number;
}

export interface FittedGlobalModel {
  /**
   * Forecasts the horizon after each series' last row. The frame may hold other series than those that were learnt.
   * One forecast a series, in the frame's order.
   */
  forecast(
    frame: SeriesFrame,
    options?: { readonly levels?: readonly number[] },
  ): Promise<readonly LocalForecast[]>;
}
