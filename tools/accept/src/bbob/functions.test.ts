/** The functions against Python's ioh: two points of every instance, one of them partly outside of the box. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type BenchmarkNumber, benchmarkFunction, benchmarkFunctions } from './functions.js';

interface Case {
  readonly function: BenchmarkNumber;
  readonly dimension: number;
  readonly instance: number;
  readonly points: readonly (readonly number[])[];
  readonly values: readonly number[];
}

const cases: readonly Case[] = JSON.parse(readFileSync(new URL('values.json', import.meta.url), 'utf8'));

describe.each(benchmarkFunctions)('f%i', (number) => {
  const own = cases.filter((each) => each.function === number);
  test('is that of ioh in 2, 5 and 10 dimensions, instances 1 to 15', () => {
    expect(own).toHaveLength(45);
    for (const { dimension, instance, points, values } of own) {
      const benchmark = benchmarkFunction(number, dimension, instance);
      for (const [place, point] of points.entries()) {
        const expected = values[place] as number;
        const error = Math.abs(benchmark(point) - expected);
        expect(error, `D ${dimension}, instance ${instance}`).toBeLessThan(1e-9 * Math.max(1, expected));
      }
    }
  });
});
