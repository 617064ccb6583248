// Against statsmodels' state space models (tools/goldens/arima.py) and R's published fits.
import { expect, test } from 'vitest';
import goldens from '../../goldens/arima.json' with { type: 'json' };
import { localModels } from '../../registry/models.js';
import { seriesNamed } from '../golden-series.js';
import { arima, autoArima } from './arima-models.js';
import { countDifferences, countSeasonalDifferences, kpssStatistic } from './differencing.js';
import { ArimaTask } from './fit-arima.js';
import { invertibleLags, partialAutocorrelations, stationaryLags } from './stationarity.js';

type Three = [number, number, number];
const covariate = (from: number, length: number) => ({
  promotion: Float64Array.from({ length }, (_, row) => Math.cos((from + row) ** 2 / 7)),
});

test.each(goldens.likelihoods)('the likelihood of given lags: $series $order $seasonal', (golden) => {
  const { y } = seriesNamed(golden.series);
  const [p, d, q] = golden.order as Three;
  const [seasonalP, seasonalD, seasonalQ] = golden.seasonal as Three;
  const { season } = golden;
  const order = { p, d, q, seasonalP, seasonalD, seasonalQ, season, constant: false };
  const fit = new ArimaTask(y, order, []).exactFit(order, Float64Array.from(golden.lags));
  expect(fit?.logLikelihood).toBeCloseTo(golden.logLikelihood, 5);
});

test.each(goldens.fits)('$series $order $seasonal: estimates and forecasts', (golden) => {
  const { y } = seriesNamed(golden.series);
  const { season, constant } = golden;
  const model = arima({
    order: golden.order as Three,
    seasonal: golden.seasonal as Three,
    season,
    constant,
  });
  const exogenous = golden.covariate ? covariate(0, y.length) : {};
  const fitted = model.fit(y, exogenous);
  const { estimates } = fitted;
  const logLikelihood = Number(estimates.logLikelihood);
  expect(logLikelihood).toBeGreaterThan(golden.logLikelihood - 1e-4);
  expect(logLikelihood).toBeLessThan(golden.logLikelihood + 1e-3);
  const horizon = golden.mean.length;
  const ahead = golden.covariate ? { exogenous: covariate(y.length, horizon) } : {};
  const { mean, intervals } = fitted.forecast(horizon, { levels: [68.26894921370859], ...ahead });
  const sigma = Math.sqrt(Number(estimates.sigma2));
  for (let step = 0; step < horizon; step++) {
    const deviation = golden.deviations[step] as number;
    expect(((mean[step] as number) - (golden.mean[step] as number)) / sigma).toBeCloseTo(0, 2);
    const width = (intervals[0]?.upper[step] as number) - (mean[step] as number);
    expect(width / sigma / deviation).toBeCloseTo(1, 3);
  }
});

test("the airline model is R's: arima(log(AirPassengers), c(0,1,1), c(0,1,1))", () => {
  const y = seriesNamed('air').y.map(Math.log);
  const { estimates } = arima({ order: [0, 1, 1], seasonal: [0, 1, 1], season: 12 }).fit(y);
  expect(estimates.ma1).toBeCloseTo(-0.4018, 4);
  expect(estimates.sma1).toBeCloseTo(-0.5569, 4);
  expect(estimates.logLikelihood).toBeCloseTo(244.7, 2);
});

test('auto.arima(AirPassengers) in R: ARIMA(2,1,1)(0,1,0)[12], AICc 1018.17', () => {
  const { y, season } = seriesNamed('air');
  const { estimates } = autoArima({ season }).fit(y);
  expect(estimates.model).toBe('ARIMA(2,1,1)(0,1,0)[12]');
  expect(estimates.ar1).toBeCloseTo(0.596, 3);
  expect(estimates.ar2).toBeCloseTo(0.2143, 3);
  expect(estimates.ma1).toBeCloseTo(-0.9819, 3);
  expect(estimates.aicc).toBeCloseTo(1018.17, 2);
});

test('the search over all orders ends no worse than the stepwise one', () => {
  const { y, season } = seriesNamed('quarters');
  const options = { season, maxP: 2, maxQ: 2, maxSeasonalP: 1, maxSeasonalQ: 1 };
  const [some, all] = [autoArima(options).fit(y), autoArima({ ...options, stepwise: false }).fit(y)];
  expect(all.estimates.aicc).toBeLessThanOrEqual(Number(some.estimates.aicc) + 1e-6);
});

test('differences: KPSS statistics, and how many it takes', () => {
  for (const { series, kpss } of goldens.statistics) {
    expect(kpssStatistic(seriesNamed(series).y)).toBeCloseTo(kpss, 9);
  }
  expect(countDifferences(seriesNamed('trending').y, 2)).toBe(1);
  expect(countSeasonalDifferences(seriesNamed('air').y, 12)).toBe(1);
  expect(countSeasonalDifferences(seriesNamed('walk').y, 12)).toBe(0);
});

test('a long season is met by Fourier terms, also one that is not whole', () => {
  const season = 52.18;
  const wave = (t: number) =>
    9 * Math.sin((2 * Math.PI * t) / season) + 4 * Math.cos((4 * Math.PI * t) / season);
  const y = Float64Array.from({ length: 300 }, (_, t) => 100 + wave(t) + Math.sin(t * t));
  const fitted = autoArima({ season }).fit(y);
  expect(fitted.estimates.fourierPairs).toBe(2);
  expect(fitted.estimates.sin1).toBeCloseTo(9, 0);
  const { mean } = fitted.forecast(52);
  for (const [step, value] of mean.entries())
    expect(Math.abs(value - 100 - wave(300 + step))).toBeLessThan(1.5);
});

test('covariates are found, and asked for by name', () => {
  const promotion = Float64Array.from({ length: 90 }, (_, t) => Number(t % 7 === 3));
  const y = Float64Array.from({ length: 80 }, (_, t) => 20 + 5 * (promotion[t] as number) + Math.sin(t * t));
  const fitted = autoArima().fit(y, { promotion: promotion.subarray(0, 80) });
  expect(fitted.estimates.promotion).toBeCloseTo(5, 0);
  expect(() => fitted.forecast(10)).toThrow(/covariate 'promotion'/);
  const { mean } = fitted.forecast(10, { exogenous: { promotion: promotion.subarray(80) } });
  expect(mean[0] as number).toBeGreaterThan(mean[1] as number);
});

test('forward keeps the estimates: the whole series gives the same forecast as the fit itself', () => {
  const { y, season } = seriesNamed('air');
  const fitted = arima({ order: [2, 1, 1], seasonal: [0, 1, 0], season }).fit(y.subarray(0, 130));
  const later = fitted.forward?.(y);
  expect(later?.estimates).toEqual(fitted.estimates);
  expect(later?.fitted.subarray(14, 130)).toEqual(fitted.fitted.subarray(14));
  expect(fitted.forward?.(y.subarray(0, 130)).forecast(3).mean).toEqual(fitted.forecast(3).mean);
  // One-step forecasts of the new values are what forecast(1) says as it comes to them.
  const before = fitted.forward?.(y.subarray(0, 140)).forecast(1).mean[0] as number;
  expect(later?.fitted[140]).toBeCloseTo(before, 8);
});

test('constant, straight and short series', () => {
  const flat = autoArima({ season: 4 })
    .fit(new Float64Array(20).fill(7))
    .forecast(3, { levels: [90] });
  for (const value of flat.mean) expect(value).toBeCloseTo(7, 12);
  expect(flat.intervals[0]?.upper[2]).toBeCloseTo(7, 9);
  const line = autoArima()
    .fit(Float64Array.from({ length: 12 }, (_, t) => 3 * t))
    .forecast(2);
  expect(line.mean[1]).toBeCloseTo(39, 9);
  expect(
    Number.isFinite(
      autoArima()
        .fit(Float64Array.of(3, 1, 4, 1))
        .forecast(1).mean[0],
    ),
  ).toBe(true);
});

test('a covariate that says nothing new has weight 0', () => {
  const { y } = seriesNamed('walk');
  const fitted = arima({ order: [1, 0, 0] }).fit(y, { always: new Float64Array(y.length).fill(3) });
  expect(fitted.estimates.always).toBe(0);
});

test('lag polynomials: stationary and invertible ones', () => {
  const lags = stationaryLags(Float64Array.of(2, -1, 0.5));
  expect(Array.from(partialAutocorrelations(lags) ?? [], Math.atanh)).toEqual([
    expect.closeTo(2, 9),
    expect.closeTo(-1, 9),
    expect.closeTo(0.5, 9),
  ]);
  expect(partialAutocorrelations(Float64Array.of(1.2))).toBeUndefined();
  expect(invertibleLags(Float64Array.of(2))[0]).toBeCloseTo(0.5, 12);
  // (1 + 2z)(1 + z/4) becomes (1 + z/2)(1 + z/4).
  const inverted = invertibleLags(Float64Array.of(2.25, 0.5));
  expect(inverted[0]).toBeCloseTo(0.75, 9);
  expect(inverted[1]).toBeCloseTo(0.125, 9);
});

test('bad input is refused by name, and settings rebuild the model', () => {
  const y = seriesNamed('walk').y;
  expect(() => arima({ order: [1, -1, 0] })).toThrow(/each of order/);
  expect(() => arima({ order: [0, 1, 0], seasonal: [1, 0, 0] })).toThrow(/need a season/);
  expect(() => arima({ order: [0, 2, 0], constant: true })).toThrow(/parabola/);
  expect(() => arima({ order: [5, 1, 5] }).fit(y.subarray(0, 9))).toThrow(/11 parameters/);
  expect(() => autoArima({ season: 12.5 })).toThrow(/season/);
  expect(() => autoArima({ d: 9 }).fit(y.subarray(0, 8))).toThrow(/leave 0 of 8/);
  expect(() => arima({ order: [1, 0, 0] }).fit(y, { ar1: y })).toThrow(/name of an estimate/);
  expect(() => arima({ order: [1, 0, 0] }).fit(y, { x: y.subarray(1) })).toThrow(/'x' must have 90/);
  const model = arima({ order: [1, 1, 0] });
  expect(localModels.arima(model.options).fit(y).estimates).toEqual(model.fit(y).estimates);
});
