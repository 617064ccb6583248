import { expect, expectTypeOf, test } from 'vitest';
import { Random } from '../random.js';
import { allConfigs, configFrom, countConfigs, describeSpace, pointOf } from './points.js';
import { drawPoint } from './sampler.js';
import { type ConfigOf, vary } from './vary.js';

const space = {
  rate: vary.logUniform(1e-4, 1e-1),
  layers: vary.integer(1, 3),
  width: vary.logInteger(8, 512),
  act: vary.choice(['relu', 'gelu']),
  optimizer: vary.oneOf({
    sgd: { momentum: vary.uniform(0, 0.9) },
    adam: { momentum: vary.uniform(0.8, 0.99) },
  }),
  data: { crop: vary.choice([true, false]), size: 28 },
};

test('a configuration has the type of its space', () => {
  type Config = ConfigOf<typeof space>;
  expectTypeOf<Config['act']>().toEqualTypeOf<'relu' | 'gelu'>();
  expectTypeOf<Config['data']['crop']>().toEqualTypeOf<boolean>();
  expectTypeOf<Config['optimizer']['kind']>().toEqualTypeOf<'sgd' | 'adam'>();
});

test('a point gives its configuration, and the configuration its point', () => {
  const random = new Random(1);
  const kinds = new Set<unknown>();
  for (let count = 0; count < 200; count++) {
    const point = drawPoint(space, random);
    const config = configFrom(space, ({ path }) => point.get(path) ?? Number.NaN) as ConfigOf<typeof space>;
    const again = pointOf(space, JSON.parse(JSON.stringify(config)));
    expect([...again.keys()]).toEqual([...point.keys()]);
    for (const [path, at] of again) expect(at).toBeCloseTo(point.get(path) ?? Number.NaN, 12);
    kinds.add(config.optimizer.kind);
    expect(config.data.size).toBe(28);
    expect(config.rate).toBeGreaterThanOrEqual(1e-4);
    expect(config.rate).toBeLessThanOrEqual(1e-1);
    expect(config.optimizer.momentum).toBeGreaterThanOrEqual(config.optimizer.kind === 'adam' ? 0.8 : 0);
    expect(Number.isInteger(config.width) && config.width >= 8 && config.width <= 512).toBe(true);
  }
  expect(kinds).toEqual(new Set(['sgd', 'adam']));
});

test('draws have the distribution of their dimension', () => {
  const random = new Random(2);
  const draws = Array.from({ length: 3000 }, () => {
    const point = drawPoint(space, random);
    return configFrom(space, ({ path }) => point.get(path) ?? 0) as ConfigOf<typeof space>;
  });
  const share = (is: (config: ConfigOf<typeof space>) => boolean) => draws.filter(is).length / draws.length;
  // A third of three decades, each of three whole numbers, half of a choice: five standard errors are 0.046.
  expect(share(({ rate }) => rate < 1e-3)).toBeCloseTo(1 / 3, 1);
  for (const layers of [1, 2, 3])
    expect(Math.abs(share((each) => each.layers === layers) - 1 / 3)).toBeLessThan(0.046);
  expect(Math.abs(share(({ act }) => act === 'gelu') - 0.5)).toBeLessThan(0.046);
  // log-uniform over [7.5, 512.5]: half lies below √(7.5 · 512.5) = 62.
  expect(Math.abs(share(({ width }) => width <= 62) - 0.5)).toBeLessThan(0.05);
});

test('a space that is finite is counted and listed', () => {
  const finite = {
    a: vary.integer(1, 3),
    b: vary.oneOf({ x: { c: vary.choice(['p', 'q']) }, y: {} }),
    d: 'fixed',
  };
  const all = [...allConfigs(finite)];
  expect(countConfigs(finite)).toBe(9);
  expect(new Set(all.map((config) => JSON.stringify(config))).size).toBe(9);
  for (const config of all) expect(pointOf(finite, config).size).toBeGreaterThanOrEqual(2);
  expect(countConfigs(space)).toBe(Number.POSITIVE_INFINITY);
});

test('a space describes itself as data', () => {
  expect(
    JSON.parse(JSON.stringify(describeSpace({ rate: space.rate, optimizer: space.optimizer, n: 3 }))),
  ).toEqual({
    rate: { 'log uniform': [1e-4, 1e-1] },
    optimizer: {
      oneOf: {
        sgd: { space: { momentum: { uniform: [0, 0.9] } } },
        adam: { space: { momentum: { uniform: [0.8, 0.99] } } },
      },
    },
    n: 3,
  });
});

test('what is no space is refused with the way out', () => {
  expect(() => vary.uniform(1, 1)).toThrow(/vary.uniform: expects numbers, low < high, got 1 and 1; a value/);
  expect(() => vary.integer(0.5, 2)).toThrow(/whole numbers/);
  expect(() => vary.logUniform(0, 1)).toThrow(/begins above 0, got 0; raise low/);
  expect(() => vary.choice(['a', 'a'])).toThrow(/values that differ/);
  expect(() => vary.oneOf({})).toThrow(/at least one branch/);
  expect(() => vary.oneOf({ a: { kind: 1 } })).toThrow(/rename it/);
  expect(() => pointOf({ a: vary.choice(['x']) }, { a: 'y' })).toThrow(/'a' is "y"; use the space/);
});
