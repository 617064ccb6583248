// Goldens: tools/goldens/hierarchy.py (hierarchicalforecast; its non-negative solver is exact to 1e-6 or so).
import { describe, expect, test } from 'vitest';
import { frameOf } from '../frame/index.js';
import goldens from '../goldens/hierarchy.json' with { type: 'json' };
import { drift } from '../local/naive.js';
import { forecastFrame } from '../run/index.js';
import { aggregateFrame, hierarchyOf, type ReconcileOptions, reconcile, reconcileTable } from './index.js';

const rowsOf = (rows: readonly (readonly number[])[]) => rows.map((row) => Float64Array.from(row));

describe.each(goldens.cases)('levels $levels', ({ levels, summing, history, residuals, base, results }) => {
  const hierarchy = hierarchyOf(
    goldens.bottom,
    levels.map((key) => (key === '' ? [] : [key])),
  );

  test('the summing matrix', () => {
    const dense = hierarchy.parts.map((places) =>
      goldens.bottom.map((_, place) => Number(places.includes(place))),
    );
    expect(dense).toEqual(summing);
  });

  test.each(Object.entries(results))('%s', (name, expected) => {
    const [method = '', variant] = name.split(' ').toReversed();
    const found = reconcile(hierarchy, rowsOf(base), {
      method: method as ReconcileOptions['method'],
      history: rowsOf(history),
      residuals: rowsOf(residuals),
      ...(variant === 'middle' ? { level: 'land' } : {}),
      nonNegative: variant === 'nonNegative',
    });
    const tolerance = variant === 'nonNegative' ? 2e-5 : 1e-6;
    expected.forEach((row, series) => {
      row.forEach((value, step) => {
        expect(Math.abs((found[series]?.[step] ?? NaN) - value)).toBeLessThan(
          tolerance * Math.max(1, Math.abs(value)),
        );
      });
    });
    if (variant === 'nonNegative')
      expect(Math.min(...found.flatMap((row) => Array.from(row)))).toBeGreaterThanOrEqual(0);
  });
});

describe('series that never err, and histories of nothing', () => {
  const small = hierarchyOf(
    [
      { id: 'a', groups: {} },
      { id: 'b', groups: {} },
    ],
    [[]],
  );
  const base = rowsOf([[10], [3], [4]]);
  const none = new Float64Array(8);
  const total = Float64Array.of(2, -2, 2, -2, 2, -2, 2, -2);
  const a = Float64Array.of(1, 1, -1, -1, 1, 1, -1, -1);
  const first = (options: ReconcileOptions, of = base) =>
    reconcile(small, of, options).map(([value]) => value ?? NaN);
  const expectRow = (row: readonly number[], expected: readonly number[]) => {
    expect(row.length).toBe(expected.length);
    row.forEach((value, place) => {
      expect(value).toBeCloseTo(expected[place] ?? NaN, 6);
    });
  };

  test('stay where they are, with and without nonNegative', () => {
    // b never errs: 10 - 3 - 4 is shared 4 : 1 between total and a.
    for (const method of ['wlsVar', 'mintShrink'] as const)
      for (const nonNegative of [false, true])
        expectRow(first({ method, residuals: [total, a, none], nonNegative }), [7.6, 3.6, 4]);
  });

  test('share equally where none errs', () => {
    for (const method of ['wlsVar', 'mintShrink'] as const)
      for (const nonNegative of [false, true])
        expectRow(first({ method, residuals: [none, none, none], nonNegative }), [9, 4, 5]);
    for (const method of ['averageProportions', 'proportionsOfAverages'] as const)
      expectRow(first({ method, history: [none, none, none] }), [10, 5, 5]);
    expectRow(first({ method: 'forecastProportions' }, rowsOf([[10], [0], [0]])), [10, 5, 5]);
    // In any unit: shares of forecasts of 1e-10 are theirs.
    expectRow(
      first({ method: 'forecastProportions' }, rowsOf([[1e-9], [1e-10], [3e-10]])).map(
        (value) => value * 1e9,
      ),
      [1, 0.25, 0.75],
    );
  });

  test('nonNegative changes nothing that has no negatives, and keeps below zero away', () => {
    const errs = Float64Array.of(1, -1, 1, 1, -1, -1, 1, -1);
    for (const method of ['ols', 'wlsStruct', 'wlsVar', 'mintCov', 'mintShrink'] as const) {
      const residuals = [total, a, errs];
      expectRow(first({ method, residuals, nonNegative: true }), first({ method, residuals }));
      const bounded = first({ method, residuals, nonNegative: true }, rowsOf([[1], [-6], [4]]));
      expect(Math.min(...bounded)).toBeGreaterThanOrEqual(0);
      expect(bounded[0]).toBeCloseTo((bounded[1] ?? NaN) + (bounded[2] ?? NaN), 9);
    }
  });
});

test('a table of forecasts of sums and parts adds up afterwards', async () => {
  const hierarchy = hierarchyOf(goldens.bottom, [[], ['land']]);
  const rows = goldens.bottom.flatMap(({ id }, place) =>
    Array.from({ length: 12 }, (_, t) => ({ unique_id: id, ds: t, y: place + ((t * t * (place + 1)) % 7) })),
  );
  const frame = aggregateFrame(frameOf(rows), hierarchy);
  expect(frame.ids).toEqual(['Total', 'X', 'Y', 'Z', 'a', 'b', 'c', 'd', 'e', 'f']);
  expect(frame.y[3]).toBe(rows.filter(({ ds }) => ds === 3).reduce((sum, { y }) => sum + y, 0));
  const table = await forecastFrame(frame, { models: [drift()], horizon: 2, levels: [80] });
  const { columns } = reconcileTable(table, hierarchy, { method: 'wlsStruct' });
  const at = (row: number) => columns.RWD?.[2 * row] ?? NaN;
  expect(at(0)).toBeCloseTo(at(1) + at(2) + at(3), 10);
  expect(Object.keys(columns)).toEqual(['RWD']);
});

test('what cannot be reconciled is refused', () => {
  const hierarchy = hierarchyOf(goldens.bottom, [[], ['land'], ['kind']]);
  const base = hierarchy.ids.map(() => Float64Array.of(1));
  const run = (options: ReconcileOptions) => () => reconcile(hierarchy, base, options);
  expect(run({ method: 'mintShrink' })).toThrow(/residuals of all 13 series, got none/);
  expect(run({ method: 'averageProportions' })).toThrow(/history of all 13 series/);
  expect(run({ method: 'forecastProportions' })).toThrow(
    /'p' of level kind lies in several groups of level land/,
  );
  expect(run({ method: 'forecastProportions', level: 'city' })).toThrow(
    /no level 'city'; there are total, land, kind, bottom/,
  );
  const few = hierarchy.ids.map((_, row) => Float64Array.of(row, -row, 1, 2));
  expect(run({ method: 'mintCov', residuals: few })).toThrow(/cannot be inverted.*wlsVar/);
  expect(() => reconcile(hierarchy, base.slice(1), { method: 'ols' })).toThrow(
    /each of 13 series, sums first, got 12/,
  );
  expect(() => hierarchyOf(goldens.bottom, [['city']])).toThrow(/'a' is in no group 'city', only land, kind/);
  expect(() => hierarchyOf([{ id: 'Total', groups: {} }], [[]])).toThrow(/'Total' comes twice/);
  const uneven = frameOf({ unique_id: ['a', 'a', 'b'], ds: [1, 2, 1], y: [1, 2, 3] });
  const pair = hierarchyOf(
    [
      { id: 'a', groups: {} },
      { id: 'b', groups: {} },
    ],
    [[]],
  );
  expect(() => aggregateFrame(uneven, pair)).toThrow(/'b' has other times than 'a'/);
});
