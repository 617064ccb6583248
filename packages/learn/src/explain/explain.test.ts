// Expected numbers are closed forms: linear functions, products of two inputs, and the axioms of each method.
import { add, concat, matmul, mul, reshape, sigmoid, sum, type Tensor, tensor } from '@noosphere/core';
import { metrics, Random } from '@noosphere/train';
import { describe, expect, test } from 'vitest';
import { integratedGradients, occlusion, permutationImportance, shapley } from './index.js';

const random = new Random(3);
const x = random.normalTensor([5, 3], 1);
const y = random.normalTensor([5], 1);
const inputs = { x, y };
const weights = [2, -1, 0.5];
type Pair = Readonly<Record<'x' | 'y', Tensor>>;
const linear = ({ x, y }: Pair) => add(sum(mul(x, tensor(weights)), { axes: [1] }), mul(y, 3));
const curved = (given: Pair) => sigmoid(linear(given));
const rowsOf = async (found: Tensor) => (await found.array()) as number[][];
const xRows = await rowsOf(x);
const yRows = (await y.array()) as number[];

describe('integrated gradients', () => {
  test('of a linear function are weights times distances, whatever the chunks', async () => {
    const baseline = { x: tensor([[1, 2, 3]]), y };
    for (const rowsPerCall of [2, 1024]) {
      const { attributions } = await integratedGradients(linear, inputs, {
        baseline,
        points: 3,
        rowsPerCall,
      });
      const found = await rowsOf(attributions.x);
      xRows.forEach((row, at) => {
        row.forEach((value, place) => {
          expect(found[at]?.[place]).toBeCloseTo((weights[place] as number) * (value - place - 1), 5);
        });
      });
      expect(await attributions.y.array()).toEqual([0, 0, 0, 0, 0]);
    }
  });

  test('add up to the distance from the baseline', async () => {
    const { attributions, values, baselines } = await integratedGradients(curved, inputs, { points: 64 });
    const [ofX, ofY] = [await rowsOf(attributions.x), (await attributions.y.array()) as number[]];
    ofX.forEach((row, at) => {
      const total = row.reduce((all, part) => all + part, ofY[at] as number);
      expect(total).toBeCloseTo((values[at] as number) - (baselines[at] as number), 3);
    });
    expect(baselines[0]).toBe(0.5);
  });

  test('a product is split in equal parts, and an output is chosen by row', async () => {
    const product = ({ a, b }: Readonly<Record<'a' | 'b', Tensor>>) =>
      concat([reshape(mul(a, b), [-1, 1]), reshape(a, [-1, 1])], { axis: 1 });
    const given = { a: tensor([4, 4, 5]), b: tensor([6, 6, 6]) };
    await expect(integratedGradients(product, given)).rejects.toThrow("choose one of several by 'output'");
    await expect(integratedGradients(product, given, { output: 2 })).rejects.toThrow('from 0 to 1, got 2');
    const { attributions } = await integratedGradients(product, given, { output: [0, 1, 1], points: 8 });
    expect(await attributions.a.array()).toEqual([12, 4, 5]);
    expect(await attributions.b.array()).toEqual([12, 0, 0]);
  });

  test('a missing value gets nothing', async () => {
    const { attributions } = await integratedGradients(({ a, b }) => add(a, b), {
      a: tensor([4, 5]),
      b: tensor([6, Number.NaN]),
    });
    expect(await attributions.a.array()).toEqual([4, 5]);
    expect(await attributions.b.array()).toEqual([6, 0]);
  });

  test('unknown options, integers and baselines of other shapes are refused', async () => {
    await expect(integratedGradients(linear, inputs, { point: 3 } as never)).rejects.toThrow(
      'did you mean points?',
    );
    const ids = { ids: tensor([1, 2], { dtype: 'int32' }) };
    await expect(integratedGradients(({ ids }) => ids, ids)).rejects.toThrow('give it as fixed');
    const baseline = { x: tensor([[1, 2]]) };
    await expect(integratedGradients(linear, inputs, { baseline })).rejects.toThrow(
      'one row of it, or as many rows',
    );
  });
});

describe('occlusion', () => {
  test('of groups is what a linear function loses', async () => {
    const groups = { first: { x: [0] }, rest: { x: [1, 2], y: 'all' } } as const;
    const { drops, values } = await occlusion(linear, inputs, { groups, fill: 1, rowsPerCall: 2 });
    xRows.forEach(([first = 0, second = 0, third = 0], row) => {
      expect(drops.first?.[row]).toBeCloseTo(2 * (first - 1), 5);
      const rest = -(second - 1) + 0.5 * (third - 1) + 3 * ((yRows[row] as number) - 1);
      expect(drops.rest?.[row]).toBeCloseTo(rest, 5);
    });
    expect(values).toHaveLength(5);
  });

  test('patches cover all channels, overlap by their stride and end with the image', async () => {
    const image = tensor([[[[1, 2, 3]], [[10, 20, 30]]]]);
    const f = ({ image }: { image: Tensor }) => sum(image, { axes: [1, 2, 3] });
    const found = await occlusion(f, { image }, { patches: { image: [1, 2] }, stride: 1 });
    expect(Object.keys(found.drops)).toEqual(['image[0:1, 0:2]', 'image[0:1, 1:3]']);
    expect(await found.attributions.image.array()).toEqual([[[[33, 44, 55]], [[33, 44, 55]]]]);
    const apart = await occlusion(f, { image }, { patches: { image: [2] } });
    expect(Object.entries(apart.drops).map(([name, [drop]]) => [name, drop])).toEqual([
      ['image[0:2]', 33],
      ['image[2:3]', 33],
    ]);
    await expect(occlusion(f, { image }, { patches: { image: [4] } })).rejects.toThrow('from 1 to 3, got 4');
  });
});

describe('permutation importance', () => {
  const many = {
    a: random.normalTensor([400], 1),
    b: random.normalTensor([400], 1),
    c: random.normalTensor([400], 1),
  };
  const f = ({ a, b, c }: Readonly<Record<'a' | 'b' | 'c', Tensor>>) => add(mul(a, 3), add(b, mul(c, 0)));

  test('of an unused input is 0; of a linear one twice its squared weight times its variance', async () => {
    const targets = add(mul(many.a, 3), many.b);
    await targets.data();
    const options = { score: metrics.meanSquaredError, repeats: 20, rowsPerCall: 150 };
    const found = await permutationImportance(f, many, targets as typeof many.a, options);
    expect(found.score).toBeCloseTo(0, 10);
    expect(found.importances.map(({ group }) => group)).toEqual(['a', 'b', 'c']);
    const variance = metrics.meanSquaredError(many.a, new Float64Array(400));
    expect((found.importances[0]?.importance as number) / (2 * 9 * variance)).toBeCloseTo(1, 1);
    expect(found.importances[2]).toMatchObject({ importance: 0, deviation: 0 });
    const higher = await permutationImportance(f, many, targets as typeof many.a, {
      score: (...given) => -metrics.meanSquaredError(...given),
      better: 'higher',
      repeats: 20,
    });
    expect(higher.importances[0]?.importance).toBeCloseTo(found.importances[0]?.importance as number, 4);
  });

  test('values stay within rows of one label', async () => {
    const a = tensor([1, 1, 2, 2]);
    const score = metrics.meanSquaredError;
    const all = await permutationImportance(({ a }) => a, { a }, a, { score });
    const within = await permutationImportance(({ a }) => a, { a }, a, {
      score,
      within: ['u', 'u', 'v', 'v'],
    });
    expect(all.importances[0]?.importance).toBeGreaterThan(0);
    expect(within.importances[0]?.importance).toBe(0);
    const asked = { score, groups: { one: { A: 'all' } } } as never;
    await expect(permutationImportance(({ a }) => a, { a }, a, asked)).rejects.toThrow('did you mean a?');
  });
});

describe('Shapley values', () => {
  const background = { x: random.normalTensor([7, 3], 1), y: random.normalTensor([7], 1) };

  test('of a linear function are weights times distances from the mean', async () => {
    const groups = { one: { x: [0] }, two: { x: [1] }, three: { x: [2] }, four: { y: [0] } };
    const { attributions, isExact } = await shapley(linear, inputs, { background, groups, rowsPerCall: 16 });
    const known = await rowsOf(background.x);
    const mean = known.reduce((all, row) => all + (row[1] as number), 0) / 7;
    xRows.forEach((row, at) => {
      expect(attributions.two?.[at]).toBeCloseTo(-((row[1] as number) - mean), 5);
    });
    expect(isExact).toBe(true);
  });

  test('an interaction is shared equally, an input without effect gets nothing', async () => {
    const f = ({ a, b, c }: Readonly<Record<'a' | 'b' | 'c', Tensor>>) => add(mul(a, b), mul(c, 0));
    const [zero, given] = [tensor([0]), { a: tensor([3]), b: tensor([4]), c: tensor([9]) }];
    const { attributions } = await shapley(f, given, { background: { a: zero, b: zero, c: zero } });
    expect([attributions.a?.[0], attributions.b?.[0]]).toEqual([6, 6].map((each) => expect.closeTo(each, 6)));
    expect(attributions.c?.[0]).toBeCloseTo(0, 10);
  });

  test('drawn orders add up too, and are exact where nothing interacts', async () => {
    const wide = { x: random.normalTensor([3, 12], 1) };
    const w = random.normalTensor([12, 1], 1);
    const given = { background: { x: random.normalTensor([4, 12], 1) }, samples: 3, seed: 1 };
    const groups = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`f${at}`, { x: [at] }]));
    const scores = ({ x }: { x: Tensor }) => matmul(x, w);
    for (const f of [scores, (all: { x: Tensor }) => sigmoid(scores(all))]) {
      const { attributions, values, baselines, isExact } = await shapley(f, wide, { ...given, groups });
      expect(isExact).toBe(false);
      values.forEach((value, row) => {
        const total = Object.values(attributions).reduce((all, share) => all + (share[row] as number), 0);
        expect(total).toBeCloseTo(value - (baselines[row] as number), 10);
      });
      if (f !== scores) continue;
      const [rows, known, slopes] = [await rowsOf(wide.x), await rowsOf(given.background.x), await rowsOf(w)];
      const mean = known.reduce((all, row) => all + (row[5] as number), 0) / 4;
      const expected = (slopes[5]?.[0] as number) * ((rows[1]?.[5] as number) - mean);
      expect(attributions.f5?.[1]).toBeCloseTo(expected, 5);
    }
  });

  test('an element in two groups and a background without an input are refused', async () => {
    await expect(shapley(linear, inputs, { background: { x } as never })).rejects.toThrow(
      "the background of 'y' is undefined",
    );
    const groups = { one: { x: [0, 1] }, two: { x: [1] } };
    await expect(shapley(linear, inputs, { background, groups })).rejects.toThrow('x[1] is in two groups');
  });
});
