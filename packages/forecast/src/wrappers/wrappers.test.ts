// Goldens: tools/goldens/backtest.py (NumPy's quantiles, SciPy's nnls). Series of closed forms: forecasts can be read off.
import { describe, expect, test } from 'vitest';
import goldens from '../goldens/backtest.json' with { type: 'json' };
import { nonNegativeLeastSquares } from '../least-squares/non-negative.js';
import { ses } from '../local/ets/ets-models.js';
import type { LocalModel } from '../local/local-model.js';
import { drift, naive, seasonalNaive } from '../local/naive.js';
import { autoEnsemble, bestOf, conformal, ensemble } from './index.js';

const walk = Float64Array.from(goldens.conformal.y);
/** Uniform in [0, 1), by the golden ratio. */
const spread = (index: number) => (index * 0.6180339887498949) % 1;

describe('conformal intervals', () => {
  test.each(goldens.conformal.cases)(
    'split: $windows windows, $level %',
    ({ windows, step, level, widths }) => {
      const forecast = conformal(naive(), { windows, step })
        .fit(walk)
        .forecast(4, { levels: [level] });
      const last = walk.at(-1) as number;
      widths.forEach((width, at) => {
        expect(forecast.mean[at]).toBe(last);
        expect(forecast.intervals[0]?.upper[at]).toBeCloseTo(last + width, 10);
        expect(forecast.intervals[0]?.lower[at]).toBeCloseTo(last - width, 10);
      });
    },
  );

  test('too few errors for a level are refused, and pooled steps are more errors', () => {
    const few = (pool: number) =>
      conformal(naive(), { windows: 5, pool })
        .fit(walk)
        .forecast(4, { levels: [90] });
    expect(() => few(0)).toThrow(/90 % needs at least 9 errors a step, got 5/);
    const [interval] = few(3).intervals;
    // Steps 1 and 4 share 4 of 4 neighbours on their side: 20 errors each, the same ones.
    expect((interval?.upper[0] ?? 0) - (interval?.lower[0] ?? 0)).toBe(
      (interval?.upper[3] ?? 0) - (interval?.lower[3] ?? 0),
    );
    expect(() =>
      conformal(naive(), { windows: 50 })
        .fit(walk)
        .forecast(4, { levels: [90] }),
    ).toThrow(/fewer windows/);
  });

  test('cover as asked on exchangeable errors', () => {
    let inside = 0;
    const trials = 400;
    for (let trial = 0; trial < trials; trial++) {
      const y = Float64Array.from({ length: 41 }, (_, t) => spread(1 + t * 7919 + trial * 104729));
      const constant: LocalModel = {
        ...naive(),
        fit: (known) => ({
          ...naive().fit(known),
          forecast: (h) => ({ mean: new Float64Array(h).fill(0.5), intervals: [] }),
        }),
      };
      const [interval] = conformal(constant, { windows: 19 })
        .fit(y.slice(0, 40))
        .forecast(1, { levels: [80] }).intervals;
      const actual = y[40] as number;
      if ((interval?.lower[0] ?? 0) <= actual && actual <= (interval?.upper[0] ?? 0)) inside += 1;
    }
    // Exactly 16 of 20 ranks; three standard deviations of 400 trials are 6 %.
    expect(Math.abs(inside / trials - 0.8)).toBeLessThan(0.06);
  });

  test('adaptive: wider than split after errors that grew, narrower after errors that shrank', () => {
    // Jumps to either side; their size grows or shrinks.
    const jumps = (size: (t: number) => number) =>
      Float64Array.from({ length: 60 }, (_, t) => (t % 2 ? size(t) : -size(t)));
    const width = (y: Float64Array, method: 'split' | 'adaptive') => {
      const [interval] = conformal(naive(), { method, windows: 30, step: 1, rate: 0.1 })
        .fit(y)
        .forecast(1, { levels: [80] }).intervals;
      return (interval?.upper[0] ?? NaN) - (interval?.lower[0] ?? NaN);
    };
    const [growing, shrinking] = [jumps((t) => t * t), jumps((t) => 3600 - t * t)];
    expect(width(growing, 'adaptive')).toBeGreaterThan(width(growing, 'split'));
    expect(width(shrinking, 'adaptive')).toBeLessThan(width(shrinking, 'split'));
  });

  test('bootstrap: the sides differ where errors do, and the seed repeats', () => {
    const y = Float64Array.from({ length: 80 }, (_, t) => t * t);
    const of = (seed: number) =>
      conformal(naive(), { method: 'bootstrap', windows: 20, step: 1, seed })
        .fit(y)
        .forecast(2, { levels: [80] });
    const [interval] = of(1).intervals;
    // The last value is always too low.
    expect(interval?.lower[0]).toBeGreaterThan(of(1).mean[0] as number);
    expect(of(1)).toEqual(of(1));
  });
});

describe('ensembles', () => {
  const y = Float64Array.from({ length: 30 }, (_, t) => 2 * t);
  const forecast = (combine: 'mean' | 'median' | 'weighted' | 'stacked', models: LocalModel[]) =>
    ensemble(models, { combine, horizon: 2 })
      .fit(y)
      .forecast(2, { levels: [80] });

  test('mean and median at each step', () => {
    expect(forecast('mean', [naive(), drift()]).mean).toEqual(Float64Array.of(59, 60));
    expect(forecast('median', [naive(), drift(), seasonalNaive({ season: 3 })]).mean).toEqual(
      Float64Array.of(58, 58),
    );
  });

  test('weights by the inverse error; one without errors has them all', () => {
    const model = ensemble([naive(), seasonalNaive({ season: 2 })], {
      combine: 'weighted',
      horizon: 1,
      windows: 3,
    });
    // Errors 2 and 4: weights 2/3 and 1/3.
    expect(model.fit(y).estimates.weights).toEqual([2 / 3, 1 / 3]);
    expect(forecast('weighted', [naive(), drift()]).mean).toEqual(Float64Array.of(60, 62));
  });

  test.each(goldens.leastSquares)(
    'weights of a stack, as SciPy finds them',
    ({ columns, target, weights }) => {
      const found = nonNegativeLeastSquares(
        columns.map((column) => Float64Array.from(column)),
        Float64Array.from(target),
      );
      weights.forEach((weight, index) => {
        expect(found[index]).toBeCloseTo(weight, 9);
      });
    },
  );

  test('a stack finds the right member; equal members share', () => {
    expect(forecast('stacked', [naive(), drift()]).mean[1]).toBeCloseTo(62, 8);
    expect(forecast('stacked', [drift(), drift()]).mean[1]).toBeCloseTo(62, 8);
  });

  test('intervals are combined around the forecast', () => {
    const [both, single] = [
      forecast('mean', [naive(), naive()]),
      naive()
        .fit(y)
        .forecast(2, { levels: [80] }),
    ];
    expect(both.intervals[0]?.upper[1]).toBeCloseTo(single.intervals[0]?.upper[1] ?? NaN, 10);
  });

  test('a member that fails is named, and all must not', () => {
    const long = seasonalNaive({ season: 50 });
    const { estimates } = ensemble([long, naive()]).fit(y);
    expect(estimates).toMatchObject({
      members: 'Naive',
      failed: expect.stringMatching(/SeasonalNaive: .*50 values/),
    });
    expect(() => ensemble([long]).fit(y)).toThrow(/no member can be fitted/);
    expect(() => ensemble([])).toThrow(/at least one model/);
    expect(() => ensemble([naive()], { combine: 'stacked' })).toThrow(/the horizon of its windows/);
  });

  test('the best on the last windows is chosen for each series', () => {
    const model = bestOf([naive(), drift(), seasonalNaive({ season: 2 })], { horizon: 2, windows: 2 });
    expect(model.fit(y).estimates).toMatchObject({ chosen: 'RWD', candidates: 'Naive, RWD, SeasonalNaive' });
    const waves = Float64Array.from({ length: 30 }, (_, t) => t % 2);
    expect(model.fit(waves).estimates.chosen).toBe('SeasonalNaive');
    expect(model.fit(waves).forecast(2).mean).toEqual(Float64Array.of(0, 1));
  });
});

test('an ensemble goes forward with its weights, and with the estimates of members that keep theirs', () => {
  const y = Float64Array.from({ length: 60 }, (_, t) => t + Math.sin(t * t));
  const members = [ses(), drift()];
  const fitted = ensemble(members, { combine: 'weighted', horizon: 2 }).fit(y.subarray(0, 50));
  const later = fitted.forward?.(y);
  const weights = fitted.estimates.weights as readonly number[];
  const parts = members.map((model) => {
    const own = model.fit(y.subarray(0, 50));
    return (own.forward?.(y) ?? model.fit(y)).forecast(2).mean[1] as number;
  });
  expect(later?.estimates.weights).toEqual(weights);
  expect(later?.forecast(2).mean[1]).toBeCloseTo(
    parts.reduce((sum, part, member) => sum + part * (weights[member] as number), 0),
    12,
  );
});

test('a higher power gives the better member more weight', () => {
  const y = Float64Array.from({ length: 60 }, (_, t) => 2 * t + Math.sin(t * t));
  const weightsAt = (power: number) =>
    ensemble([drift(), naive()], { combine: 'weighted', power, horizon: 4 }).fit(y).estimates
      .weights as readonly number[];
  expect(weightsAt(0)).toEqual([0.5, 0.5]);
  const [once = 0, other = 0] = weightsAt(1);
  const [often = 0, rest = 0] = weightsAt(4);
  // Shares are powers of the same errors.
  expect(often / rest).toBeCloseTo((once / other) ** 4, 6);
  expect(often).toBeGreaterThan(once);
  expect(() => ensemble([naive()], { combine: 'weighted', power: -1, horizon: 1 })).toThrow(
    /power must be from 0/,
  );
});

test('the automatic ensemble finds a season and a trend, and does without members that fail', () => {
  const season = [0, 3, -2, 8, 1, -6, -4];
  const value = (t: number) => 0.5 * t + (season[t % 7] as number);
  // Too short for a season of 60, which MSTL leaves out.
  const y = Float64Array.from({ length: 100 }, (_, t) => value(t) - 40);
  const fitted = autoEnsemble({ horizon: 7, seasons: [60, 7] }).fit(y);
  fitted.forecast(7).mean.forEach((forecast, step) => {
    expect(Math.abs(forecast - (value(100 + step) - 40))).toBeLessThan(0.6);
  });
  const plain = autoEnsemble({ horizon: 3 }).fit(Float64Array.from({ length: 30 }, (_, t) => 2 * t));
  expect(plain.forecast(3).mean[2]).toBeCloseTo(64, 6);
  expect(() => autoEnsemble({ horizon: 3, seasons: [1] })).toThrow(/whole numbers of values from 2/);
});
