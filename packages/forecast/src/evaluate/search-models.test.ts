// Candidates that count how often they are fitted, and series whose best model is known.
import { expect, test } from 'vitest';
import { frameOf } from '../frame/index.js';
import { nlinear } from '../global/index.js';
import type { LocalModel } from '../local/local-model.js';
import { drift, naive, seasonalNaive } from '../local/naive.js';
import { searchModels } from './search-models.js';

// Drift is right to the last digit, and the naive forecast is wrong by 3 a step.
const y = Array.from({ length: 80 }, (_, t) => 3 * t);
const frame = frameOf({ ds: y.map((_, t) => t), y });

/** The line with an offset: the smaller, the better. */
function offset(name: string, amount: number, fits: string[], cost = 0): LocalModel {
  return {
    ...drift(),
    name,
    kind: 'own',
    fit: (values) => {
      fits.push(name);
      spent += cost;
      const fitted = drift().fit(values);
      return {
        ...fitted,
        forecast: (horizon, options) => {
          const made = fitted.forecast(horizon, options);
          return { ...made, mean: made.mean.map((value) => value + amount) };
        },
      };
    },
  };
}
let spent = 0;

test('the better half goes on with twice the windows, and the best wins', async () => {
  const fits: string[] = [];
  const candidates = [8, 1, 4, 2].map((amount) => offset(`o${amount}`, amount / 2, fits));
  const { ranking, best, end } = await searchModels(frame, {
    candidates,
    horizon: 2,
    season: 1,
    budget: { timeMs: 60_000 },
  });
  expect(end).toBe('finished');
  expect(best).toBe(candidates[1]);
  const times = (name: string) => fits.filter((each) => each === name).length;
  // One window for all, two for the two that were better.
  expect(['o8', 'o4', 'o2', 'o1'].map(times)).toEqual([1, 1, 3, 3]);
  expect(ranking.map(({ name, windows }) => `${name} ${windows}`).slice(0, 3)).toEqual([
    'o1 2',
    'o2 2',
    'Naive 2',
  ]);
});

test('a budget of energy ends it before the next backtest; what was not reached is said', async () => {
  spent = 0;
  const fits: string[] = [];
  const candidates = [1, 2, 3].map((amount) => offset(`o${amount}`, amount, fits, 10));
  const { ranking, best, end, spentJoules } = await searchModels(frame, {
    candidates,
    horizon: 2,
    season: 1,
    workers: 0,
    budget: { energyJoules: 15 },
    readJoules: () => spent,
  });
  expect([end, spentJoules, fits]).toEqual(['budget', 20, ['o1', 'o2']]);
  expect(best?.name).toBe('o1');
  expect(ranking.at(-1)).toEqual({
    name: 'o3',
    error: Number.NaN,
    windows: 0,
    elapsedMs: 0,
    energyJoules: undefined,
  });
  expect(ranking.find(({ name }) => name === 'o2')?.energyJoules).toBe(10);
});

test('local and neural candidates in one search; one that fails is last', async () => {
  const candidates = [
    drift(),
    seasonalNaive({ season: 5 }),
    nlinear({ horizon: 2, lookback: 8, steps: 3 }),
    {
      ...naive(),
      name: 'Broken',
      kind: 'own',
      fit: () => {
        throw new Error('no');
      },
    },
  ];
  const { ranking, best } = await searchModels(frame, {
    candidates,
    horizon: 2,
    season: 5,
    mostWindows: 2,
    budget: { timeMs: 60_000 },
  });
  expect(best?.name).toBe('RWD');
  expect(ranking.at(-1)?.name).toBe('Broken');
  expect(ranking.map(({ name }) => name)).toContain('NLinear');
});

test('what cannot be searched is refused', async () => {
  const good = { candidates: [drift()], horizon: 2, budget: { timeMs: 10 } };
  await expect(searchModels(frame, { ...good, candidates: [] })).rejects.toThrow('at least one candidate');
  await expect(searchModels(frame, { ...good, budget: {} })).rejects.toThrow(
    'a budget of timeMs or energyJoules',
  );
  await expect(searchModels(frame, { ...good, budget: { energyJoules: 5 } })).rejects.toThrow(
    'needs readJoules',
  );
  await expect(searchModels(frame, { ...good, candidates: [drift(), drift()] })).rejects.toThrow(
    'different names',
  );
});
