/** Several objectives: fronts, volumes and NSGA-II against closed forms. */
import { describe, expect, test } from 'vitest';
import { crowding, nondominatedFronts } from './dominance.js';
import { hypervolume } from './hypervolume.js';
import { minimizeMany } from './minimize-many.js';
import { Nsga2 } from './nsga2.js';

test('fronts and crowding of a worked case', () => {
  // 0, 1, 2 on a line; 3 behind 1; 4 behind all; 5 the best, but not allowed.
  const values = Float64Array.of(0, 4, 1, 2, 4, 0, 2, 3, 5, 5, -1, -1);
  const fronts = nondominatedFronts(values, Float64Array.of(0, 0, 0, 0, 0, 1), 2);
  expect(fronts).toEqual([[0, 1, 2], [3], [4], [5]]);
  expect([...crowding(values, 2, [0, 1, 2])]).toEqual([
    Number.POSITIVE_INFINITY,
    2,
    Number.POSITIVE_INFINITY,
  ]);
});

describe('hypervolume', () => {
  test('of one, two and three objectives, by hand', () => {
    expect(hypervolume([[2], [3]], [5])).toBe(3);
    expect(
      hypervolume(
        [
          [1, 3],
          [2, 2],
          [3, 1],
          [3, 3],
          [9, 0],
        ],
        [4, 4],
      ),
    ).toBe(6);
    // Two boxes of 2 x 2 x 2 and 1 x 1 x 3 that share 1 x 1 x 2.
    expect(
      hypervolume(
        [
          [2, 2, 2],
          [3, 3, 1],
        ],
        [4, 4, 4],
      ),
    ).toBe(9);
    expect(hypervolume([], [1, 1])).toBe(0);
  });

  test('of four objectives is that of counting cells', () => {
    const points = Array.from({ length: 12 }, (_, n) =>
      [0, 1, 2, 3].map((k) => (n * (7 + 4 * k) + k * k) % 5),
    );
    let cells = 0;
    for (let cell = 0; cell < 5 ** 4; cell++) {
      const corner = [0, 1, 2, 3].map((k) => Math.floor(cell / 5 ** k) % 5);
      if (points.some((point) => point.every((value, k) => value <= (corner[k] ?? 0)))) cells++;
    }
    expect(hypervolume(points, [5, 5, 5, 5])).toBe(cells);
  });

  test('refuses points of another length', () => {
    expect(() => hypervolume([[1]], [1, 2])).toThrow("must have the reference's 2 numbers");
  });
});

describe('NSGA-II', () => {
  test('finds the front of ZDT1: f₂ = 1 - √f₁', async () => {
    const zdt1 = (x: Float64Array) => {
      const g = 1 + (9 * x.subarray(1).reduce((sum, value) => sum + value, 0)) / (x.length - 1);
      return [x[0] as number, g * (1 - Math.sqrt((x[0] as number) / g))];
    };
    const bounds = Array.from({ length: 8 }, () => [0, 1] as const);
    const { front } = await minimizeMany(zdt1, { bounds, maxEvaluations: 10_000, seed: 1 });
    // The square up to (1.1, 1.1) without what lies below the front, ∫ (1 - √x) dx = 1/3.
    const area = hypervolume(
      front.map(({ values }) => values),
      [1.1, 1.1],
    );
    expect(area).toBeLessThan(1.21 - 1 / 3);
    expect(area).toBeGreaterThan(0.86);
  });

  test('keeps constraints and takes whole numbers', async () => {
    const { front } = await minimizeMany(([x = 0, y = 0]) => [x, y], {
      bounds: [
        { kind: 'integer', lower: 0, upper: 20 },
        { kind: 'integer', lower: 0, upper: 20 },
      ],
      constraints: ([x = 0, y = 0]) => [10 - x - y],
      population: 40,
      maxEvaluations: 4000,
    });
    expect(front.every(({ point: [x = 0, y = 0], violation }) => x + y === 10 && violation === 0)).toBe(true);
    expect(front).toHaveLength(11);
  });

  test('refuses values that do not fit what it asked', () => {
    const run = new Nsga2({ bounds: [[0, 1]] }, { population: 4 });
    expect(() => run.tell([])).toThrow('expects values of 4 asked points');
    const points = run.ask();
    expect(() => run.ask()).toThrow('call tell()');
    expect(() => run.tell(points.map((_, row) => (row ? [1] : [1, 2])))).toThrow(
      'expects 2 objectives, got 1',
    );
  });
});
