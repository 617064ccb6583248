/** Any model of one series, in the space of a transform. */
import { type LocalModel, settingsOf } from '../local/local-model.js';
import { fitTransform, transformFrom } from './fit-transform.js';
import type { TransformSettings, TransformState } from './transform.js';

/**
 * A model that fits the transformed values and gives forecasts and intervals back in the series' own units. The transform is
 * fitted on what the model is given, so a backtest fits it anew at each origin. A transformed mean becomes the median.
 * @example
 * const model = transformed(drift(), { kind: 'log' });
 * console.log(model.fit(Float64Array.of(1, 2, 4, 8)).forecast(2).mean.map(Math.round)); // → Float64Array(2) [ 16, 32 ]
 */
export function transformed(
  model: LocalModel,
  transform: TransformSettings | readonly TransformSettings[],
): LocalModel {
  return {
    name: model.name,
    kind: 'transformed',
    options: { transform, models: [settingsOf(model)] },
    fit(y, exogenous) {
      const fittedTransform = fitTransform(transform, y);
      const inside = fittedTransform.apply(y);
      const lost = y.length - inside.length;
      const shorter = exogenous
        ? Object.fromEntries(Object.entries(exogenous).map(([name, values]) => [name, values.slice(lost)]))
        : undefined;
      const fitted = model.fit(inside, shorter);
      return {
        estimates: fitted.estimates,
        fitted: fittedBack(fitted.fitted, fittedTransform.states, y),
        forecast(horizon, options) {
          const { mean, intervals } = fitted.forecast(horizon, options);
          const back = (values: Float64Array) => fittedTransform.invertAfter(values);
          return {
            mean: back(mean),
            intervals: intervals.map(({ level, lower, upper }) => ({
              level,
              lower: back(lower),
              upper: back(upper),
            })),
          };
        },
      };
    },
  };
}

/**
 * One-step forecasts in the series' units, NaN where there is none: undone step by step, last transform first, from the
 * known values before each row.
 */
function fittedBack(fitted: Float64Array, states: readonly TransformState[], y: Float64Array): Float64Array {
  // What each transform takes, and what the last one gives.
  const inputs = [y];
  for (const state of states) inputs.push(transformFrom([state]).apply(inputs.at(-1) as Float64Array));
  return states.toReversed().reduce<Float64Array>((now, state, back) => {
    const input = inputs[states.length - 1 - back] as Float64Array;
    if (state.kind !== 'difference') return transformFrom([state]).invert(now);
    // The difference of the forecast and what came is the same before and after.
    const output = inputs[states.length - back] as Float64Array;
    const lost = input.length - output.length;
    return input.map((value, row) =>
      row < lost ? Number.NaN : value + (now[row - lost] as number) - (output[row - lost] as number),
    );
  }, fitted);
}
