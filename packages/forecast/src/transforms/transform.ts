/** What a transform of one series is: fitted on the training values, plain data, and undone exactly. */

/** How to transform; plain data, so that it can be saved and sent to threads. */
export type TransformSettings =
  /** (y - mean) / standard deviation (of n). */
  | { readonly kind: 'standard' }
  /** (y - least) / (largest - least). */
  | { readonly kind: 'minMax' }
  /** (y - median) / (upper quartile - lower quartile). */
  | { readonly kind: 'robust' }
  /** log y, for values above zero. */
  | { readonly kind: 'log' }
  /** log(1 + y), for values above -1. */
  | { readonly kind: 'log1p' }
  /** (y^λ - 1) / λ, log y where λ is 0, for values above zero. @default λ by Guerrero from the seasons */
  | {
      readonly kind: 'boxCox';
      readonly lambda?: number;
      /** How λ is found: least variation of the spread over seasons (Guerrero 1993), or the largest likelihood. @default 'guerrero' */
      readonly method?: 'guerrero' | 'likelihood';
      /** Rows of a season, for Guerrero. @default 2 */
      readonly season?: number;
    }
  /** y[t] - y[t - lag], `order` times over. */
  | {
      readonly kind: 'difference';
      /** @default 1 */
      readonly lag?: number;
      /** @default 1 */
      readonly order?: number;
    };

/** What was learnt from the training values: plain data. */
export type TransformState =
  | { readonly kind: 'scale'; readonly shift: number; readonly size: number }
  | { readonly kind: 'log'; readonly shift: number }
  | { readonly kind: 'boxCox'; readonly lambda: number }
  | {
      readonly kind: 'difference';
      readonly lag: number;
      /** Before each difference: the first and the last `lag` values. */
      readonly heads: readonly (readonly number[])[];
      readonly tails: readonly (readonly number[])[];
    };

/** One step after another. */
export interface FittedTransform {
  /** What restores it: `transformFrom(states)`. */
  readonly states: readonly TransformState[];
  /** Transforms the training values, or others of the same series; differences are shorter by what they take away. */
  apply(values: Float64Array): Float64Array;
  /** Undoes `apply` of the training values. */
  invert(values: Float64Array): Float64Array;
  /** Undoes it for values that come after the training values: forecasts, and ends of intervals. */
  invertAfter(values: Float64Array): Float64Array;
}
