// Minima of functions whose minima are known.
import { expect, test } from 'vitest';
import { nashSimplex } from './nash-simplex.js';
import { nelderMead } from './nelder-mead.js';

const rosenbrock = ([x = 0, y = 0]: Float64Array): number => 100 * (y - x * x) ** 2 + (1 - x) ** 2;
const open = { lower: [-10, -10], upper: [10, 10] };

test('the banana: both end at (1, 1)', () => {
  const { point, value, iterations } = nelderMead(rosenbrock, [-1.2, 1], { ...open, tolerance: 1e-10 });
  expect(point[0]).toBeCloseTo(1, 3);
  expect(point[1]).toBeCloseTo(1, 3);
  expect(value).toBeLessThan(1e-6);
  expect(iterations).toBeLessThan(300);
  const nash = nashSimplex(rosenbrock, [-1.2, 1]);
  // R 4.4: optim(c(-1.2, 1), function(x) 100 * (x[2] - x[1]^2)^2 + (1 - x[1])^2)$par is 1.000260 1.000506
  expect(nash[0]).toBeCloseTo(1.00026, 5);
  expect(nash[1]).toBeCloseTo(1.000506, 5);
});

test('a minimum outside the box is found on its border', () => {
  const bowl = ([x = 0, y = 0]: Float64Array): number => (x - 3) ** 2 + (y + 1) ** 2;
  const { point } = nelderMead(bowl, [0, 0], { lower: [-1, -5], upper: [1, 5], tolerance: 1e-12 });
  expect(point[0]).toBe(1);
  expect(point[1]).toBeCloseTo(-1, 4);
});

test('places where the objective is no number are avoided', () => {
  const root = ([x = 0]: Float64Array): number => (x < 0 ? Number.NaN : (Math.sqrt(x) - 2) ** 2);
  expect(nelderMead(root, [1], { lower: [-9], upper: [90], tolerance: 1e-12 }).point[0]).toBeCloseTo(4, 3);
  expect(nashSimplex(root, [1])[0]).toBeCloseTo(4, 2);
});

test('it ends where it is told to, with the best of what it saw', () => {
  let least = Number.POSITIVE_INFINITY;
  const watched = (point: Float64Array): number => {
    const value = rosenbrock(point);
    least = Math.min(least, value);
    return value;
  };
  const { value, iterations } = nelderMead(watched, [-1.2, 1], { ...open, maxIterations: 17 });
  expect(iterations).toBe(17);
  expect(value).toBe(least);
});
