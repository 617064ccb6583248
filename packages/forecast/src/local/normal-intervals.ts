/** Intervals of forecasts whose errors are normal. */
import { normalQuantile } from '@noosphere/base';
import type { Interval } from './local-model.js';

/** mean ± z · deviation at each step, one interval a level. */
export function normalIntervals(
  mean: Float64Array,
  deviations: Float64Array,
  levels: readonly number[],
): Interval[] {
  return levels.map((level) => {
    const z = normalQuantile(0.5 + level / 200);
    return {
      level,
      lower: mean.map((value, step) => value - z * (deviations[step] ?? Number.NaN)),
      upper: mean.map((value, step) => value + z * (deviations[step] ?? Number.NaN)),
    };
  });
}
