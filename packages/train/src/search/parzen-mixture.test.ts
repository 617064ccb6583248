import { expect, test } from 'vitest';
import { Random } from '../random.js';
import { ParzenMixture } from './parzen-mixture.js';
import { drawPoint } from './sampler.js';
import { vary } from './vary.js';

const space = {
  x: vary.uniform(0, 1),
  kind: vary.oneOf({ a: { y: vary.uniform(0, 1) }, b: {}, c: { n: vary.choice([1, 2]) } }),
};

/** Points near a border, in a corner and in every branch. */
function somePoints() {
  const random = new Random(4);
  return Array.from({ length: 6 }, () => drawPoint(space, random));
}

test('the density integrates to 1', () => {
  const mixture = new ParzenMixture(space, somePoints());
  const cells = 400;
  let total = 0;
  const density = (entries: [string, number][]) => Math.exp(mixture.logDensity(new Map(entries)));
  for (let column = 0; column < cells; column++) {
    const x: [string, number] = ['x', (column + 0.5) / cells];
    total += density([x, ['kind', 1]]) / cells;
    for (const n of [0, 1]) total += density([x, ['kind', 2], ['kind.c.n', n]]) / cells;
    for (let row = 0; row < 100; row++)
      total += density([x, ['kind', 0], ['kind.a.y', (row + 0.5) / 100]]) / cells / 100;
  }
  expect(total).toBeCloseTo(1, 4);
});

test('draws follow the density', () => {
  const mixture = new ParzenMixture({ x: vary.uniform(0, 1) }, [
    new Map([['x', 0.02]]),
    new Map([['x', 0.7]]),
  ]);
  const random = new Random(9);
  const bins = new Float64Array(10);
  const count = 20_000;
  for (let draw = 0; draw < count; draw++) {
    const bin = Math.min(9, Math.floor(10 * (mixture.draw(random).get('x') ?? Number.NaN)));
    bins[bin] = (bins[bin] ?? 0) + 1 / count;
  }
  for (const [bin, share] of bins.entries()) {
    let mass = 0;
    for (let part = 0; part < 100; part++)
      mass += Math.exp(mixture.logDensity(new Map([['x', (bin + (part + 0.5) / 100) / 10]]))) / 1000;
    // Five standard errors of a share of a half.
    expect(Math.abs(share - mass)).toBeLessThan(5 * Math.sqrt(0.25 / count));
  }
});
