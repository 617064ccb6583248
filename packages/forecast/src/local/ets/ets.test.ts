// Goldens: tools/goldens/local_models.py (statsforecast 2.1.1; statsmodels' ETSModel for the likelihood).
import { describe, expect, test } from 'vitest';
import goldens from '../../goldens/ets.json' with { type: 'json' };
import { seriesNamed } from '../golden-series.js';
import { candidatesOf, type EtsComponents, etsName, parseEtsModel } from './components.js';
import { autoEts, holt, holtWinters, ses } from './ets-models.js';
import { type EtsFit, fitEts, usualBounds } from './fit-ets.js';
import { etsIntervals, etsMean } from './forecast-ets.js';
import { EtsRecursion } from './recursion.js';

function componentsOf(model: string, damped: boolean): EtsComponents {
  const [error, trend, season] = model as unknown as ['A' | 'M', 'N' | 'A', 'N' | 'A' | 'M'];
  return { error, trend, season, damped };
}

function fitOf(series: string, model: string, damped: boolean): EtsFit {
  const { y, season } = seriesNamed(series);
  const { fit } = fitEts(y, componentsOf(model, damped), season);
  if (!fit) throw new Error(`no fit of ${model}`);
  return fit;
}

describe.each(goldens.fits)('$model, damped $damped, of $series', (golden) => {
  const { y, season } = seriesNamed(golden.series);
  const components = componentsOf(golden.model, golden.damped);

  test('the likelihood at the same parameters is that of statsforecast and of statsmodels', () => {
    const recursion = new EtsRecursion(y, components, season);
    recursion.parameters.set(golden.parameters.map((value, place) => value ?? (place === 3 ? 1 : 0)));
    const [level = 0, ...others] = golden.states.map((value) => value ?? Number.NaN);
    recursion.trend.set([level, components.trend === 'N' ? 0 : (others.shift() ?? Number.NaN)]);
    recursion.seasons.set(components.season === 'N' ? [0] : others.reverse());
    const value = recursion.run();
    expect(Math.abs(value - golden.likelihood)).toBeLessThan(1e-6);
    // statsmodels updates seasons that multiply a little differently.
    const tolerance = components.season === 'M' ? 0.1 : 1e-5;
    expect(Math.abs(value - golden.statsmodels)).toBeLessThan(tolerance);
    const last = Array.from(recursion.fitted.subarray(-5));
    for (const [index, fitted] of golden.fitted.entries()) {
      expect(Math.abs((last[index] ?? 0) / fitted - 1)).toBeLessThan(1e-9);
    }
  });

  test('the search ends no worse, and where it ended by itself at the same place', () => {
    const fit = fitOf(golden.series, golden.model, golden.damped);
    expect(fit.aicc).toBeLessThan(golden.aicc + 1e-3);
    // 1,001 stands for a search that was cut off: there statsforecast gives the corner that was best a step before.
    if (golden.iterations > 1000) return;
    const scale = Math.max(...y.map(Math.abs));
    const mean = etsMean(fit, golden.forecast.length);
    for (const [step, value] of golden.forecast.entries()) {
      expect(Math.abs((mean[step] ?? Number.NaN) - value)).toBeLessThan(2e-3 * scale);
    }
  });
});

test.each(goldens.choices)('the choice for $series is $model', ({ series, model, aicc }) => {
  const { y, season } = seriesNamed(series);
  const { estimates } = autoEts({ season }).fit(y);
  expect(Number(estimates.aicc)).toBeLessThan(aicc + 1e-3);
  // Another choice has to be a better one.
  if (Number(estimates.aicc) > aicc - 1e-3) expect(estimates.model).toBe(model);
});

test.each(goldens.intervals)('intervals of $model for $series', (golden) => {
  const { y, season } = seriesNamed(golden.series);
  const fitted = autoEts({ season, model: golden.model, damped: false }).fit(y);
  const { mean, intervals } = fitted.forecast(12, { levels: [80, 95] });
  const all = [mean, ...intervals.flatMap(({ lower, upper }) => [lower, upper])];
  const expected = [golden.mean, golden['lo-80'], golden['hi-80'], golden['lo-95'], golden['hi-95']];
  for (const [index, values] of expected.entries()) {
    for (const [step, value] of values.entries()) {
      expect(Math.abs((all[index]?.[step] ?? Number.NaN) / value - 1)).toBeLessThan(2e-4);
    }
  }
});

describe('variances that have no golden', () => {
  // The same model with a trend that multiplies draws its intervals: both must be the same where growth is 1.
  test.each([
    ['MNM', 'hours', 48],
    ['MNN', 'walk', 10],
  ])('%s of %s as drawn paths have it', (model, series, horizon) => {
    const closed = fitOf(series, model, false);
    const drawn: EtsFit = {
      ...closed,
      components: { ...closed.components, trend: 'M' },
      parameters: { ...closed.parameters, beta: 0, phi: 1 },
      growth: 1,
    };
    const mean = etsMean(closed, horizon);
    expect(etsMean(drawn, horizon)).toEqual(mean);
    const intervals = etsIntervals(drawn, mean, [68.27]);
    const spread = etsIntervals(closed, mean, [68.27]);
    for (const step of [0, 5, horizon - 1]) {
      const band = 'length' in intervals && !(intervals instanceof Float64Array) ? intervals[0] : undefined;
      const half = ((band?.upper[step] ?? 0) - (band?.lower[step] ?? 0)) / 2;
      const sigma =
        spread instanceof Float64Array
          ? (spread[step] ?? 0)
          : (spread[0]?.upper[step] ?? 0) - (mean[step] ?? 0);
      expect(half / sigma).toBeGreaterThan(0.93);
      expect(half / sigma).toBeLessThan(1.07);
    }
  });

  test('damped trends: steps of φ, φ², φ³', () => {
    const fit = fitOf('fading', 'AAN', true);
    const [one = 0, two = 0, three = 0] = etsMean(fit, 3);
    expect((three - two) / (two - one)).toBeCloseTo(fit.parameters.phi, 10);
  });
});

test('which candidates there are', () => {
  const all = candidatesOf(parseEtsModel('autoEts', 'ZZZ', undefined, false), {
    isPositive: true,
    hasSeason: true,
  });
  expect(all).toHaveLength(15);
  expect(all.map(etsName)).toContain('ETS(M,Ad,M)');
  const some = candidatesOf(parseEtsModel('autoEts', 'ZZZ', undefined, false), {
    isPositive: false,
    hasSeason: true,
  });
  expect(some.map(etsName)).toEqual([
    'ETS(A,N,N)',
    'ETS(A,N,A)',
    'ETS(A,Ad,N)',
    'ETS(A,A,N)',
    'ETS(A,Ad,A)',
    'ETS(A,A,A)',
  ]);
  const grown = candidatesOf(parseEtsModel('autoEts', 'MMN', false, false), {
    isPositive: true,
    hasSeason: true,
  });
  expect(grown.map(etsName)).toEqual(['ETS(M,M,N)']);
});

test('a trend that multiplies follows a series that does', () => {
  const y = Float64Array.from(
    { length: 40 },
    (_, step) => 3 * 1.05 ** step * (1 + 0.01 * Math.sin(step * step)),
  );
  const { mean, intervals } = autoEts({ model: 'MMN', damped: false })
    .fit(y)
    .forecast(10, { levels: [90] });
  expect((mean[9] ?? 0) / (3 * 1.05 ** 49)).toBeCloseTo(1, 1);
  expect(intervals[0]?.lower[9]).toBeLessThan(mean[9] ?? 0);
  expect(intervals[0]?.upper[9]).toBeGreaterThan(mean[9] ?? 0);
});

test('the box narrows from one candidate to the next', () => {
  const { y, season } = seriesNamed('air');
  const first = fitEts(y, componentsOf('AAA', false), season);
  expect(first.bounds.upper.beta).toBeCloseTo(1e-4 + (0.2 * 0.9998) / 12, 12);
  expect(usualBounds.upper.beta).toBe(0.9999);
});

describe('series at the edge', () => {
  test('constants, and few values', () => {
    const constant = autoEts({ season: 12 }).fit(new Float64Array(30).fill(7));
    expect(Array.from(constant.forecast(3, { levels: [95] }).intervals[0]?.upper ?? [])).toEqual([7, 7, 7]);
    for (const length of [5, 6, 7, 8, 9, 10]) {
      const y = Float64Array.from({ length }, (_, step) => 10 + Math.sin(step * step));
      const { mean } = autoEts({ season: 4 }).fit(y).forecast(6);
      expect(mean.every(Number.isFinite)).toBe(true);
    }
    expect(() => autoEts().fit(Float64Array.of(1, 2, 3))).toThrow(/autoEts: needs at least 5 values, got 3/);
  });

  test('the scale changes nothing but the scale', () => {
    const { y } = seriesNamed('quarters');
    const plain = autoEts({ season: 4, model: 'AAA' }).fit(y).forecast(4).mean;
    const huge = autoEts({ season: 4, model: 'AAA' })
      .fit(y.map((value) => value * 2 ** 40))
      .forecast(4).mean;
    for (const step of plain.keys()) expect((huge[step] ?? 0) / 2 ** 40).toBeCloseTo(plain[step] ?? 0, 2);
  });

  test('what cannot be fitted is refused by name', () => {
    expect(() => autoEts().fit(Float64Array.of(1, 2, Number.NaN, 4, 5, 6))).toThrow(
      /value 2 of the series is NaN/,
    );
    expect(() => autoEts().fit(Float64Array.of(1, 2, 3, 4, Infinity, 6))).toThrow(
      /value 4 of the series is Inf/,
    );
    expect(() => autoEts({ model: 'MNN' }).fit(Float64Array.of(0, 1, 2, 3, 4, 5))).toThrow(/zero or less/);
    expect(() => autoEts({ model: 'XYZ' })).toThrow(/three letters.*'XYZ'/);
    expect(() => autoEts({ season: 4, model: 'ANM' })).toThrow(/no finite variance/);
    expect(() => autoEts({ model: 'ANA' })).toThrow(/season is 1/);
    expect(() => autoEts({ model: 'ANN', damped: true })).toThrow(/no trend that could be damped/);
    expect(() => autoEts({ season: 2.5 })).toThrow(/season must be a whole number/);
    expect(() =>
      ses()
        .fit(Float64Array.of(1, 2, 3, 4, 5, 6))
        .forecast(0),
    ).toThrow(/ses: horizon/);
    expect(() =>
      ses()
        .fit(Float64Array.of(1, 2, 3, 4, 5, 6))
        .forecast(1, { levels: [120] }),
    ).toThrow(/levels/);
  });
});

test('going forward keeps the estimates and moves the states', () => {
  const { y, season } = seriesNamed('air');
  const first = holtWinters({ season, multiplicative: true }).fit(y.subarray(0, 100));
  const later = first.forward?.(y);
  expect(later?.estimates).toEqual(first.estimates);
  // One-step forecasts over what both have seen are the same; the next one is the forecast from there.
  expect(later?.fitted.subarray(0, 100)).toEqual(first.fitted);
  expect(later?.fitted[100]).toBeCloseTo(first.forecast(1).mean[0] ?? Number.NaN, 9);
});

test('the classic methods are models of their letters', () => {
  const { y, season } = seriesNamed('air');
  expect(ses().fit(y).estimates.model).toBe('ETS(A,N,N)');
  expect(holt({ damped: true, multiplicativeError: true }).fit(y).estimates.model).toBe('ETS(M,Ad,N)');
  expect(holtWinters({ season }).fit(y).estimates.model).toBe('ETS(A,A,A)');
  expect(holtWinters({ season, multiplicative: true }).fit(y).estimates.model).toBe('ETS(M,A,M)');
});
