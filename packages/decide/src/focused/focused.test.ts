/** Values by hand and by plain sums; gradients by central differences in float64. */
import { grad, reshape, type Tensor, tensor } from '@noosphere/core';
import { adam, Linear, Random, TrainStep } from '@noosphere/train';
import { describe, expect, test } from 'vitest';
import { cvarLoss, cvarLossAt, newsvendorCost, portfolioLoss, spoPlusLoss } from './index.js';

const random = new Random(4);
const draw = (rows: number, columns: number) =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal()));
const double = (values: number | readonly number[] | readonly (readonly number[])[]) =>
  tensor(values as number[], { dtype: 'float64' });

/** The greatest difference between the gradient and central differences. */
async function gradientError(loss: (x: Tensor) => Tensor, rows: readonly (readonly number[])[]) {
  const step = 1e-6;
  const analytic = (await grad(loss)(double(rows)).array()) as number[][];
  let worst = 0;
  for (const [row, values] of rows.entries()) {
    for (const place of values.keys()) {
      const at = async (move: number) => {
        const moved = rows.map((each) => [...each]);
        (moved[row] as number[])[place] = (values[place] as number) + move;
        return Number(await loss(double(moved)).item());
      };
      const numeric = ((await at(step)) - (await at(-step))) / (2 * step);
      worst = Math.max(worst, Math.abs(numeric - (analytic[row]?.[place] ?? Number.NaN)));
    }
  }
  return worst;
}

describe('cvarLoss', () => {
  const costs = draw(1, 37)[0] as number[];

  test('is the mean of the worst, the last of them in part', async () => {
    const sorted = costs.toSorted((a, b) => b - a);
    for (const confidence of [0, 0.5, 0.9, 0.95, 0.99]) {
      const share = (1 - confidence) * costs.length;
      let [left, sum] = [share, 0];
      for (const cost of sorted) {
        const part = Math.min(left, 1);
        sum += part * cost;
        left -= part;
      }
      expect(await cvarLoss(double(costs), { confidence }).item()).toBeCloseTo(sum / share, 10);
    }
  });

  test('is the least value of cvarLossAt over the threshold, also where softened a little', async () => {
    const exact = Number(await cvarLoss(double(costs), { confidence: 0.8 }).item());
    const at = async (threshold: number, smoothing = 0) =>
      Number(await cvarLossAt(double(costs), double(threshold), { confidence: 0.8, smoothing }).item());
    const values = await Promise.all(costs.map((cost) => at(cost)));
    expect(Math.min(...values)).toBeCloseTo(exact, 10);
    const soft = await Promise.all(costs.map((cost) => at(cost, 1e-3)));
    expect(Math.abs(Math.min(...soft) - exact)).toBeLessThan(1e-2);
    expect(Math.min(...soft)).toBeGreaterThanOrEqual(exact - 1e-12);
  });
});

describe('gradients agree with central differences', () => {
  const returns = draw(20, 3);
  const decisions = double([
    [1, 1, 0],
    [1, 0, 1],
    [0, 1, 1],
  ]);
  const losses: Readonly<Record<string, (x: Tensor) => Tensor>> = {
    'cvarLoss of a newsvendor': (x) => {
      const costs = newsvendorCost(x, double(returns), { underage: 4, overage: 1 });
      return cvarLoss(reshaped(costs), { confidence: 0.87 });
    },
    'cvarLossAt, softened': (x) => cvarLossAt(x, double(0.3), { confidence: 0.8, smoothing: 0.2 }),
    portfolioLoss: (x) =>
      portfolioLoss(x, double(returns), {
        confidence: 0.82,
        tradingCost: 0.01,
        held: double([0.2, 0.3, 0.5]),
      }),
    spoPlusLoss: (x) => spoPlusLoss(x, double(returns), decisions),
  };
  const reshaped = (x: Tensor) => reshape(x, [-1]);
  test.each(Object.entries(losses))('%s', async (_name, loss) => {
    expect(await gradientError(loss, draw(20, 3))).toBeLessThan(1e-7);
  });
});

test('portfolioLoss is that of the weights, costs of trading taken off', async () => {
  const scores = draw(8, 3);
  const returns = draw(8, 3);
  const held = [0.5, 0.25, 0.25];
  const losses = scores.map((row, place) => {
    const sum = row.reduce((total, score) => total + Math.exp(score), 0);
    const weights = row.map((score) => Math.exp(score) / sum);
    return weights.reduce(
      (loss, weight, asset) =>
        loss - weight * (returns[place]?.[asset] ?? 0) + 0.02 * Math.abs(weight - (held[asset] as number)),
      0,
    );
  });
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / 8;
  const worst = losses.toSorted((a, b) => b - a).slice(0, 2);
  const expected = 0.7 * mean + (0.3 * ((worst[0] ?? 0) + (worst[1] ?? 0))) / 2;
  const options = { confidence: 0.75, riskAversion: 0.3, tradingCost: 0.02, held: double(held) };
  const got = await portfolioLoss(double(scores), double(returns), options).item();
  expect(got).toBeCloseTo(expected, 10);
});

test('SPO+ is 0 for the true costs, and nowhere below what the decision costs more', async () => {
  const decisions = [
    [1, 1, 0],
    [1, 0, 1],
    [0, 1, 1],
  ];
  const cost = (decision: readonly number[], costs: readonly number[]) =>
    decision.reduce((sum, each, place) => sum + each * (costs[place] ?? 0), 0);
  for (let trial = 0; trial < 30; trial++) {
    const [forecast = [], actual = []] = draw(2, 3);
    const regret =
      cost(decisions.toSorted((a, b) => cost(a, forecast) - cost(b, forecast))[0] ?? [], actual) -
      Math.min(...decisions.map((each) => cost(each, actual)));
    const bound = await spoPlusLoss(double([forecast]), double([actual]), double(decisions)).item();
    expect(Number(bound)).toBeGreaterThanOrEqual(regret - 1e-12);
    const own = await spoPlusLoss(double([actual]), double([actual]), double(decisions)).item();
    expect(Number(own)).toBeCloseTo(0, 12);
  }
});

test('is a loss that trains: the order that is short in one of five', async () => {
  // Demand uniform in [0, 1], underage 4, overage 1: the mean cost is least at the quantile 0.8.
  const demand = tensor(Array.from({ length: 256 }, (_, row) => [(row + 0.5) / 256]));
  const step = new TrainStep({
    model: new Linear(1, 1, new Random(1)),
    loss: (layer: Linear, { x, y }: { x: Tensor; y: Tensor }) =>
      cvarLoss(reshape(newsvendorCost(layer.forward(x), y, { underage: 4, overage: 1 }), [-1]), {
        confidence: 0,
      }),
    optimizer: adam({ learningRate: 0.01 }),
  });
  const x = tensor(Array.from({ length: 256 }, () => [0]));
  for (let round = 0; round < 40; round++)
    await step.run(Array.from({ length: 10 }, () => ({ x, y: demand })));
  const bias = Number(await (step.model.bias as Tensor).item());
  expect(Math.abs(bias - 0.8)).toBeLessThan(0.02);
});

describe('refuses', () => {
  const two = tensor([[1, 2]]);
  test.each<[string, () => unknown, string]>([
    ['a confidence of 1', () => cvarLoss(tensor([1]), { confidence: 1 }), 'from 0 to below 1, got 1'],
    ['costs of a table', () => cvarLoss(two), 'expects costs [B], B known and above 0, got [1, 2]'],
    ['no costs', () => cvarLoss(tensor([], { shape: [0] })), 'B known and above 0, got [0]'],
    ['a threshold of two', () => cvarLossAt(two, tensor([1, 2])), 'a threshold of one number, got [2]'],
    ['a negative cost', () => newsvendorCost(two, two, { underage: -1, overage: 1 }), 'got -1 and 1'],
    ['scores of one row', () => portfolioLoss(tensor([1]), tensor([1])), 'expects scores [B, A], got [1]'],
    ['decisions of another size', () => spoPlusLoss(two, two, tensor([[1]])), 'got [1, 2] and [1, 1]'],
  ])('%s', (_what, call, message) => {
    expect(call).toThrow(message);
  });
});
