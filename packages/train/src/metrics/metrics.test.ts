import { tensor } from '@noosphere/core';
import { describe, expect, test } from 'vitest';
import { Random } from '../random.js';
import * as metrics from './index.js';

const { metricNamed, metricNames } = metrics;

/** Two columns of numbers, and of three classes, with weights. */
function drawn(rows: number, seed: number) {
  const random = new Random(seed);
  const draw = (next: () => number) => Array.from({ length: rows }, next);
  const actual = draw(() => 100 + random.normal());
  const labels = draw(() => Math.floor(3 * random.uniform()));
  const scores = labels.map((label) => {
    const raw = [0, 1, 2].map((column) => random.uniform() + (column === label ? 0.5 : 0));
    const sum = raw.reduce((total, each) => total + each, 0);
    return raw.map((each) => each / sum);
  });
  return {
    values: [actual, actual.map((value) => value + 0.3 * random.normal())],
    labels: [labels, labels.map((label) => (random.uniform() < 0.7 ? label : 2))],
    scores: [labels, scores],
    tables: [labels, scores],
    probabilities: [labels, scores],
    rankings: [
      scores.map((row) => row.map((each) => Math.round(3 * each))),
      scores.map((row) => [...row].reverse()),
    ],
    weights: draw(() => random.uniform() + 0.1),
  } as const;
}

const streamed = [
  ...metricNames.filter((name) => !/[A-Z]/.test(name)),
  'pinball-0.9',
  'top-2-accuracy',
  'ndcg@2',
  'hit-rate@1',
]
  .map((name) => metricNamed(name))
  .filter((metric) => metric.stream !== undefined && !['precision', 'recall', 'f1'].includes(metric.name));

describe('streams', () => {
  test.each(streamed)('$name by batches and merged is the value at once', (metric) => {
    const all = drawn(90, 3);
    const [actual, predicted] = all[metric.compares] as unknown as [never[], never[]];
    const weights = metric.name === 'max-error' ? undefined : all.weights;
    const whole = metric.compute(actual as never, predicted as never, { weights });
    const make = metric.stream as () => metrics.MetricStream<unknown, unknown>;
    const [first, second] = [make(), make()];
    for (const [stream, from, to] of [
      [first, 0, 7],
      [second, 7, 40],
      [second, 40, 41],
      [first, 41, 90],
    ] as const)
      stream.update(actual.slice(from, to), predicted.slice(from, to), {
        weights: weights?.slice(from, to),
      });
    const before = second.value();
    first.merge(second);
    expect(Math.abs(first.value() - whole)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(whole)));
    expect(second.value()).toBe(before);
    first.update(actual.slice(0, 5), predicted.slice(0, 5));
    expect(second.value()).toBe(before);
  });

  test('an empty stream, and streams of two metrics', () => {
    const stream = metricNamed('mae').stream?.();
    expect(() => stream?.value()).toThrow(/no rows yet; call update/);
    expect(() =>
      metricNamed('ndcg@3')
        .stream?.()
        .merge(metricNamed('ndcg@5').stream?.() as never),
    ).toThrow(/same metric and options/);
  });
});

describe('names', () => {
  test('every name without a number is a metric of that name', () => {
    for (const name of metricNames.filter((each) => !/[A-Z]/.test(each)))
      expect(metricNamed(name).name).toBe(name);
    for (const name of [
      'pinball-0.25',
      'top-5-accuracy',
      'ndcg@10',
      'mrr@10',
      'map@3',
      'hit-rate@1',
      'precision@5',
      'recall@5',
    ])
      expect(metricNamed(name).name).toBe(name);
  });

  test.each(['F1', 'toString', 'ndcg@0', 'pinball-2', 'top--accuracy', ''])(
    '%j is refused with the known names',
    (name) => {
      expect(() => metricNamed(name)).toThrow(/there is no metric .*; known are mae, .*macro-f1, .*ndcg@K/);
    },
  );
});

describe('inputs', () => {
  test('tensors, typed arrays, bigints and booleans are columns', () => {
    const expected = metrics.meanAbsoluteError([1, 2], [2, 4]);
    expect(metrics.meanAbsoluteError(tensor([1, 2]), tensor(Float32Array.of(2, 4), { shape: [2, 1] }))).toBe(
      expected,
    );
    expect(metrics.meanAbsoluteError(BigInt64Array.of(1n, 2n), Float64Array.of(2, 4))).toBe(expected);
    expect(metrics.accuracy([true, false], tensor([1, 1], { dtype: 'int64' }))).toBe(0.5);
    const table = tensor(Float32Array.of(0.5, 0.25, 0.25, 0.5, 0, 0.5), { shape: [2, 3] });
    expect(metrics.topKAccuracy([0, 1], table, { k: 2 })).toBe(0.5);
  });

  test.each<[string, () => unknown, RegExp]>([
    ['lengths', () => metrics.r2([1, 2], [1]), /actual has 2 rows, but predicted has 1/],
    ['nothing', () => metrics.accuracy([], []), /has no rows, expected at least one/],
    [
      'NaN',
      () => metrics.meanSquaredError([1, 2], [1, Number.NaN]),
      /predicted\[1\] must be a finite number, got NaN/,
    ],
    [
      'a NaN label',
      () => metrics.accuracy([1, Number.NaN], [1, 1]),
      /actual\[1\] must be a text or a finite number/,
    ],
    [
      'shapes',
      () => metrics.maxError(tensor([[1, 2]]), [1, 2]),
      /must have shape \[n\] or \[n, 1\], got \[1, 2\]/,
    ],
    [
      'negative weights',
      () => metrics.accuracy([1], [1], { weights: [-1] }),
      /weights\[0\] must not be negative/,
    ],
    [
      'weights for a rank',
      () => metricNamed('spearman').compute([1, 2], [1, 2], { weights: [1, 1] }),
      /spearman: takes no weights/,
    ],
    ['no weight', () => metrics.accuracy([1], [1], { weights: [0] }), /all weights are 0/],
    ['mixed labels', () => metrics.f1(['a', 1], ['a', 1], { average: 'macro' }), /all texts or all numbers/],
    ['three classes', () => metrics.f1([0, 1, 2], [0, 1, 2]), /expects two classes, got 3 .*choose average/],
    [
      'no positive',
      () => metrics.f1(['a', 'b'], ['a', 'b']),
      /positive class 1 does not occur, got a, b; set positive/,
    ],
    [
      'a column for three',
      () => metrics.rocAuc([0, 1, 2], [0.1, 0.2, 0.3]),
      /give a table with one column a class/,
    ],
    [
      'logits',
      () =>
        metrics.logLoss(
          [0, 1],
          [
            [2, -1],
            [0, 1],
          ],
        ),
      /apply softmax or sigmoid to logits/,
    ],
    [
      'sums',
      () =>
        metrics.logLoss(
          [0, 1],
          [
            [0.5, 0.2],
            [0, 1],
          ],
        ),
      /must add up to 1, got 0.7/,
    ],
    [
      'a class without a column',
      () =>
        metrics.logLoss(
          [0, 7],
          [
            [0.5, 0.5],
            [0, 1],
          ],
          { labels: [0, 1] },
        ),
      /actual\[1\] is 7/,
    ],
    [
      'ragged scores',
      () => metrics.topKAccuracy([0, 1], [[1, 2], [1]]),
      /scores\[1\] has 1 columns, expected 2/,
    ],
    [
      'k',
      () =>
        metrics.topKAccuracy(
          [0, 1],
          [
            [1, 2],
            [2, 1],
          ],
          { k: 3 },
        ),
      /k is 3, but there are 2 classes/,
    ],
    ['negative relevance', () => metrics.ndcg([[-1, 1]], [[1, 2]]), /must not be negative, got -1/],
    ['names', () => metrics.classificationReport([0, 1], [0, 1], { names: ['a'] }), /names has 1 entries/],
    ['quantile', () => metrics.pinball([1], [1], { quantile: 2 }), /quantile must lie in 0 … 1, got 2/],
  ])('%s', (_, wrong, message) => {
    expect(wrong).toThrow(message);
  });
});

describe('bootstrap', () => {
  const { values } = drawn(60, 9);
  const columns: [readonly number[], readonly number[]] = [values[0], values[1]];

  test('a seed gives the same interval, another one a near one, and it holds the value', () => {
    const first = metrics.bootstrapInterval(metrics.rootMeanSquaredError, columns, {
      seed: 4,
      resamples: 500,
    });
    expect(
      metrics.bootstrapInterval(metrics.rootMeanSquaredError, columns, { seed: 4, resamples: 500 }),
    ).toEqual(first);
    const second = metrics.bootstrapInterval(metrics.rootMeanSquaredError, columns, {
      seed: 5,
      resamples: 500,
    });
    expect(second.low).not.toBe(first.low);
    expect(Math.abs(second.low - first.low)).toBeLessThan(first.standardError);
    expect(first.low).toBeLessThan(first.value);
    expect(first.high).toBeGreaterThan(first.value);
  });

  test('95 % intervals of a mean cover it about 95 times in a hundred', () => {
    let covered = 0;
    for (let trial = 0; trial < 200; trial++) {
      const random = new Random(1000 + trial);
      const sample = Array.from({ length: 40 }, () => random.normal());
      const mean = (column: ArrayLike<number>) =>
        Array.from(column).reduce((sum, each) => sum + each, 0) / column.length;
      const { low, high } = metrics.bootstrapInterval(mean, [sample], { resamples: 300, seed: trial });
      if (low <= 0 && high >= 0) covered++;
    }
    expect(covered).toBeGreaterThan(200 * 0.88);
    expect(covered).toBeLessThan(200 * 0.99);
  });

  test('groups are drawn as a whole, tensors and tables by rows', () => {
    const groups = [0, 0, 1, 1, 2, 2];
    const seen = new Set<number>();
    metrics.bootstrapInterval(
      (x, table) => {
        const values = (x as unknown as { origin: { data: Float32Array } }).origin.data;
        for (let row = 0; row < values.length; row += 2) expect(values[row + 1]).toBe((values[row] ?? 0) + 1);
        seen.add(values.length);
        return (table as number[][])[0]?.[0] ?? 0;
      },
      [tensor([10, 11, 20, 21, 30, 31]), groups.map((group) => [group])],
      { groups, resamples: 50 },
    );
    expect([...seen].sort()).toEqual([4, 6]);
  });

  test('draws of one class only are counted, and too many are an error', () => {
    const few = metrics.bootstrapInterval(
      metrics.rocAuc,
      [
        [0, 1, 1, 1, 1],
        [0.1, 0.4, 0.3, 0.8, 0.05],
      ],
      { resamples: 200 },
    );
    expect(few.undefinedResamples).toBeGreaterThan(20);
    expect(() =>
      metrics.bootstrapInterval(metrics.rocAuc, [
        [1, 1],
        [0.1, 0.2],
      ]),
    ).toThrow(/no number in 2000 of 2000/);
    expect(() => metrics.bootstrapInterval(metrics.accuracy, [[1], [1]])).toThrow(/at least two rows/);
  });
});
