/** What ways of deciding would have lost and earned on days that none of them learnt from, and how sure their difference is. */
import { meanOf } from '@noosphere/base';
import { csvText } from '@noosphere/command-line';
import { type Backtest, backtest, type Decide, equalWeights, minimumCvar } from '@noosphere/decide';
import { Random } from '@noosphere/train';
import { costs, equalName, holdingFor, level, limitsOf, trainingFor } from '../allocation/strategies.js';
import type { JointPrices } from '../joint.js';
import type { LearnedShares } from './learned.js';
import { compounded, tailLoss } from './period-returns.js';
import { type DecisionProblem, lookback } from './problem.js';

/** Rows that the bootstrap draws together. */
export const blockRows = 60;
const draws = 1000;

/** A way of deciding: one walk, or one for each seed of its network. */
export interface ComparedWay {
  readonly name: string;
  readonly walks: readonly { readonly seed: number | undefined; readonly result: Backtest }[];
}

/** A way's figures, means over its seeds. Losses and returns are shares of the value. */
export interface ComparedRow {
  readonly name: string;
  /** Mean loss of the worst twentieth of the periods. */
  readonly cvar: number;
  readonly seedCvars: readonly number[];
  readonly annualReturn: number;
  /** Mean of a decision after the first. */
  readonly turnover: number;
  /** The decision-focused way's CVaR less this one's, with its 95 % interval; `undefined` of itself. */
  readonly difference: { readonly value: number; readonly low: number; readonly high: number } | undefined;
}

export const focusedName = 'Decision-focused';
export const twoStageName = 'Two-stage';
// Told apart also where a narrow chart cuts them.
const limitedName = 'Limited minimum CVaR';
const unlimitedName = 'Unlimited minimum CVaR';

/** Walks all ways over the days of the comparison. Those that are not learnt come first. */
export async function compareWays(
  problem: DecisionProblem,
  learned: Readonly<Record<string, readonly (LearnedShares & { readonly seed: number })[]>>,
): Promise<ComparedWay[]> {
  const { returns, names, horizon, period } = problem;
  const training = trainingFor(returns[0]?.length ?? 0, period);
  const holding = holdingFor(period);
  const leastTail =
    (limits: object): Decide =>
    async ({ returns: past }) =>
      (await minimumCvar(past, { names, ...limits, level })).weights;
  const fixed: readonly [string, Decide, WalkOptions][] = [
    [equalName, () => equalWeights(names.length), { train: lookback, test: horizon }],
    [limitedName, leastTail(limitsOf(problem)), { train: training, test: holding }],
    [unlimitedName, leastTail({}), { train: training, test: holding }],
  ];
  const ways: ComparedWay[] = [];
  for (const [name, decide, options] of fixed)
    ways.push({ name, walks: [{ seed: undefined, result: await walk(problem, decide, options) }] });
  for (const [name, runs] of Object.entries(learned)) {
    const walks: ComparedWay['walks'][number][] = [];
    for (const { seed, shares } of runs) {
      const decide: Decide = ({ rows }) => shares.get((rows.at(-1) ?? 0) + 1) ?? [];
      walks.push({ seed, result: await walk(problem, decide, { train: lookback, test: horizon }) });
    }
    ways.push({ name, walks });
  }
  return ways;
}

interface WalkOptions {
  /** Days that a decision sees. */
  readonly train: number;
  /** Days between decisions. */
  readonly test: number;
}

/** A backtest over the days of the comparison, whose rows count from the first of all days. */
async function walk(
  { returns, testFrom, period }: DecisionProblem,
  decide: Decide,
  { train, test }: WalkOptions,
): Promise<Backtest> {
  const before = testFrom - train;
  const result = await backtest(
    returns.map((own) => own.subarray(before)),
    (context) => decide({ ...context, rows: context.rows.map((row) => row + before) }),
    { train, test, costs, periodsPerYear: period.perYear },
  );
  return {
    ...result,
    rows: result.rows.map((row) => row + before),
    rebalances: result.rebalances.map((each) => ({ ...each, row: each.row + before })),
  };
}

/** @param horizon Days of a period; one that is not whole at the end does not count. */
export function comparedRows(ways: readonly ComparedWay[], horizon: number, seed: number): ComparedRow[] {
  const periods = new Map(
    ways.map(({ name, walks }) => [name, walks.map(({ result }) => periodsOf(result, horizon))]),
  );
  const own = periods.get(focusedName) ?? [];
  return ways.map(({ name, walks }) => {
    const theirs = periods.get(name) ?? [];
    const seedCvars = theirs.map(tailLoss);
    return {
      name,
      cvar: meanOf(seedCvars),
      seedCvars,
      annualReturn: meanOf(walks.map(({ result }) => result.statistics.annualReturn)),
      turnover: meanOf(walks.map(({ result }) => result.meanTurnover)),
      difference: name === focusedName ? undefined : tailDifference(own, theirs, { horizon, seed }),
    };
  });
}

/** Returns of whole periods. */
function periodsOf({ returns }: Backtest, horizon: number): Float64Array {
  return Float64Array.from({ length: Math.floor(returns.length / horizon) }, (_, period) =>
    compounded(returns.subarray(period * horizon, (period + 1) * horizon)),
  );
}

/** CVaR of one way less that of another, means over seeds; circular blocks of periods, the same ones for all (Politis & Romano 1992). */
function tailDifference(
  own: readonly Float64Array[],
  others: readonly Float64Array[],
  { horizon, seed }: { readonly horizon: number; readonly seed: number },
) {
  const count = own[0]?.length ?? 0;
  const block = Math.min(count, Math.max(1, Math.round(blockRows / horizon)));
  const random = new Random(seed);
  const meanTail = (walks: readonly Float64Array[], drawn: Uint32Array) =>
    meanOf(
      walks.map((periods) => tailLoss(Float64Array.from(drawn, (period) => periods[period] ?? Number.NaN))),
    );
  const differenceOn = (drawn: Uint32Array) => meanTail(own, drawn) - meanTail(others, drawn);
  const found = Float64Array.from({ length: draws }, () => {
    const drawn = new Uint32Array(count);
    let start = 0;
    for (let place = 0; place < count; place++) {
      if (place % block === 0) start = Math.floor(random.uniform() * count);
      drawn[place] = (start + (place % block)) % count;
    }
    return differenceOn(drawn);
  }).sort();
  return {
    value: differenceOn(Uint32Array.from({ length: count }, (_, period) => period)),
    low: found[Math.floor(0.025 * draws)] ?? Number.NaN,
    high: found[Math.ceil(0.975 * draws) - 1] ?? Number.NaN,
  };
}

/** Shares of each decision, by the day after whose close they are held, and returns net of costs. */
export function comparedCsv(ways: readonly ComparedWay[], { names, dates }: JointPrices) {
  const walks = ways.flatMap(({ name, walks: own }) => own.map((walk) => ({ name, ...walk })));
  const rows = walks[0]?.result.rows ?? new Int32Array();
  return {
    weights: csvText(
      ['way', 'seed', 'date', ...names],
      walks.flatMap(({ name, seed, result }) =>
        result.rebalances.map(({ row, weights }) => [name, seed ?? '', dates[row] ?? '', ...weights]),
      ),
    ),
    returns: csvText(
      ['date', ...walks.map(({ name, seed }) => (seed === undefined ? name : `${name} seed ${seed}`))],
      // Return k is that from day k to day k + 1.
      Array.from(rows, (row, day) => [
        dates[row + 1] ?? '',
        ...walks.map(({ result }) => result.returns[day] ?? Number.NaN),
      ]),
    ),
  };
}
