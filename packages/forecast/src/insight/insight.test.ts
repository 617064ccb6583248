// Against ruptures, statsmodels and SciPy (tools/goldens/insight.py), and on series with planted answers.
import { expect, test } from 'vitest';
import goldens from '../goldens/insight.json' with { type: 'json' };
import { seriesNamed } from '../local/golden-series.js';
import { autoEts, crostonClassic, naive } from '../local/index.js';
import { anomalies } from './anomalies.js';
import { changePoints } from './change-points.js';
import { driftReport } from './drift.js';
import { residualDiagnostics } from './residual-diagnostics.js';
import { seasonalityOf } from './seasonality.js';
import { trendOf } from './trend.js';

const series = (name: string) => Float64Array.from(goldens.series[name as keyof typeof goldens.series]);
/** Numbers without pattern, the same ones every time; uniform from -1 to 1. */
function jitter(count: number, seed: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (state * 48271) % 2147483647;
    return (2 * state) / 2147483647 - 1;
  });
}

test.each(goldens.changes)(
  'change points of $series: $cost, penalty $penalty, at least $minimumLength',
  (golden) => {
    const { cost, penalty, minimumLength, places, total } = golden;
    const found = changePoints(series(golden.series), {
      cost: cost as 'mean' | 'normal',
      penalty,
      minimumLength,
    });
    expect(found.places).toEqual(places);
    expect(found.cost).toBeCloseTo(total, 6);
    expect(found.segments.length).toBe(places.length + 1);
  },
);

test('the usual penalties find planted changes, and none in noise', () => {
  expect(changePoints(series('noise')).places).toEqual([]);
  expect(changePoints(series('noise'), { cost: 'normal' }).places).toEqual([]);
  const places = changePoints(series('steps')).places;
  expect(Math.abs((places[0] as number) - 60)).toBeLessThan(3);
  expect(Math.abs((places[1] as number) - 100)).toBeLessThan(3);
  expect(changePoints(new Float64Array(30).fill(2)).places).toEqual([]);
  const step = Float64Array.from({ length: 20 }, (_, t) => 1e9 + Number(t >= 10));
  expect(changePoints(step).places).toEqual([10]);
});

test.each(goldens.diagnostics)('residuals of $series, $lags lags', (golden) => {
  const { lags, parameters } = golden;
  const found = residualDiagnostics(series(golden.series), { lags, parameters });
  const close = (value: number, expected: number | undefined) =>
    expect(value).toBeCloseTo(expected as number, 8);
  for (const [lag, value] of golden.autocorrelation.entries())
    close(found.autocorrelation[lag] as number, value);
  for (const name of ['ljungBox', 'archLm', 'bias'] as const) {
    close(found[name].statistic, golden[name][0]);
    expect(found[name].pValue).toBeCloseTo(golden[name][1] as number, 7);
  }
  const { statistic, pValue, skewness, kurtosis } = found.jarqueBera;
  for (const [index, value] of [statistic, pValue, skewness, kurtosis].entries()) {
    close(value, golden.jarqueBera[index]);
  }
});

test('residuals of a model begin with NaN; those that do not vary have no pattern', () => {
  const { fitted } = naive().fit(series('noise'));
  const residuals = series('noise').map((value, row) => value - (fitted[row] as number));
  expect(residualDiagnostics(residuals).count).toBe(119);
  // Differences of noise are correlated, and the test says so.
  expect(residualDiagnostics(residuals).ljungBox.pValue).toBeLessThan(0.01);
  const flat = residualDiagnostics(new Float64Array(40));
  expect([flat.bias.pValue, flat.ljungBox.pValue, flat.archLm.pValue]).toEqual([1, 1, 1]);
  expect(Number.isFinite(flat.jarqueBera.statistic)).toBe(true);
});

test.each(goldens.trends)('the slope of $series', (golden) => {
  const { slope, lower, upper, pValue } = trendOf(series(golden.series));
  expect(slope).toBeCloseTo(golden.slope, 10);
  expect(lower).toBeCloseTo(golden.lower, 7);
  expect(upper).toBeCloseTo(golden.upper, 7);
  expect(pValue).toBeCloseTo(golden.pValue, 7);
});

test('a season does not hide the trend', () => {
  const { y, season } = seriesNamed('air');
  const { slope, lower, upper, strength, values } = trendOf(y, { seasons: [season] });
  expect(lower).toBeLessThan(slope);
  expect(upper).toBeGreaterThan(slope);
  // From about 125 to 475 passengers within 144 months.
  expect(slope).toBeGreaterThan(2.3);
  expect(slope).toBeLessThan(3);
  expect(strength).toBeGreaterThan(0.98);
  expect(values.length).toBe(y.length);
});

test('periods are found: one, two, and none in noise or in a random walk', () => {
  expect(seasonalityOf(seriesNamed('air').y).map(({ period }) => period)).toEqual([12]);
  expect(seasonalityOf(seriesNamed('hours').y)[0]?.period).toBe(24);
  const both = jitter(600, 7).map(
    (value, t) => 3 * Math.sin((2 * Math.PI * t) / 12) + 3 * Math.sin((2 * Math.PI * t) / 84) + value,
  );
  const periods = seasonalityOf(both).map(({ period }) => period);
  expect(periods.sort((a, b) => a - b)).toEqual([12, 84]);
  expect(seasonalityOf(jitter(300, 5))).toEqual([]);
  let level = 0;
  expect(seasonalityOf(jitter(300, 11).map((value) => (level += value)))).toEqual([]);
  expect(seasonalityOf(new Float64Array(40).fill(3))).toEqual([]);
  // A pulse has overtones, which are no periods.
  const pulse = jitter(240, 3).map((value, t) => (t % 12 === 4 ? 5 : 0) + value / 10);
  expect(seasonalityOf(pulse).map(({ period }) => period)).toEqual([12]);
});

test('planted anomalies are found by decomposition and by a model, and nothing later is seen', () => {
  const y = jitter(200, 9).map((value, t) => 20 + 5 * Math.sin((2 * Math.PI * t) / 10) + value);
  y[150] = 40;
  y[60] = 2;
  const places = (report: { readonly anomalies: readonly { readonly place: number }[] }) =>
    report.anomalies.map(({ place }) => place);
  expect(places(anomalies(y, { season: 10 }))).toEqual([60, 150]);
  const model = autoEts({ season: 10, model: 'ANA' });
  const report = anomalies(y, { model, level: 99.9, trainingLength: 100 });
  expect(places(report)).toContain(150);
  expect(report.checked).toBe(100);
  expect(report.expectedByChance).toBeCloseTo(0.1, 9);
  const cut = anomalies(y.slice(0, 180), { model, level: 99.9, trainingLength: 100 });
  expect(cut.expected).toEqual(report.expected.slice(0, 180));
  expect(places(anomalies(jitter(80, 2)))).toEqual([]);
  expect(() => anomalies(y, { model: crostonClassic() })).toThrow(/conformal|no intervals/);
});

test.each(goldens.kolmogorov)(
  'distributions of $training and $fresh',
  ({ training, fresh, statistic, pValue }) => {
    const { columns } = driftReport({ x: series(training) }, { x: series(fresh) });
    expect(columns[0]?.kolmogorovSmirnov.statistic).toBeCloseTo(statistic, 12);
    expect(columns[0]?.kolmogorovSmirnov.pValue).toBeCloseTo(pValue, 9);
  },
);

test('the stability index by hand: shares 1/2, 1/2 become 1/4, 3/4', () => {
  const before = Float64Array.of(1, 2, 3, 4);
  const { columns } = driftReport({ x: before }, { x: Float64Array.of(1, 3, 4, 4) }, { bins: 2 });
  const expected = -0.25 * Math.log(0.5) + 0.25 * Math.log(1.5);
  expect(columns[0]?.stabilityIndex).toBeCloseTo(expected, 12);
});

test('advice: errors decide where they are known, columns otherwise', () => {
  const [then, same, worse] = [jitter(100, 3), jitter(100, 4), jitter(100, 5).map((value) => 3 * value)];
  const columns = { x: jitter(200, 6) };
  const shifted = { x: jitter(200, 7).map((value) => value + 1) };
  expect(driftReport(columns, { x: jitter(200, 8) }).retrain).toBe('no');
  expect(driftReport(columns, shifted).retrain).toBe('yes');
  expect(driftReport(columns, shifted, { errors: { then, now: same } }).retrain).toBe('watch');
  const report = driftReport(columns, { x: jitter(200, 8) }, { errors: { then, now: worse } });
  expect(report.retrain).toBe('yes');
  expect(report.errors?.ratio).toBeGreaterThan(2);
  expect(report.reasons[0]).toMatch(/times those of the backtest/);
});

test('bad input is refused by name', () => {
  const y = series('noise');
  const holed = y.slice();
  holed[7] = Number.NaN;
  expect(() => changePoints(holed)).toThrow(/value 7/);
  expect(() => changePoints(y, { penalty: -1 })).toThrow(/penalty/);
  expect(() => residualDiagnostics(y.subarray(0, 5))).toThrow(/at least 8/);
  expect(() => residualDiagnostics(y, { lags: 200 })).toThrow(/200 lags/);
  expect(() => trendOf(y, { seasons: [100] })).toThrow(/at least 200/);
  expect(() => seasonalityOf(y, { significance: 2 })).toThrow(/significance/);
  expect(() => anomalies(y, { threshold: 0 })).toThrow(/threshold/);
  expect(() => anomalies(y, { model: naive(), trainingLength: 500 })).toThrow(/leaves nothing/);
  expect(() => driftReport({ x: y }, { z: y })).toThrow(/no column 'x'/);
});
