import { Random } from '@noosphere/train';
import { expect, test } from 'vitest';
import { type Comparison, compareForecasters } from './compare.js';
import type { PriceHistory } from './prices.js';
import { verdictOf } from './verdict.js';

/** Prices whose returns are the one before times `memory`, plus noise. */
function history(memory: number): PriceHistory {
  const random = new Random(3);
  let price = 100;
  let dailyReturn = 0;
  const prices = Float64Array.from({ length: 800 }, () => {
    dailyReturn = memory * dailyReturn + 0.01 * random.normal();
    price *= Math.exp(dailyReturn);
    return price;
  });
  return { name: 'made up', dates: Array.from(prices, (_, day) => String(day)), prices };
}

test('a random walk: every row is there, each window once, and naive wins or chance explains the rest', async () => {
  const comparison = await compareForecasters(history(0), { horizon: 5, epochs: 3 });
  expect(comparison.rows.map(({ kind }) => kind)).toEqual(['zero', 'mean', 'seasonal', 'linear', 'mlp']);
  // Test days 640 to 799; the last origin is five days before the end.
  expect(comparison.actual.length).toBe(800 - 5 - 639);
  for (const { forecast } of comparison.rows) expect(forecast.length).toBe(comparison.actual.length);
  const verdict = verdictOf(comparison);
  expect(verdict?.naiveWins || (verdict?.pValue ?? 0) > 0.05).toBe(true);
});

test('returns with a memory: linear wins beyond chance', async () => {
  const verdict = verdictOf(await compareForecasters(history(0.8), { horizon: 1, epochs: 1 }));
  expect(verdict).toMatchObject({ naiveWins: false, bestModel: { kind: 'linear' } });
  expect(verdict?.change).toBeLessThan(-0.1);
  expect(verdict?.pValue).toBeLessThan(0.001);
});

test('an aborted comparison has the rows that were fitted', async () => {
  const controller = new AbortController();
  const comparison: Comparison = await compareForecasters(history(0), {
    signal: controller.signal,
    onEpoch: () => controller.abort(),
  });
  expect(comparison.rows.map(({ kind }) => kind)).toEqual(['zero', 'mean', 'seasonal', 'linear', 'mlp']);
  expect(comparison.rows.at(-1)?.fitted).toMatchObject({ epochs: 1, interrupted: true });
  const nothing = await compareForecasters(history(0), { signal: controller.signal });
  expect(nothing.rows.map(({ kind }) => kind)).toEqual(['zero', 'mean', 'seasonal']);
  expect(verdictOf(nothing)).toBeUndefined();
});
