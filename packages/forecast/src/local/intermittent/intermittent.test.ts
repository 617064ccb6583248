// Against statsforecast 2.1.1 (tools/goldens/intermittent.py).
import { expect, test } from 'vitest';
import goldens from '../../goldens/intermittent.json' with { type: 'json' };
import { localModels } from '../../registry/models.js';
import type { LocalModelKind } from '../local-model.js';
import { crostonClassic, tsb } from './intermittent-models.js';

test.each(goldens.cases)('$kind of $series', ({ series, kind, forecast, fitted }) => {
  const y = Float64Array.from(goldens.series[series as keyof typeof goldens.series]);
  const options = kind === 'tsb' ? { alphaDemand: 0.2, alphaProbability: 0.1 } : {};
  const ours = localModels[kind as LocalModelKind](options).fit(y);
  for (const value of ours.forecast(2).mean) expect(value).toBeCloseTo(forecast, 8);
  if (!fitted) return;
  const first = y.findIndex((value) => value > 0);
  for (const [row, value] of fitted.entries()) {
    // Before the first demand statsforecast says 0, and this package nothing.
    if (first >= 0 && row <= first) expect(ours.fitted[row]).toBeNaN();
    else if (value !== null) expect(ours.fitted[row]).toBeCloseTo(value, 9);
  }
});

test('what is asked for no longer fades with TSB, and not with Croston', () => {
  const y = Float64Array.from({ length: 40 }, (_, row) => (row < 20 ? 3 : 0));
  expect(tsb().fit(y).forecast(1).mean[0] as number).toBeLessThan(0.5);
  expect(crostonClassic().fit(y).forecast(1).mean[0]).toBe(3);
});

test('one-step forecasts of aggregated models come once there is a chunk of each size', () => {
  const y = Float64Array.from(goldens.series.rare);
  for (const kind of ['adida', 'imapa'] as const) {
    const { fitted, estimates } = localModels[kind]({}).fit(y);
    const size = Number(estimates.interval);
    expect(fitted[size - 1]).toBeNaN();
    expect(fitted.subarray(size).every(Number.isFinite)).toBe(true);
  }
});

test('bad input is refused', () => {
  expect(() => crostonClassic().fit(Float64Array.of(1, -2))).toThrow(/-2 at 1/);
  expect(() => tsb({ alphaDemand: 2 })).toThrow(/alphaDemand/);
  const fitted = crostonClassic().fit(Float64Array.of(1, 0, 2));
  expect(() => fitted.forecast(1, { levels: [90] })).toThrow(/conformal/);
});
