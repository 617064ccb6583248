// Against Python's arch 8.0 (tools/goldens/volatility.py).
import { expect, test } from 'vitest';
import goldens from '../../goldens/volatility.json' with { type: 'json' };
import { localModels } from '../../registry/models.js';
import { arch, ewmaVolatility, garch, gjrGarch } from './garch-model.js';

const returnsOf = (name: string) => Float64Array.from(goldens.series[name as keyof typeof goldens.series]);

test.each(goldens.fits)('$series: p $p, o $o, q $q, $distribution', (golden) => {
  const { p, o, q } = golden;
  const distribution = golden.distribution as 'normal' | 't';
  const options = { p, distribution };
  const model = q === 0 ? arch(options) : o === 0 ? garch({ ...options, q }) : gjrGarch({ ...options, o, q });
  const fitted = model.fit(returnsOf(golden.series));
  const { estimates } = fitted;
  const relative = Number(estimates.logLikelihood) / golden.logLikelihood - 1;
  expect(Math.abs(relative)).toBeLessThan(1e-7);
  const names = ['mean', 'omega', ...numbered('alpha', p), ...numbered('gamma', o), ...numbered('beta', q)];
  if (distribution === 't') names.push('freedom');
  for (const [index, name] of names.entries()) {
    const expected = golden.parameters[index] as number;
    expect(Math.abs(Number(estimates[name]) - expected), name).toBeLessThan(
      1e-3 * Math.max(0.1, Math.abs(expected)),
    );
  }
  const ahead = fitted.forecastVariance(golden.ahead.length);
  for (const [step, variance] of golden.ahead.entries()) {
    expect((ahead[step] as number) / variance).toBeCloseTo(1, 3);
  }
  for (const [place, row] of [0, 1, 50, 799].entries()) {
    const deviation = Math.sqrt(fitted.variances[row] as number);
    expect(deviation / (golden.deviations[place] as number)).toBeCloseTo(1, 3);
  }
});

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}${index + 1}`);
}

test('intervals are as wide as the errors: half of heavy ones lie within their 50 %', () => {
  const y = returnsOf('heavy');
  const fitted = gjrGarch({ distribution: 't' }).fit(y);
  const { mean, intervals } = fitted.forecast(1, { levels: [50, 99] });
  const width = (index: number) =>
    ((intervals[index]?.upper[0] as number) - (mean[0] as number)) /
    Math.sqrt(fitted.forecastVariance(1)[0] as number);
  const share = fitted.standardized.filter((error) => Math.abs(error) < width(0)).length / y.length;
  expect(share).toBeGreaterThan(0.46);
  expect(share).toBeLessThan(0.54);
  // Wider than the normal 2.576.
  expect(width(1)).toBeGreaterThan(2.7);
});

test('the exponentially weighted variance follows its formula', () => {
  const y = Float64Array.of(1, -1, 2, -2);
  const { variances, forecastVariance } = ewmaVolatility({ decay: 0.9 }).fit(y);
  for (let row = 1; row < 4; row++) {
    const expected = 0.9 * (variances[row - 1] as number) + 0.1 * (y[row - 1] as number) ** 2;
    expect(variances[row]).toBeCloseTo(expected, 12);
  }
  const next = 0.9 * (variances[3] as number) + 0.1 * 4;
  for (const variance of forecastVariance(3)) expect(variance).toBeCloseTo(next, 12);
});

test('forward keeps the estimates and follows the new values', () => {
  const y = returnsOf('normal');
  const fitted = garch().fit(y.subarray(0, 700));
  const later = fitted.forward?.(y);
  expect(later?.estimates).toEqual(fitted.estimates);
  const next = fitted.forecast(1, { levels: [95] }).intervals[0]?.upper[0];
  const same = fitted.forward?.(y.subarray(0, 700)).forecast(1, { levels: [95] }).intervals[0]?.upper[0];
  expect(same).toBe(next);
});

test('bad input is refused, and settings rebuild the models', () => {
  expect(() => garch({ p: 0 }).fit(returnsOf('calm'))).toThrow(/nothing moves the variance/);
  expect(() => garch().fit(new Float64Array(60).fill(2))).toThrow(/all 60 returns are 2/);
  expect(() => garch().fit(new Float64Array(19))).toThrow(/at least 20 values/);
  expect(() => garch({ distribution: 'cauchy' as 't' })).toThrow(/'cauchy'/);
  expect(() => ewmaVolatility({ decay: 1 })).toThrow(/between 0 and 1/);
  const y = returnsOf('calm');
  for (const model of [arch({ p: 2 }), garch(), gjrGarch({ distribution: 't' }), ewmaVolatility()]) {
    const again = localModels[model.kind as 'garch'](model.options).fit(y);
    expect(again.estimates).toEqual(model.fit(y).estimates);
  }
});

test('tiny and huge returns give the same model in other units', () => {
  const y = returnsOf('normal');
  const { estimates } = garch().fit(y);
  for (const scale of [1e-4, 1e6]) {
    const scaled = garch().fit(y.map((value) => value * scale)).estimates;
    expect(scaled.beta1).toBeCloseTo(Number(estimates.beta1), 3);
    expect(Number(scaled.omega) / scale ** 2).toBeCloseTo(Number(estimates.omega), 3);
  }
});
