/** Every metric against scikit-learn and SciPy: tools/goldens/metrics.py wrote the expected values. */
import { normalCumulative, normalQuantile } from '@noosphere/base';
import { expect, test } from 'vitest';
import { bcaBounds, percentileBounds } from './bootstrap.js';
import classification from './goldens/classification.json' with { type: 'json' };
import intervals from './goldens/intervals.json' with { type: 'json' };
import ranking from './goldens/ranking.json' with { type: 'json' };
import regression from './goldens/regression.json' with { type: 'json' };
import scores from './goldens/scores.json' with { type: 'json' };
import * as metrics from './index.js';

interface Case {
  readonly metric: string;
  readonly arguments: readonly [never, never];
  readonly options: Readonly<Record<string, unknown>>;
  readonly value: unknown;
}

const families = { regression, classification, scores, ranking } as unknown as Record<
  string,
  readonly Case[]
>;

/** JSON has no NaN and infinities; the goldens write them as texts. */
function revive(value: unknown): unknown {
  if (value === 'nan') return Number.NaN;
  if (value === 'inf') return Number.POSITIVE_INFINITY;
  if (Array.isArray(value)) return value.map(revive);
  return value;
}

/** What a metric gives in the layout of the goldens. */
function laidOut(metric: string, value: unknown): unknown {
  if (metric === 'confusionMatrix') return (value as metrics.ConfusionMatrix).counts;
  if (metric === 'classificationReport') return String(value);
  if (metric === 'calibrationCurve') {
    const { positiveShare, meanProbability } = value as metrics.CalibrationCurve;
    return [positiveShare, meanProbability];
  }
  if (metric === 'classScores') {
    const rows = value as metrics.ClassScores[];
    return (['precision', 'recall', 'f1', 'support'] as const).map((key) => rows.map((row) => row[key]));
  }
  if (metric === 'rocCurve' || metric === 'precisionRecallCurve') return Object.values(value as object);
  return value;
}

/** Largest error relative to the expected number, or absolute below 1. */
function difference(got: unknown, expected: unknown): number {
  if (Array.isArray(expected)) {
    const list = Array.isArray(got) && got.length === expected.length ? got : undefined;
    return Math.max(0, ...expected.map((each, at) => (list ? difference(list[at], each) : Infinity)));
  }
  if (typeof got !== 'number' || typeof expected !== 'number') return Infinity;
  if (Object.is(got, expected)) return 0;
  return Number.isNaN(got) || Number.isNaN(expected)
    ? Infinity
    : Math.abs(got - expected) / Math.max(1, Math.abs(expected));
}

for (const [family, cases] of Object.entries(families)) {
  for (const name of new Set(cases.map(({ metric }) => metric))) {
    test(`${family}: ${name} is scikit-learn's to 1e-9`, () => {
      const metric = (metrics as unknown as Record<string, (...given: unknown[]) => unknown>)[name];
      if (!metric) throw new Error(`no metric ${name}`);
      for (const each of cases.filter((other) => other.metric === name)) {
        const options = Object.fromEntries(
          Object.entries(each.options).map(([key, value]) => [key, revive(value)]),
        );
        const got = laidOut(name, metric(...each.arguments, options));
        const expected = revive(each.value);
        if (typeof expected === 'string') expect(got).toBe(expected);
        else if (!(difference(got, expected) <= 1e-9))
          expect({ each: options, got }).toEqual({ each: options, got: expected });
      }
    });
  }
}

test("intervals are SciPy's from the same draws", () => {
  for (const { confidence, value, draws, leftOut, percentile, bca } of intervals.intervals) {
    const sorted = Float64Array.from(draws);
    expect(difference(percentileBounds(sorted, confidence), percentile)).toBeLessThan(1e-9);
    expect(difference(bcaBounds(value, sorted, Float64Array.from(leftOut), confidence), bca)).toBeLessThan(
      1e-9,
    );
  }
});

test("the normal distribution is SciPy's to 1e-12, relative in the tails", () => {
  const { x, cumulative, p, quantile } = intervals.normal;
  for (const [at, each] of x.entries())
    expect(Math.abs(normalCumulative(each) / (cumulative[at] ?? 0) - 1)).toBeLessThan(1e-12);
  for (const [at, each] of p.entries()) expect(normalQuantile(each)).toBeCloseTo(quantile[at] ?? 0, 12);
});
