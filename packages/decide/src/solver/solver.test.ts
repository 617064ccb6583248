import { describe, expect, test } from 'vitest';
import { RowBuilder, solveProgram, trySolveProgram } from './index.js';

const infinity = Number.POSITIVE_INFINITY;

describe('solveProgram', () => {
  test('a linear program and its prices, by hand: max 3x + 2y, x + y ≤ 4, x ≤ 3', async () => {
    const rows = new RowBuilder().add([0, 1], [1, 1], -infinity, 4).build();
    const solution = await solveProgram({
      objective: Float64Array.of(3, 2),
      maximize: true,
      upper: Float64Array.of(3, infinity),
      rows,
    });
    expect(solution.status).toBe('optimal');
    expect(Array.from(solution.values)).toEqual([3, 1]);
    expect(solution.objective).toBe(11);
    // One more of the row brings another y, one more of x takes the place of a y.
    expect(Array.from(solution.rowPrices)).toEqual([2]);
    expect(Array.from(solution.columnPrices)).toEqual([1, 0]);
  });

  test('whole numbers: max 3x + 2y, x + y ≤ 4.5', async () => {
    const { values, objective, gap } = await solveProgram({
      objective: Float64Array.of(3, 2),
      maximize: true,
      rows: new RowBuilder().add([0, 1], [1, 1], -infinity, 4.5).build(),
      integer: Uint8Array.of(1, 1),
    });
    expect(Array.from(values)).toEqual([4, 0]);
    expect([objective, gap]).toEqual([12, 0]);
  });

  test('a quadratic of the first columns only: min x² + y² - z, x + y = 1, z ≤ 2', async () => {
    const { values, objective } = await solveProgram({
      objective: Float64Array.of(0, 0, -1),
      quadratic: Float64Array.of(2, 0, 0, 2),
      upper: Float64Array.of(infinity, infinity, 2),
      rows: new RowBuilder().add([0, 1], [1, 1], 1, 1).build(),
    });
    expect(values[0]).toBeCloseTo(0.5, 8);
    expect(values[1]).toBeCloseTo(0.5, 8);
    expect(values[2]).toBeCloseTo(2, 8);
    expect(objective).toBeCloseTo(-1.5, 8);
  });

  test('a singular quadratic: min ½(x + y)², x + y ≥ 1', async () => {
    const { objective } = await solveProgram({
      objective: new Float64Array(2),
      quadratic: Float64Array.of(1, 1, 1, 1),
      rows: new RowBuilder().add([0, 1], [1, 1], 1, infinity).build(),
    });
    expect(objective).toBeCloseTo(0.5, 8);
  });

  test('why there is no solution', async () => {
    const apart = new RowBuilder().add([0], [1], 2, infinity).add([0], [1], -infinity, 1).build();
    const free = { objective: Float64Array.of(-1) };
    expect(await trySolveProgram({ objective: Float64Array.of(1), rows: apart })).toBe('infeasible');
    expect(await trySolveProgram(free)).toBe('unbounded');
    await expect(solveProgram(free)).rejects.toThrow('bound the columns');
    await expect(solveProgram({ objective: Float64Array.of(1), rows: apart })).rejects.toThrow('relax one');
    const concave = {
      objective: Float64Array.of(0),
      quadratic: Float64Array.of(-1),
      upper: Float64Array.of(1),
    };
    await expect(solveProgram(concave)).rejects.toThrow('positive semidefinite');
    // What went wrong before leaves the solver usable.
    expect((await solveProgram({ objective: Float64Array.of(1) })).objective).toBe(0);
  });

  test('malformed programs are refused with the place', async () => {
    const objective = Float64Array.of(1, 2);
    await expect(solveProgram({ objective: Float64Array.of(1, Number.NaN) })).rejects.toThrow('objective[1]');
    await expect(solveProgram({ objective, lower: Float64Array.of(1) })).rejects.toThrow(
      'expected 2 numbers, got 1',
    );
    await expect(solveProgram({ objective, upper: Float64Array.of(1, -1) })).rejects.toThrow('column 1');
    await expect(solveProgram({ objective, quadratic: new Float64Array(9) })).rejects.toThrow('[k, k]');
    const outside = new RowBuilder().add([5], [1], 0, 1).build();
    await expect(solveProgram({ objective, rows: outside })).rejects.toThrow('column 5 is outside');
    const mixed = { objective, quadratic: Float64Array.of(1), integer: Uint8Array.of(1, 0) };
    await expect(solveProgram(mixed)).rejects.toThrow('whole numbers');
  });
});
