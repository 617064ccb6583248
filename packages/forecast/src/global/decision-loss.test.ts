/** Training through a decision's cost: the windows it sees, its gradient, mean squared error as a check, a planted set. */
import {
  compile,
  fromData,
  hostData,
  importOnnx,
  mapTree,
  max,
  maximum,
  mean,
  mul,
  namedTensors,
  softmax,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
} from '@noosphere/core';
import { Random } from '@noosphere/train';
import { expect, test } from 'vitest';
import { crossValidate } from '../evaluate/index.js';
import { dropTail, frameOf, type SeriesFrame } from '../frame/index.js';
import { type DecisionLoss, lossOfDecision } from './decision-loss.js';
import {
  dlinear,
  type FittedNeuralModel,
  mlp,
  type NeuralModel,
  neuralEnsemble,
  nlinear,
  tsmixer,
} from './index.js';
import { JointWindows } from './joint-windows.js';
import type { Pipeline } from './pipeline.js';
import { trainingWindows } from './window-batches.js';

const noColumns = { past: [], future: [], static: [] };
const meanSquare: DecisionLoss = ({ forecast, actual }) => mean(square(sub(forecast, actual)));

/** Series side by side, y[t] of each from a function. */
function sideBySide(
  count: number,
  length: number,
  valueAt: (series: number, t: number) => number,
  extra = 0,
): SeriesFrame {
  return frameOf(
    Array.from({ length: count }, (_, series) =>
      Array.from({ length: series === 0 ? length + extra : length }, (__, t) => ({
        unique_id: `s${series}`,
        ds: t,
        y: valueAt(series, t),
      })),
    ).flat(),
    { frequency: 'step' },
  );
}
const waves = sideBySide(3, 60, (series, t) => series + Math.sin(t / 2 + series) + 0.1 * Math.sin(t * t));

test('windows are those of all series at one time, and none has a missing value', () => {
  const [lookback, horizon, heldOut] = [4, 3, 6];
  const frame = sideBySide(3, 40, (series, t) => (series === 1 && t === 20 ? Number.NaN : 100 * series + t));
  const windows = new JointWindows('test', frame, { lookback, horizon, heldOut });
  const source = { frame, plan: { lookback, horizon }, columns: noColumns };
  const originsOf = (rows: ReturnType<typeof windows.heldOutWindows>) => {
    const { y, target } = trainingWindows(source, rows);
    const [before, after] = [hostData(y) as Float32Array, hostData(target) as Float32Array];
    return Array.from({ length: rows.ends.length / 3 }, (_, place) => {
      const origin = after[place * 3 * horizon] as number;
      for (let series = 0; series < 3; series++) {
        const row = place * 3 + series;
        const values = [
          ...before.subarray(row * lookback, (row + 1) * lookback),
          ...after.subarray(row * horizon, (row + 1) * horizon),
        ];
        expect(values).toEqual(values.map((__, step) => 100 * series + origin - lookback + step));
      }
      return origin;
    });
  };
  const drawn = windows.draw(windows.usable(), 400, new Random(1));
  const trained = [...new Set(originsOf(drawn))].sort((a, b) => a - b);
  // Whole windows before the six held out, and none that holds row 20.
  const expected = Array.from({ length: 40 }, (_, origin) => origin).filter(
    (origin) => origin >= 4 && origin + 3 <= 34 && (origin + 3 <= 20 || origin - 4 > 20),
  );
  expect(trained).toEqual(expected);
  expect(originsOf(windows.heldOutWindows())).toEqual([34, 35, 36, 37]);
});

test('mean squared error as decisionLoss trains the weights of the loss mse, on the same windows', async () => {
  const size = { horizon: 1, lookback: 6, steps: 25, learningRate: 0.01, threads: 1, loss: 'mse' as const };
  const difference = async (own: NeuralModel, decided: NeuralModel, channels: number) => {
    const [plain, focused] = [await own.fit(waves), await decided.fit(waves, { decisionLoss: meanSquare })];
    let [worst, moved] = [0, 0];
    const start = own.withWeights({}, { strict: false, channels }).weights;
    for (const [name, weight] of Object.entries(plain.weights)) {
      const of = (weights: typeof start) => hostData(weights[name] as Tensor) as Float32Array;
      (hostData(weight) as Float32Array).forEach((value, place) => {
        worst = Math.max(worst, Math.abs(value - (of(focused.weights)[place] as number)));
        moved = Math.max(moved, Math.abs(value - (of(start)[place] as number)));
      });
    }
    return { worst, moved };
  };
  // All 54 times are one batch: 3 · 54 windows for the one, 54 times of three series for the other.
  const whole = await difference(
    dlinear({ ...size, windowsPerBatch: 162 }),
    dlinear({ ...size, windowsPerBatch: 54 }),
    1,
  );
  // A multivariate network draws the same times for either.
  const joint = { ...size, windowsPerBatch: 8, dropout: 0, innerSize: 4, reversibleNorm: false };
  const drawn = await difference(tsmixer(joint), tsmixer(joint), 3);
  for (const { worst, moved } of [whole, drawn]) {
    expect(worst).toBeLessThan(2e-5);
    expect(moved).toBeGreaterThan(0.02);
  }
});

test('gradients through scaler, network and decision agree with central differences', async () => {
  const [lookback, horizon, count] = [5, 2, 4];
  // Smooth in its weights: no kink lies between two values of a difference.
  const model = dlinear({ horizon, lookback, scaler: 'standard', loss: 'mse' });
  const returns = sideBySide(3, 30, (series, t) => Math.sin(3 * t + 2 * series) + 0.2 * series);
  const windows = new JointWindows('test', returns, { lookback, horizon, heldOut: horizon + count - 1 });
  const batch = trainingWindows(
    { frame: returns, plan: { lookback, horizon }, columns: noColumns },
    windows.heldOutWindows(),
  );
  const decide: DecisionLoss = ({ forecast, actual, history }) => {
    const weights = softmax(sum(forecast, { axes: [2] }));
    const earned = sum(mul(weights, sum(actual, { axes: [2] })), { axes: [1] });
    return mul(sub(mean(square(sub(earned, 1))), mean(mul(weights, mean(history, { axes: [2] })))), 10);
  };
  const loss = lossOfDecision(model.settings, returns, decide);
  const { pipeline } = model.withWeights({}, { strict: false });
  const run = compile((own: Pipeline) => valueAndGrad((each: Pipeline) => loss(each, batch))(own));
  const { grads } = await run(pipeline);
  const step = 2e-2;
  let greatest = 0;
  for (const [name, gradient] of namedTensors(grads)) {
    const analytic = hostData(gradient) as Float32Array;
    for (const place of [0, analytic.length - 1]) {
      const at = async (move: number) => {
        const moved = mapTree(pipeline, (leaf, path) => {
          if (path !== name) return leaf;
          const values = Float32Array.from(hostData(leaf) as Float32Array);
          values[place] = (values[place] as number) + move;
          return fromData('float32', leaf.shape as number[], values);
        });
        return Number(await (await run(moved)).value.item());
      };
      const numeric = ((await at(step)) - (await at(-step))) / (2 * step);
      greatest = Math.max(greatest, Math.abs(numeric));
      expect(Math.abs(numeric - (analytic[place] as number)), `${name} ${place}`).toBeLessThan(5e-3);
    }
  }
  expect(greatest).toBeGreaterThan(0.3);
  await run.dispose();
});

test('validation is the decision’s cost over all held-out times at once', async () => {
  // The greatest of the errors: a mean over parts of the windows would be another number.
  const worst: DecisionLoss = ({ forecast, actual }) => max(square(sub(forecast, actual)));
  const model = nlinear({ horizon: 2, lookback: 6, steps: 10, validateEvery: 10, threads: 1 });
  const fitted = await model.fit(waves, { validationSize: 9, decisionLoss: worst });
  const windows = new JointWindows('test', waves, { lookback: 6, horizon: 2, heldOut: 9 }).heldOutWindows();
  const forecasts = await fitted.forecastAt(waves, windows);
  const errors = Array.from(forecasts, (value, place) => {
    const end = windows.ends[Math.floor(place / 2)] as number;
    return (value - (waves.y[end + (place % 2)] as number)) ** 2;
  });
  expect(windows.ends).toHaveLength(3 * 8);
  expect(fitted.report.validations.at(-1)?.metrics.loss).toBeCloseTo(Math.max(...errors), 5);
});

/** Too few cost four times what too many cost. */
const stock: DecisionLoss = ({ forecast, actual }) =>
  mean(maximum(mul(sub(actual, forecast), 4), sub(forecast, actual)));
const stockCost = (order: number, demand: number) => Math.max(4 * (demand - order), order - demand);

test('a planted set: what is ordered for the cost beats a forecast with the best margin', async () => {
  // Two goods about one level, one of them six times as uncertain: no single margin suits both.
  const random = new Random(5);
  const noise = Array.from({ length: 2 * 800 }, () => random.normal());
  const planted = frameOf(
    noise.map((shock, row) => ({
      unique_id: `good ${row < 800 ? 0 : 1}`,
      ds: row % 800,
      y: 10 + (row < 800 ? 0.5 : 3) * shock,
      spread: row < 800 ? 0 : 1,
    })),
    { frequency: 'step', covariates: { static: ['spread'] } },
  );
  const known = dropTail(planted, 300);
  const model = mlp({
    ...{ horizon: 1, lookback: 4, hiddenSize: 16, layers: 1, loss: 'mse', threads: 1 },
    ...{ steps: 400, learningRate: 0.01, windowsPerBatch: 256, stepsPerCall: 20 },
    covariates: { static: ['spread'] },
  });
  const later = {
    series: Uint32Array.from({ length: 600 }, (_, row) => row % 2),
    ends: Uint32Array.from({ length: 600 }, (_, row) => 800 * (row % 2) + 500 + Math.floor(row / 2)),
  };
  const costOf = async (fitted: FittedNeuralModel, margin = 0) => {
    const orders = await fitted.forecastAt(planted, later);
    return (
      orders.reduce(
        (sum, order, row) => sum + stockCost(order + margin, planted.y[later.ends[row] as number] as number),
        0,
      ) / 600
    );
  };
  const focused = await costOf(await model.fit(known, { decisionLoss: stock }));
  const mse = await model.fit(known);
  // The margin is chosen with hindsight, on the test itself: nothing that only shifts can do better.
  const costs = await Promise.all(Array.from({ length: 41 }, (_, place) => costOf(mse, place / 10)));
  expect(focused).toBeLessThan(0.9 * Math.min(...costs));
});

test('stands beside the two-stage model in a backtest, and its ONNX file gives its scores', async () => {
  const model = nlinear({ horizon: 2, lookback: 6, steps: 20, learningRate: 0.01, threads: 1 });
  const { models, manifest, columns } = await crossValidate(waves, {
    models: [model, model.forDecision(stock, { validationSize: 4 })],
    horizon: 2,
    windows: 2,
  });
  expect(models).toEqual(['NLinear', 'NLinear-decision', 'Naive']);
  expect(columns['NLinear-decision']).not.toEqual(columns.NLinear);
  expect(JSON.stringify(manifest)).toContain('"trainedFor":"decision"');
  const fitted = await model.fit(waves, { decisionLoss: stock });
  const network = importOnnx<'mean'>(fitted.toOnnx());
  expect(network.metadata.trainedFor).toBe('decision');
  expect((await fitted.fineTune(waves)).description.trainedFor).toBeUndefined();
  const run = compile((y: Tensor) => ({ mean: network.apply({ y }).mean }));
  const { mean: scores } = await run(tensor(Float32Array.from(waves.y.subarray(54, 60)), { shape: [1, 6] }));
  const [first] = await fitted.forecast(waves);
  (hostData(scores) as Float32Array).forEach((value, step) => {
    expect(value).toBeCloseTo(first?.mean[step] as number, 5);
  });
  await run.dispose();
});

test('what cannot be is refused, with the way out', async () => {
  const size = { horizon: 2, lookback: 6, steps: 2, threads: 1 };
  const fit = (frame: SeriesFrame, decisionLoss: DecisionLoss, options = {}) =>
    nlinear({ ...size, ...options }).fit(frame, { decisionLoss });
  await expect(fit(waves, ({ forecast }) => mean(forecast, { axes: [0] }))).rejects.toThrow(
    'nlinear: decisionLoss must give a scalar [], got [3, 2]; mean(…) makes one',
  );
  await expect(fit(waves, ({ forecast }) => mean(sub(forecast, tensor([1, 2, 3]))))).rejects.toThrow(
    /shape|sizes/,
  );
  await expect(fit(waves, stock, { loss: { kind: 'quantiles', levels: [80] } })).rejects.toThrow(
    'decisionLoss trains point forecasts, and a model of quantiles or a distribution has more',
  );
  await expect(
    fit(
      sideBySide(2, 30, (_, t) => t, 5),
      stock,
    ),
  ).rejects.toThrow("needs all of them at the same times, and 's0' has 35 rows and 's1' 30");
  await expect(
    fit(
      sideBySide(2, 7, (_, t) => t),
      stock,
    ),
  ).rejects.toThrow(
    'no time has 6 values before and 2 behind it of every series for training, with 7 rows a series',
  );
  const ensemble = neuralEnsemble({ members: [nlinear(size)] });
  await expect(ensemble.fit(waves, { decisionLoss: stock })).rejects.toThrow('train a member alone');
});
