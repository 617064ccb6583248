/** How good warnings were on the test part: areas, Brier scores, log losses, with intervals that know days hang together. */
import { quantileOf } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { metrics } from '@noosphere/train';
import { type BlockOptions, drawDays, risingOrder, weightedAuc, weightedBrier } from './block-bootstrap.js';

/** `persistence`: turbulence goes on or stays away; `share`: always the share of the training part. */
export type WarningMethod = 'network' | 'logistic' | 'persistence' | 'share';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface SeedScores {
  readonly seed: number;
  readonly auc: number;
  readonly brier: number;
  readonly logLoss: number;
}

/** Scores of the mean probability of all seeds. */
export interface MethodScores {
  readonly method: WarningMethod;
  /** Area under the ROC curve: 0.5 is chance. */
  readonly auc: number;
  readonly aucInterval: Interval;
  /** Mean squared error of the probabilities. */
  readonly brier: number;
  readonly brierInterval: Interval;
  /** In nats. */
  readonly logLoss: number;
  /** Each seed alone; none for methods without chance. */
  readonly seeds: readonly SeedScores[];
  readonly roc: metrics.RocCurve;
  /** Ten bins of equally many days. */
  readonly calibration: metrics.CalibrationCurve;
}

/** Probabilities of a method on the rows of the test. */
export interface MethodProbabilities {
  readonly method: WarningMethod;
  readonly mean: Float64Array;
  readonly seeds: readonly { readonly seed: number; readonly probabilities: Float64Array }[];
}

/** A row is a series on a day. */
export interface TestRows {
  readonly labels: Uint8Array;
  /** Rank of the day of each row in the calendar. */
  readonly ranks: Uint32Array;
}

export interface WarningScores {
  readonly scores: readonly MethodScores[];
  /** Network less logistic, of the same draws of days. */
  readonly aucDifference: Interval & { readonly value: number };
  readonly brierDifference: Interval & { readonly value: number };
}

export function scoreWarnings(
  { labels, ranks }: TestRows,
  methods: readonly MethodProbabilities[],
  options: BlockOptions & { readonly confidence: number },
): WarningScores {
  const turbulent = labels.reduce((sum, label) => sum + label, 0);
  if (turbulent === 0 || turbulent === labels.length)
    throw new ArgumentError(
      'turbulenceWarnings',
      `${turbulent} of ${labels.length} test days were turbulent, so that nothing can be told apart; give a longer history or another share`,
    );
  const means = methods.map(({ mean }) => mean);
  const draws = drawScores('turbulenceWarnings', { labels, ranks }, means, options);
  const interval = (values: readonly number[]) => intervalOf(values, options.confidence);
  const scores = methods.map(
    ({ method, mean, seeds }, place): MethodScores => ({
      method,
      ...pointScores(labels, mean),
      aucInterval: interval(draws.map((draw) => draw[place]?.auc ?? Number.NaN)),
      brierInterval: interval(draws.map((draw) => draw[place]?.brier ?? Number.NaN)),
      seeds: seeds.map(({ seed, probabilities }) => ({ seed, ...pointScores(labels, probabilities) })),
      roc: metrics.rocCurve(labels, mean),
      calibration: metrics.calibrationCurve(labels, mean, { strategy: 'quantile' }),
    }),
  );
  const [network, logistic] = (['network', 'logistic'] as const).map((name) =>
    methods.findIndex(({ method }) => method === name),
  );
  const difference = (score: 'auc' | 'brier') => {
    const less = (each: readonly DrawnScores[] | readonly MethodScores[]) =>
      (each[network ?? 0]?.[score] ?? Number.NaN) - (each[logistic ?? 0]?.[score] ?? Number.NaN);
    return { value: less(scores), ...interval(draws.map(less)) };
  };
  return { scores, aucDifference: difference('auc'), brierDifference: difference('brier') };
}

/** What lies between the quantiles that leave equal tails. */
export function intervalOf(values: readonly number[], confidence: number): Interval {
  const sorted = Float64Array.from(values).sort();
  const tail = (1 - confidence) / 2;
  return { low: quantileOf(sorted, tail), high: quantileOf(sorted, 1 - tail) };
}

export interface DrawnScores {
  readonly auc: number;
  readonly brier: number;
}

/** Scores of several probabilities in each draw of days; draws that hold one class only have no area and are left out. */
export function drawScores(
  operation: string,
  { labels, ranks }: TestRows,
  probabilities: readonly Float64Array[],
  options: BlockOptions,
): DrawnScores[][] {
  const places = new Map([...new Set(ranks)].sort((a, b) => a - b).map((rank, place) => [rank, place]));
  const dayOf = Uint32Array.from(ranks, (rank) => places.get(rank) ?? 0);
  const orders = probabilities.map(risingOrder);
  const draws: DrawnScores[][] = [];
  for (const counts of drawDays(places.size, options)) {
    const weightOf = (row: number) => counts[dayOf[row] ?? 0] ?? 0;
    const drawn = probabilities.map((each, place) => ({
      auc: weightedAuc(labels, each, orders[place] ?? new Uint32Array(), weightOf),
      brier: weightedBrier(labels, each, weightOf),
    }));
    if (drawn.every(({ auc }) => Number.isFinite(auc))) draws.push(drawn);
  }
  if (draws.length < options.resamples / 2)
    throw new ArgumentError(
      operation,
      `${options.resamples - draws.length} of ${options.resamples} draws of the test days hold one class only; give a longer history`,
    );
  return draws;
}

function pointScores(labels: Uint8Array, probabilities: Float64Array) {
  return {
    auc: metrics.rocAuc(labels, probabilities),
    brier: metrics.brierScore(labels, probabilities),
    logLoss: metrics.logLoss(labels, probabilities),
  };
}
