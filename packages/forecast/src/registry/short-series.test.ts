// Automatic choices from few values: never worse than the last value on a level series, and never a forecast of zero.
import { expect, test } from 'vitest';
import { arima } from '../local/arima/arima-models.js';
import { autoArima } from '../local/arima/index.js';
import { autoEts } from '../local/ets/ets-models.js';
import type { LocalModel } from '../local/local-model.js';
import { autoTheta } from '../local/theta/theta-models.js';
import { autoEnsemble } from '../wrappers/auto-ensemble.js';

let state = 5;
/** Even between -1/2 and 1/2. */
const noise = () => {
  state = (state * 16807) % 2147483647;
  return state / 2147483647 - 0.5;
};

const automatic: readonly (readonly [string, LocalModel, number])[] = [
  ['autoArima', autoArima(), 4],
  ['autoEts', autoEts(), 5],
  ['autoTheta', autoTheta(), 6],
  ['autoEnsemble', autoEnsemble({ horizon: 1 }), 1],
];

test.each(automatic)('%s', (_, model, fewest) => {
  for (let length = fewest; length <= 10; length++) {
    for (const spread of [0.02, 0.3, 0.8]) {
      let [own, naive] = [0, 0];
      for (let round = 0; round < 60; round++) {
        const y = Float64Array.from({ length }, () => 1000 * (1 + spread * noise()));
        const [next = Number.NaN] = model.fit(y).forecast(1).mean;
        own += Math.abs(next - 1000);
        naive += Math.abs((y.at(-1) as number) - 1000);
        expect(next, `${length} values`).toBeGreaterThan(100);
      }
      expect(own / naive, `${length} values, noise of ${spread}`).toBeLessThan(1.1);
    }
  }
});

test('all orders of four values have a mean as well', () => {
  const [next = 0] = autoArima({ stepwise: false })
    .fit(Float64Array.of(700, 1300, 900, 1100))
    .forecast(1).mean;
  expect(next).toBeGreaterThan(600);
});

// Expected: the same forecast, whatever a covariate that never changed will be.
test('what a constant covariate does cannot be known', () => {
  const y = Float64Array.from(
    { length: 120 },
    (_, t) => 50 + 5 * Math.sin((2 * Math.PI * t) / 7) + 2 * Math.sin(t * t),
  );
  const lively = Float64Array.from(y, (_, t) => Math.cos(t));
  const constant = new Float64Array(120).fill(33);
  for (const model of [
    autoArima(),
    arima({ order: [4, 0, 0] }),
    arima({ order: [1, 0, 0], constant: false }),
  ]) {
    for (const others of [{}, { lively }] as Readonly<Record<string, Float64Array>>[]) {
      const ahead = Object.fromEntries(Object.keys(others).map((name) => [name, Float64Array.of(0.5)]));
      const [plain = 0] = model.fit(y, others).forecast(1, { exogenous: ahead }).mean;
      const fit = model.fit(y, { ...others, size: constant });
      for (const next of [33, 66, -1e6]) {
        const exogenous = { ...ahead, size: Float64Array.of(next) };
        expect(fit.forecast(1, { exogenous }).mean[0]).toBeCloseTo(plain, 6);
      }
    }
  }
});

test('a covariate that is there twice counts once', () => {
  const x = Float64Array.from({ length: 80 }, (_, t) => Math.cos(t));
  const y = x.map((value, t) => 20 + 3 * value + 0.1 * Math.sin(t * t));
  const ahead = Float64Array.of(0.7);
  const [once = 0] = autoArima()
    .fit(y, { x })
    .forecast(1, { exogenous: { x: ahead } }).mean;
  const twice = autoArima().fit(y, { x, same: x, scaled: x.map((value) => 5 * value) });
  const exogenous = { x: ahead, same: ahead, scaled: ahead.map((value) => 5 * value) };
  expect(twice.forecast(1, { exogenous }).mean[0]).toBeCloseTo(once, 6);
});
