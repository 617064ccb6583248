// Goldens: tools/goldens/forecast_metrics.py (utilsforecast, SciPy).
import { describe, expect, test } from 'vitest';
import goldens from '../goldens/metrics.json' with { type: 'json' };
import {
  coverage,
  crpsOfNormal,
  crpsOfQuantiles,
  intervalWidth,
  mase,
  meanAbsolute,
  meanAbsolutePercentage,
  multiQuantileLoss,
  pinballLoss,
  quantilesOfLevel,
  rmsse,
  rootMeanSquare,
  seasonalScale,
  smape100,
  smape200,
  winklerScore,
} from './index.js';
import { errorFunction } from './probabilistic.js';

const [low, high] = quantilesOfLevel(80);
type Series = (typeof goldens.series)[number];
const metrics: Readonly<Record<keyof typeof goldens.metrics, (series: Series) => number>> = {
  mae: ({ actual, forecast }) => meanAbsolute(actual, forecast),
  rmse: ({ actual, forecast }) => rootMeanSquare(actual, forecast),
  mape: ({ actual, forecast }) => meanAbsolutePercentage(actual, forecast),
  smape100: ({ actual, forecast }) => smape100(actual, forecast),
  mase: ({ actual, forecast, training }) => mase(actual, forecast, training, goldens.season),
  rmsse: ({ actual, forecast, training }) => rmsse(actual, forecast, training, goldens.season),
  pinball: ({ actual, lower }) => pinballLoss(actual, lower, low),
  multiQuantile: ({ actual, lower, forecast, upper }) =>
    multiQuantileLoss(actual, [
      { quantile: low, values: lower },
      { quantile: 0.5, values: forecast },
      { quantile: high, values: upper },
    ]),
  coverage: ({ actual, lower, upper }) => coverage(actual, { lower, upper }),
  winkler: ({ actual, lower, upper }) => winklerScore(actual, { lower, upper }, 80),
};

test.each(Object.keys(metrics) as (keyof typeof metrics)[])('%s equals that of utilsforecast', (name) => {
  const values = goldens.series.map(metrics[name]);
  values.forEach((value, index) => {
    expect(Math.abs(value / (goldens.metrics[name][index] as number) - 1)).toBeLessThan(1e-12);
  });
});

test.each(goldens.crpsOfNormal)('CRPS of N($mean, $deviation) at $y', ({ y, mean, deviation, value }) => {
  expect(crpsOfNormal([y], [mean], [deviation])).toBeCloseTo(value, 9);
});

test.each(goldens.errorFunction)('erf($x)', ({ x, value }) => {
  expect(Math.abs(errorFunction(x) - value)).toBeLessThan(1e-15);
});

describe('by their definitions', () => {
  test('sMAPE of the competition is twice that of utilsforecast', () => {
    for (const { actual, forecast } of goldens.series)
      expect(smape200(actual, forecast)).toBeCloseTo(2 * smape100(actual, forecast), 12);
    expect([smape200([0], [0]), smape200([0], [1]), smape200([-1], [1])]).toEqual([0, 200, 200]);
  });

  test('many quantiles of a normal distribution give its CRPS', () => {
    // Quantiles of N(0, 1) by bisection of the error function.
    const quantileAt = (q: number) => {
      let [left, right] = [-9, 9];
      while (right - left > 1e-12) {
        const middle = (left + right) / 2;
        if ((1 + errorFunction(middle / Math.SQRT2)) / 2 < q) left = middle;
        else right = middle;
      }
      return left;
    };
    const forecasts = Array.from({ length: 999 }, (_, index) => {
      const quantile = (index + 0.5) / 999;
      return { quantile, values: [quantileAt(quantile)] };
    });
    expect(crpsOfQuantiles([0.7], forecasts)).toBeCloseTo(crpsOfNormal([0.7], [0], [1]), 4);
  });

  test('scales leave gaps out, and are NaN for a series within one season', () => {
    expect(seasonalScale([1, NaN, 4, 6], 1)).toEqual({ absolute: 2, squared: 4 });
    expect(seasonalScale([1, 2], 2).absolute).toBeNaN();
    expect(intervalWidth({ lower: [0, 1], upper: [2, 5] })).toBe(3);
  });
});

test('what cannot be computed is refused', () => {
  expect(() => pinballLoss([1], [1], 90)).toThrow(/quantile between 0 and 1, got 90/);
  expect(() => winklerScore([1], { lower: [0], upper: [2] }, 0.9)).not.toThrow();
  expect(() => winklerScore([1], { lower: [0], upper: [2] }, 100)).toThrow(/level between 0 and 100/);
  expect(() => multiQuantileLoss([1], [])).toThrow(/at least one quantile/);
  expect(() => crpsOfNormal([1], [1], [0])).toThrow(/deviations above zero/);
  expect(() => seasonalScale([1], 0)).toThrow(/whole rows from 1/);
  expect(() => coverage([1, 2], { lower: [1], upper: [1, 2] })).toThrow(/as many forecasts as values/);
});
