/**
 * Search methods on functions whose least value is known in closed form, and the contract they share. Success rates next to
 * pymoo and pycma are measured by the acceptance run `bbob`.
 */
import { describe, expect, test } from 'vitest';
import { cmaEs } from './cma-es.js';
import { differentialEvolution } from './differential-evolution.js';
import { geneticAlgorithm } from './genetic-algorithm.js';
import type { SearchMethod } from './method.js';
import { minimize, minimizeSync } from './minimize.js';
import { particleSwarm } from './particle-swarm.js';

const methods: Readonly<Record<string, SearchMethod>> = {
  cmaEs: cmaEs(),
  differentialEvolution: differentialEvolution(),
  particleSwarm: particleSwarm(),
  geneticAlgorithm: geneticAlgorithm(),
};
const box = (size: number) => Array.from({ length: size }, () => [-5, 5] as const);
const sphere = (point: Float64Array) => point.reduce((sum, value) => sum + (value - 1) ** 2, 0);
const rosenbrock = ([x = 0, y = 0]: Float64Array) => 100 * (y - x * x) ** 2 + (1 - x) ** 2;

describe.each(Object.entries(methods))('%s', (_name, method) => {
  test('finds the bottom of a bowl', () => {
    const { best, end, evaluations } = minimizeSync(sphere, { bounds: box(4), method, target: 1e-3 });
    expect(end).toBe('target');
    expect(best.value).toBe(sphere(best.point));
    expect(evaluations).toBeLessThan(4000);
  });

  test('finds the bottom of a bent valley', () => {
    const options = { bounds: box(2), method, target: 1e-3, maxEvaluations: 20_000, seed: 3 };
    expect(minimizeSync(rosenbrock, options).best.value).toBeLessThan(1e-3);
  });

  test('ends at a border where the least value lies beyond it', () => {
    const bounds = [
      [2, 5],
      [-5, 0.5],
    ] as const;
    const { best } = minimizeSync(sphere, { bounds, method, maxEvaluations: 3000 });
    expect(best.value).toBeGreaterThanOrEqual(1.25);
    expect(best.value).toBeLessThan(1.2505);
  });

  test('keeps constraints: the least value of x + y on the disc of radius 1 is -√2', () => {
    const constraints = ([x = 0, y = 0]: Float64Array) => [x * x + y * y - 1];
    const sum = ([x = 0, y = 0]: Float64Array) => x + y;
    const { best } = minimizeSync(sum, { bounds: box(2), method, constraints, maxEvaluations: 10_000 });
    expect(best.violation).toBe(0);
    expect(best.value).toBeGreaterThanOrEqual(-Math.SQRT2);
    expect(best.value).toBeLessThan(-Math.SQRT2 + 1e-2);
  });

  test('gives the same points for the same seed, others for another, and never leaves the box', () => {
    const trace = (seed: number) => {
      const seen: number[] = [];
      const watched = (point: Float64Array) => {
        seen.push(...point);
        return rosenbrock(point);
      };
      minimizeSync(watched, { bounds: box(2), method, seed, maxEvaluations: 600 });
      return seen;
    };
    const first = trace(1);
    expect(first).toHaveLength(1200);
    expect(trace(1)).toEqual(first);
    expect(trace(2)).not.toEqual(first);
    expect(first.every((value) => value >= -5 && value <= 5)).toBe(true);
  });

  test('goes on where values are NaN or infinite, and begins anew on a plain', () => {
    const holed = (point: Float64Array) => ((point[0] ?? 0) < 0 ? Number.NaN : sphere(point));
    const { best } = minimizeSync(holed, { bounds: box(3), method, maxEvaluations: 6000 });
    expect(best.value).toBeLessThan(0.01);
    const flat = minimizeSync(() => 7, { bounds: box(3), method, maxEvaluations: 2000 });
    expect(flat.best.value).toBe(7);
    expect(flat.restarts).toBeGreaterThan(0);
    expect(() => minimizeSync(() => Number.NaN, { bounds: box(2), method, maxEvaluations: 300 })).toThrow(
      'none of 300 values',
    );
  });

  test('asks and tells as `minimize` does, and begins at a start', () => {
    const setting = { bounds: box(3), seed: 5, maxEvaluations: 900, start: [1, 1, 1] };
    const run = method.start(setting);
    while (run.evaluations < 900) {
      const points = run.ask().slice(0, 900 - run.evaluations);
      run.tell(points.map(sphere));
    }
    const { best } = minimizeSync(sphere, { ...setting, method });
    expect(run.best).toEqual(best);
    expect(best.value).toBeLessThan(1e-4);
  });
});

describe('variables', () => {
  // The least value: 3 at place 0, no at place 1, category 2 at place 2, in the order 2 0 3 1.
  const bounds = [
    { kind: 'integer', lower: -10, upper: 10 },
    { kind: 'binary' },
    { kind: 'categorical', count: 4 },
    { kind: 'permutation', size: 4 },
    [0, 1],
  ] as const;
  const order = [2, 0, 3, 1];
  const cost = (point: Float64Array) => {
    const [whole = 0, flag = 0, category = 0] = point;
    const misplaced = order.filter((each, rank) => each !== point[3 + rank]).length;
    return (whole - 3) ** 2 + flag + (category === 2 ? 0 : 2) + misplaced + ((point[7] ?? 0) - 0.25) ** 2;
  };

  test.each(['differentialEvolution', 'particleSwarm', 'geneticAlgorithm'])('of all kinds: %s', (name) => {
    const method = methods[name];
    if (!method) throw new Error(name);
    const isValid = (point: Float64Array) =>
      point.subarray(0, 7).every(Number.isInteger) && [...point.subarray(3, 7)].sort().join() === '0,1,2,3';
    const watched = (point: Float64Array) => {
      expect(isValid(point)).toBe(true);
      return cost(point);
    };
    const { best } = minimizeSync(watched, { bounds, method, target: 1e-4, maxEvaluations: 20_000 });
    expect([...best.point.subarray(0, 7)]).toEqual([3, 0, 2, ...order]);
  });

  test('a permutation can be a start', () => {
    const permutation = [{ kind: 'permutation', size: 4 }] as const;
    const run = geneticAlgorithm().start({ bounds: permutation, start: order });
    expect([...(run.ask()[0] as Float64Array)]).toEqual(order);
  });

  test('CMA-ES refuses whole numbers, and says who takes them', () => {
    expect(() => cmaEs().start({ bounds })).toThrow('use differentialEvolution()');
  });
});

describe('minimize', () => {
  const bounds = box(2);

  test('waits for promises, several at a time, and for batches: with the same result', async () => {
    let [running, most] = [0, 0];
    const slow = async (point: Float64Array) => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      return rosenbrock(point);
    };
    const options = { bounds, seed: 2, maxEvaluations: 500 };
    const { best } = minimizeSync(rosenbrock, options);
    expect((await minimize(rosenbrock, options)).best).toEqual(best);
    expect((await minimize(slow, { ...options, concurrency: 3 })).best).toEqual(best);
    expect(most).toBe(3);
    const batch = { batch: (points: readonly Float64Array[]) => points.map(rosenbrock) };
    expect((await minimize(batch, options)).best).toEqual(best);
  });

  test('keeps the best of what an abort leaves, and tells its progress', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const { best, end, evaluations } = await minimize(rosenbrock, {
      bounds,
      signal: controller.signal,
      maxEvaluations: 1e9,
      method: particleSwarm(),
      onProgress: (progress) => {
        seen.push(progress.best.value);
        if (progress.evaluations >= 200) controller.abort();
      },
    });
    expect([end, evaluations]).toEqual(['aborted', 200]);
    expect(best.value).toBe(Math.min(...seen));
  });

  test('ends where a method has converged and does not begin anew', () => {
    const method = cmaEs({ restarts: 'none' });
    const { end, evaluations } = minimizeSync(sphere, { bounds, method, maxEvaluations: 100_000 });
    expect(end).toBe('converged');
    expect(evaluations).toBeLessThan(5000);
  });

  test('spends the budget to the evaluation', () => {
    let calls = 0;
    const counted = (point: Float64Array) => {
      calls++;
      return sphere(point);
    };
    expect(minimizeSync(counted, { bounds, maxEvaluations: 137 }).evaluations).toBe(137);
    expect(calls).toBe(137);
  });

  test.each([
    ['no bounds', { bounds: [] }, 'bounds are empty'],
    ['crossed bounds', { bounds: [[1, 0]] as const }, 'lower < upper, got [1, 0]'],
    ['infinite bounds', { bounds: [[0, Number.POSITIVE_INFINITY]] as const }, 'must be finite'],
    [
      'half a whole number',
      { bounds: [{ kind: 'integer', lower: 0.5, upper: 2 }] as const },
      'whole numbers',
    ],
    ['a start outside', { bounds, start: [9, 0] }, 'the start must lie in the bounds'],
    ['a start that is too short', { bounds, start: [0] }, 'a point has 2 numbers, got 1'],
    ['a seed of half', { bounds, seed: 0.5 }, 'seed must be a whole number'],
    ['no budget', { bounds, maxEvaluations: 0 }, 'maxEvaluations must be a whole number from 1'],
  ])('refuses %s', (_what, options, message) => {
    expect(() => minimizeSync(sphere, options)).toThrow(message);
  });

  test('refuses an objective that gives no number', async () => {
    const wrong = (() => 'low') as unknown as () => number;
    expect(() => minimizeSync(wrong, { bounds })).toThrow('must give a number, got string');
    await expect(minimize({ batch: () => [1] }, { bounds })).rejects.toThrow('must give 6 values, got 1');
  });
});
