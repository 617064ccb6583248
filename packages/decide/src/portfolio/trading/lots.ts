/** From weights to whole lots: what can be bought. */
import { knownOptions, requireNumbers, requirePositive } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { requireList } from '../../moments/tables.js';
import { RowBuilder, type SolverOptions, solveProgram } from '../../solver/index.js';

export interface Lots {
  /** Whole numbers, one an asset; negative ones are sold short. */
  readonly lots: Float64Array;
  /** What is not invested, in the currency of the prices. */
  readonly left: number;
  /** Value of the lots over the value of the whole. */
  readonly weights: Float64Array;
}

/**
 * Whole lots close to weights, one after the other: first as many as the weights pay for, then always one of the asset that is
 * most below its weight and still affordable. Fast, and rarely far from `exactLots`; weights must not be negative.
 *
 * After PyPortfolioOpt's `greedy_portfolio`.
 *
 * @param weights - shares of the value
 * @param prices - of one lot
 * @param value - to be spread, in the currency of the prices
 *
 * @example
 * const { lots, left } = greedyLots([0.5, 0.5], [30, 70], 1000);
 * console.log(Array.from(lots), left); // → [ 17, 7 ] 0
 */
export function greedyLots(weights: ArrayLike<number>, prices: ArrayLike<number>, value: number): Lots {
  const { shares, costs } = checked('greedyLots', weights, prices, value);
  const short = shares.findIndex((share) => share < 0);
  if (short >= 0) {
    throw new ArgumentError(
      'greedyLots',
      `weights[${short}] of ${shares[short]} is a short position; take exactLots`,
    );
  }
  const lots = shares.map((share, asset) => Math.floor((share * value) / (costs[asset] as number) + 1e-9));
  let left = value * shares.reduce((sum, share) => sum + share, 0);
  for (const [asset, count] of lots.entries()) left -= count * (costs[asset] as number);
  for (;;) {
    const asset = mostBelow(shares, costs, lots, value, left + 1e-9 * value);
    if (asset === undefined) break;
    lots[asset] = (lots[asset] as number) + 1;
    left -= costs[asset] as number;
  }
  return lotsOf(lots, costs, value);
}

/** The affordable asset whose share of the whole value is most below its weight. */
function mostBelow(
  shares: Float64Array,
  prices: Float64Array,
  lots: Float64Array,
  value: number,
  left: number,
): number | undefined {
  let best: number | undefined;
  let most = 0;
  for (const [asset, share] of shares.entries()) {
    const price = prices[asset] as number;
    const held = ((lots[asset] as number) * price) / value;
    if (price > left || share - held <= most) continue;
    most = share - held;
    best = asset;
  }
  return best;
}

/**
 * The whole lots that are closest to weights: least Σ |weight · value - lots · price| + what is left, as a whole-number program.
 *
 * After PyPortfolioOpt's `lp_portfolio`. Short positions stay short.
 *
 * @param prices - of one lot
 *
 * @example
 * const { lots, left } = await exactLots([0.5, 0.5], [30, 70], 1000);
 * console.log(Array.from(lots), left); // → [ 17, 7 ] 0
 */
export async function exactLots(
  weights: ArrayLike<number>,
  prices: ArrayLike<number>,
  value: number,
  options: SolverOptions = {},
): Promise<Lots> {
  knownOptions('exactLots', options, 'timeLimitMs relativeGap');
  const { shares, costs } = checked('exactLots', weights, prices, value);
  const assets = shares.length;
  const budget = shares.reduce((sum, share) => sum + share, 0);
  const rows = new RowBuilder();
  const infinity = Number.POSITIVE_INFINITY;
  // In shares of the value: columns are lots, then distances.
  for (let asset = 0; asset < assets; asset++) {
    const price = (costs[asset] as number) / value;
    const share = shares[asset] as number;
    rows
      .add([asset, assets + asset], [price, 1], share, infinity)
      .add([asset, assets + asset], [price, -1], -infinity, share);
  }
  const indices = Array.from(shares.keys());
  rows.add(
    indices,
    costs.map((price) => price / value),
    -infinity,
    budget + 1e-9,
  );
  const { values } = await solveProgram(
    {
      objective: Float64Array.from({ length: 2 * assets }, (_, at) =>
        at < assets ? -(costs[at] as number) / value : 1,
      ),
      lower: Float64Array.from({ length: 2 * assets }, (_, at) =>
        at < assets && (shares[at] as number) < 0 ? -infinity : 0,
      ),
      // Of an asset without weight nothing is bought, though a lot of it would leave less.
      upper: Float64Array.from({ length: 2 * assets }, (_, at) =>
        at < assets && (shares[at] as number) <= 0 ? 0 : infinity,
      ),
      rows: rows.build(),
      integer: Uint8Array.from({ length: 2 * assets }, (_, at) => (at < assets ? 1 : 0)),
    },
    options,
    'exactLots',
  );
  return lotsOf(
    values.slice(0, assets).map((count) => Math.round(count) + 0),
    costs,
    value,
  );
}

function checked(operation: string, weights: ArrayLike<number>, prices: ArrayLike<number>, value: number) {
  requireNumbers(operation, 'prices', prices);
  const costs = requireList(operation, 'prices', prices, prices.length);
  const shares = requireList(operation, 'weights', weights, costs.length);
  for (const [asset, price] of costs.entries()) requirePositive(operation, `prices[${asset}]`, price);
  requirePositive(operation, 'value', value);
  return { shares, costs };
}

function lotsOf(lots: Float64Array, prices: Float64Array, value: number): Lots {
  const values = lots.map((count, asset) => count * (prices[asset] as number));
  return {
    lots,
    left: value - values.reduce((sum, one) => sum + one, 0),
    weights: values.map((one) => one / value),
  };
}
