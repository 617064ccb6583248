/**
 * Training through the decision's cost against training a forecast first: how much to stock when demand is asymmetric and its
 * spread depends on features. Both have the same network, data and steps. The two-stage side is not naive: it forecasts the mean,
 * then adds the margin that has the least CVaR cost on the training data.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, grad, relu, reshape, type Tensor, tensor } from '@noosphere/core';
import { cvarLoss, newsvendorCost, portfolioLoss } from '@noosphere/decide';
import { adam, Linear, meanSquaredError, Random, Sequential, TrainStep } from '@noosphere/train';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

const seeds = 10;
const leastWins = 8;
const [trainRows, testRows, features, steps] = [4000, 20_000, 4, 300];
const confidence = 0.9;
const price = { underage: 3, overage: 2 };
const gradientTolerance = 1e-6;

export const decisionFocused: AcceptanceRun = {
  name: 'decision-focused',
  metric: `median over ${seeds} seeds of (two-stage - decision-focused) / two-stage, CVaR ${confidence} of a newsvendor's cost out of sample; at most 0 where fewer than ${leastWins} seeds are better, or a gradient differs from central differences by more than ${gradientTolerance} (relative)`,
  bar: { is: '>=', value: 0.01 },
  run,
};

interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
}
type Loss = (model: Sequential, batch: Batch) => Tensor;

interface Result {
  readonly seed: number;
  readonly twoStage: number;
  readonly focused: number;
}

async function run({ folder, seed, say }: RunContext): Promise<Measured> {
  const gradientError = await worstGradientError(new Random(seed));
  say(`gradients: ${gradientError.toExponential(1)}`);
  const results: Result[] = [];
  for (let place = 0; place < seeds; place++) {
    results.push(await compare(seed + place));
    say(JSON.stringify(results.at(-1)));
  }
  const gains = results.map(({ twoStage, focused }) => (twoStage - focused) / twoStage);
  const wins = gains.filter((gain) => gain > 0).length;
  const median = quantile(gains, 0.5);
  const report = join(folder, 'decision-focused.json');
  writeFileSync(report, JSON.stringify({ gradientError, results }, null, 1));
  const isSound = wins >= leastWins && gradientError <= gradientTolerance;
  return {
    value: isSound ? median : Math.min(0, median),
    artifacts: [report],
    notes: [
      `decision-focused is better on ${wins} of ${seeds} seeds, by ${percent(Math.min(...gains))} to ${percent(Math.max(...gains))}, median ${percent(median)}`,
      `median CVaR cost: two-stage ${of(results, 'twoStage')}, decision-focused ${of(results, 'focused')}`,
      `gradients of cvarLoss over newsvendorCost and of portfolioLoss differ from central differences by ${gradientError.toExponential(1)} of the greatest`,
    ],
  };
}

async function compare(seed: number): Promise<Result> {
  const random = new Random(seed);
  const [train, test] = [market(trainRows, random), market(testRows, random)];
  const mean = await trained(seed, train, (model, { x, y }) => meanSquaredError(model.forward(x), y));
  const focused = await trained(seed, train, (model, { x, y }) =>
    cvarLoss(reshape(newsvendorCost(model.forward(x), y, price), [-1]), { confidence }),
  );
  const forecast = { train: await mean(train), test: await mean(test) };
  const margin = bestMargin(forecast.train, train.demand);
  return {
    seed,
    twoStage: cvarCost(
      forecast.test.map((value) => value + margin),
      test.demand,
    ),
    focused: cvarCost(await focused(test), test.demand),
  };
}

interface Market {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly demand: Float64Array;
}

/**
 * Demand = a line in two features + a spread that the third sets, times a skewed shock of mean 0: long above where the fourth
 * feature is positive, long below where it is negative. The mean says nothing of either.
 */
function market(rows: number, random: Random): Market {
  const x = Float32Array.from({ length: rows * features }, () => random.normal());
  const demand = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const [a = 0, b = 0, c = 0, d = 0] = x.subarray(row * features, (row + 1) * features);
    const center = 10 + 2 * a - b;
    const spread = Math.exp(0.5 * c);
    const shock = -Math.log(1 - random.uniform()) - 1;
    demand[row] = center + spread * (d > 0 ? shock : -shock);
  }
  return {
    x: tensor(x, { shape: [rows, features] }),
    y: tensor(Float32Array.from(demand), { shape: [rows, 1] }),
    demand,
  };
}

/** Trains a network with a loss, and gives what it says of a market. */
async function trained(seed: number, { x, y }: Market, loss: Loss) {
  const random = new Random(1000 + seed);
  const model = new Sequential(new Linear(features, 32, random), relu, new Linear(32, 1, random));
  const step = new TrainStep({ model, loss, optimizer: adam({ learningRate: 0.01 }) });
  for (let round = 0; round < steps / 20; round++)
    await step.run(Array.from({ length: 20 }, () => ({ x, y })));
  const predict = compile((given: Tensor) => step.model.forward(given));
  return async (market: Market) =>
    Float64Array.from((await (await predict(market.x)).data()) as Float32Array, Number);
}

/** The constant to add to a forecast that has the least CVaR cost; a convex function of one number. */
function bestMargin(forecast: Float64Array, demand: Float64Array): number {
  let [low, high] = [-20, 20];
  for (let round = 0; round < 100; round++) {
    const [left, right] = [low + (high - low) / 3, high - (high - low) / 3];
    const cost = (margin: number) =>
      cvarCost(
        forecast.map((value) => value + margin),
        demand,
      );
    if (cost(left) < cost(right)) high = right;
    else low = left;
  }
  return (low + high) / 2;
}

/** Mean of the worst 1 - confidence of the costs: plain sums, not the loss that was trained with. */
function cvarCost(order: Float64Array, demand: Float64Array): number {
  const costs = order.map((quantity, row) => {
    const missing = (demand[row] as number) - quantity;
    return missing > 0 ? price.underage * missing : -price.overage * missing;
  });
  const count = Math.round((1 - confidence) * costs.length);
  return (
    costs
      .sort()
      .slice(-count)
      .reduce((sum, cost) => sum + cost, 0) / count
  );
}

/** The greatest difference of gradients from central differences, as a share of the greatest gradient; float64. */
async function worstGradientError(random: Random): Promise<number> {
  const table = () => Array.from({ length: 30 }, () => Array.from({ length: 3 }, () => random.normal()));
  const double = (rows: readonly (readonly number[])[]) => tensor(rows as number[][], { dtype: 'float64' });
  const known = double(table());
  const losses: readonly ((x: Tensor) => Tensor)[] = [
    (x) => cvarLoss(reshape(newsvendorCost(x, known, price), [-1]), { confidence }),
    (x) => portfolioLoss(x, known, { confidence: 0.87, riskAversion: 0.6 }),
  ];
  let worst = 0;
  for (const loss of losses) {
    const rows = table();
    const analytic = ((await grad(loss)(double(rows)).array()) as number[][]).flat();
    const greatest = Math.max(...analytic.map(Math.abs));
    for (const [at, slope] of analytic.entries()) {
      const moved = async (move: number) => {
        const other = rows.map((each, row) =>
          each.map((value, place) => value + (row * 3 + place === at ? move : 0)),
        );
        return Number(await loss(double(other)).item());
      };
      const numeric = ((await moved(1e-6)) - (await moved(-1e-6))) / 2e-6;
      worst = Math.max(worst, Math.abs(numeric - slope) / greatest);
    }
  }
  return worst;
}

function of(results: readonly Result[], side: 'twoStage' | 'focused'): string {
  const values = results.map((result) => result[side]);
  return quantile(values, 0.5).toFixed(3);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN];
  return low + (place - Math.floor(place)) * (high - low);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
