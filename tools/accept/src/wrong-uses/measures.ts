/** Metrics and searches that are asked for what they cannot give. */
import { tensor } from '@noosphere/core';
import { metricNamed, metrics, search, vary } from '@noosphere/train';
import { refused, type WrongUse } from './wrong-use.js';

export const measureUses: readonly WrongUse[] = [
  refused('a metric that is not there', async () => metricNamed('acuracy'), [/acuracy/], /accuracy/),
  refused(
    'a metric of columns that differ in length',
    async () => metrics.accuracy([1, 2, 3], [1, 2]),
    [/\b3\b/, /\b2\b/],
    /same/,
  ),
  refused('a metric of nothing', async () => metrics.meanAbsoluteError([], []), [/no rows/], /at least one/),
  refused(
    'a metric of NaN',
    async () => metrics.meanAbsoluteError([1, Number.NaN], [1, 2]),
    [/actual\[1\]/, /NaN/],
    /leave|fill/,
  ),
  // As documented: there is no such area.
  {
    name: 'an area under a curve with one class',
    act: async () => String(metrics.rocAuc([1, 1, 1], [0.1, 0.2, 0.3])),
    expected: { result: /^"NaN"$/ },
  },
  refused(
    'probabilities above 1',
    async () => metrics.logLoss([0, 1], [0.2, 1.7]),
    [/1\.7/],
    /0 (to|and) 1|\[0, 1\]|softmax/,
  ),
  refused(
    'a metric of a whole table where a column is wanted',
    async () =>
      metrics.meanAbsoluteError(
        tensor([
          [1, 2],
          [3, 4],
        ]),
        [1, 2],
      ),
    [/\[2, 2\]/],
    /one column|shape \[n\]/,
  ),
  refused(
    'a search of an empty space',
    () => search({ space: {}, objective: async () => 1, maxTrials: 2 }),
    [/space/, /empty/],
    /vary\./,
  ),
  refused(
    'a search without an end',
    () => search({ space: { rate: vary.uniform(0, 1) }, objective: async () => 1 }),
    [/end/],
    /maxTrials, budgetMs or signal/,
  ),
  refused('a range that falls', async () => vary.uniform(1, 0), [/\b1\b/, /\b0\b/], /low|below|above/),
  refused('a logarithmic range from 0', async () => vary.logUniform(0, 1), [/\b0\b/], /above 0/),
  refused('a choice of nothing', async () => vary.choice([]), [/choice/], /at least one/),
  refused(
    'no trials',
    () => search({ space: { rate: vary.uniform(0, 1) }, objective: async () => 1, maxTrials: 0 }),
    [/maxTrials/, /\b0\b/],
    /from 1/,
  ),
];
