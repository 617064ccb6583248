/** One batch through each network: loss and gradients are those of neuralforecast 3.3.0 (tools/goldens/global_models.py). */
import { readFileSync } from 'node:fs';
import {
  compile,
  fromData,
  type HostTensor,
  hostData,
  namedTensors,
  type Tensor,
  valueAndGrad,
} from '@noosphere/core';
import { TrainingContext } from '@noosphere/train';
import { expect, test } from 'vitest';
import { architectures, neuralModels } from '../registry/neural-models.js';
import { type ForecastLoss, objectiveOf } from './losses.js';
import type { NeuralModelKind } from './network.js';
import type { Pipeline, TrainingWindows } from './pipeline.js';
import { negativeBinomialQuantile, studentTQuantile } from './quantiles.js';
import { type ScalerKind, windowScale } from './scalers.js';

interface Golden {
  readonly lookback: number;
  readonly horizon: number;
  readonly batch: number;
  readonly channels: number;
  readonly models: Record<
    NeuralModelKind,
    {
      readonly options: object;
      readonly covariates: boolean;
      readonly loss: number;
      readonly gradients: Record<string, { readonly shape: number[]; readonly sums: number[] }>;
    }
  >;
  readonly losses: Record<
    string,
    { readonly loss: number; readonly gradient?: number[]; readonly quantiles?: number[] }
  >;
  readonly scalers: {
    readonly y: number[];
    readonly mask: number[];
    readonly kinds: Record<
      string,
      { readonly shift: number[]; readonly scale: number[]; readonly scaled: number[] }
    >;
  };
  readonly quantiles: { readonly studentT: number[][]; readonly negativeBinomial: number[][] };
}

const golden: Golden = JSON.parse(
  readFileSync(new URL('../goldens/global-models.json', import.meta.url), 'utf8'),
);
const { lookback, horizon, batch, channels } = golden;

/** The script's numbers. */
function wave(
  phase: number,
  shape: readonly number[],
  change = (value: number) => value,
): HostTensor<'float32'> {
  const size = shape.reduce((product, dim) => product * dim, 1);
  const values = Float32Array.from({ length: size }, (_, i) => change(Math.sin(i * 0.7391 + phase * 1.37)));
  return fromData('float32', shape, values);
}

function weightOf(name: string, shape: readonly number[], place: number): HostTensor {
  const fan = (shape.length > 1 ? shape.at(-1) : shape[0]) as number;
  const isScale = name.includes('affine_weight') || /norm\w*\.weight$/.test(name);
  return wave(place, shape, (value) => (isScale ? 1 + value / Math.sqrt(fan) / 4 : value / Math.sqrt(fan)));
}

function windowsOf(rows: number, covariates: boolean): TrainingWindows {
  const level = (value: number) => value * 2 + 0.5;
  return {
    y: wave(101, [rows, lookback], level),
    target: wave(102, [rows, horizon], level),
    ...(covariates
      ? {
          past: wave(103, [rows, lookback, 2]),
          future: wave(104, [rows, lookback + horizon, 1]),
          static: wave(105, [rows, 1]),
        }
      : {}),
  };
}

const sumsOf = (values: Float32Array) => [
  values.reduce((sum, value) => sum + value, 0),
  values.reduce((sum, value, i) => sum + value * Math.cos(i), 0),
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)),
];

test.each(Object.keys(architectures) as NeuralModelKind[])(
  '%s agrees in loss and gradients',
  async (kind) => {
    const { options, covariates, loss, gradients } = golden.models[kind];
    const withoutDropout = ['patchtst', 'tide', 'tsmixer'].includes(kind) ? { dropout: 0 } : {};
    const model = neuralModels[kind]({
      horizon,
      lookback,
      scaler: 'identity',
      ...options,
      ...withoutDropout,
      ...(covariates ? { covariates: { past: ['a', 'b'], future: ['c'], static: ['d'] } } : {}),
    });
    const isJoint = kind === 'tsmixer';
    const plain = model.withWeights({}, { channels: isJoint ? channels : 1, strict: false });
    const weights = Object.fromEntries(
      Object.entries(gradients).map(([name, { shape }], place) => [name, weightOf(name, shape, place)]),
    );
    const fitted = model.withWeights({ ...plain.weights, ...weights }, { channels: isJoint ? channels : 1 });
    const lossAndGradients = compile((pipeline: Pipeline, windows: TrainingWindows) => {
      const { value, grads } = valueAndGrad((own: Pipeline) => own.loss(windows, new TrainingContext()))(
        pipeline,
      );
      return { value, grads };
    });
    const found = await lossAndGradients(
      fitted.pipeline,
      windowsOf(isJoint ? batch * channels : batch, covariates),
    );
    await lossAndGradients.dispose();
    expect(await found.value.item()).toBeCloseTo(loss, 5);
    const grads = namedTensors(found.grads);
    const buffers = [...grads.keys()].filter((name) => /running_|num_batches/.test(name));
    expect([...grads.keys()].filter((name) => !buffers.includes(name)).sort()).toEqual(
      Object.keys(gradients).sort(),
    );
    for (const [name, { sums }] of Object.entries(gradients)) {
      const own = sumsOf(hostData(grads.get(name) as Tensor) as Float32Array);
      const size = Math.max(1e-3, sums[2] as number);
      own.forEach((value, index) => {
        expect(Math.abs(value - (sums[index] as number)) / size, `${name} ${index}`).toBeLessThan(1e-3);
      });
    }
  },
);

const losses: Record<string, ForecastLoss> = {
  mae: 'mae',
  mse: 'mse',
  huber: { kind: 'huber', delta: 0.7 },
  smape: 'smape',
  mase: { kind: 'mase', season: 2 },
  gaussian: 'gaussian',
  studentT: 'studentT',
  negativeBinomial: 'negativeBinomial',
};

test.each(Object.entries(losses))('the loss %s agrees, masked', async (name, settings) => {
  const objective = objectiveOf('test', settings);
  const expected = golden.losses[name] as { loss: number; gradient: number[] };
  const isDistribution = objective.outputs > 1;
  const y = wave(1, [4, 5], (value) => value * 3 + 4);
  const rawTarget =
    name === 'negativeBinomial'
      ? fromData(
          'float32',
          [4, 5],
          (hostData(y) as Float32Array).map((value) => Math.round(Math.abs(value))),
        )
      : y;
  const mask = fromData(
    'float32',
    [4, 5],
    Float32Array.from({ length: 20 }, (_, i) => (i === 8 || i === 9 ? 0 : 1)),
  );
  const inputs = {
    target: rawTarget,
    rawTarget,
    mask,
    history: wave(2, [4, 8]),
    shift: isDistribution ? wave(4, [4, 1]) : fromData('float32', [1, 1], Float32Array.of(0)),
    scale: isDistribution
      ? wave(5, [4, 1], (v) => Math.abs(v) + 0.5)
      : fromData('float32', [1, 1], Float32Array.of(1)),
  };
  const run = compile((output: Tensor) =>
    valueAndGrad(({ output: own }: { output: Tensor }) => objective.loss({ ...inputs, output: own }))({
      output,
    }),
  );
  const { value, grads } = await run(wave(3, [4, 5, objective.outputs]));
  expect(await value.item()).toBeCloseTo(expected.loss, 4);
  const gradient = hostData(grads.output) as Float32Array;
  expected.gradient.forEach((each, index) => {
    expect(Math.abs((gradient[index] as number) - each)).toBeLessThan(2e-5 * Math.max(1, Math.abs(each)));
  });
  await run.dispose();
});

test('quantile losses agree: the same quantiles in rising order', async () => {
  const expected = golden.losses.quantiles as { loss: number; quantiles: number[] };
  const objective = objectiveOf('test', { kind: 'quantiles', levels: [80, 90] });
  const theirs = hostData(wave(3, [4, 5, 5])) as Float32Array;
  const rising = expected.quantiles
    .map((_, place) => place)
    .sort((a, b) => (expected.quantiles[a] ?? 0) - (expected.quantiles[b] ?? 0));
  const output = fromData(
    'float32',
    [4, 5, 5],
    Float32Array.from(theirs, (_, i) => theirs[i - (i % 5) + (rising[i % 5] as number)] as number),
  );
  const mask = fromData(
    'float32',
    [4, 5],
    Float32Array.from({ length: 20 }, (_, i) => (i === 8 || i === 9 ? 0 : 1)),
  );
  const y = wave(1, [4, 5], (value) => value * 3 + 4);
  const one = fromData('float32', [1, 1], Float32Array.of(1));
  const loss = objective.loss({ output, target: y, rawTarget: y, mask, history: y, shift: one, scale: one });
  expect(5 * (await loss.item())).toBeCloseTo(expected.loss, 4); // theirs is the sum over the quantiles
});

test.each(Object.entries(golden.scalers.kinds))(
  'the scaler %s agrees, missing values left out',
  async (name, expected) => {
    const y = fromData('float32', [4, 9], Float32Array.from(golden.scalers.y));
    const mask = fromData('float32', [4, 9], Float32Array.from(golden.scalers.mask));
    const { shift, scale } = windowScale(name as Exclude<ScalerKind, 'identity'>, y, mask);
    const close = async (tensor: Tensor, values: readonly number[]) => {
      const found = (await tensor.data()) as Float32Array;
      values.forEach((value, index) => {
        expect(found[index]).toBeCloseTo(value, 4);
      });
    };
    await close(shift, expected.shift);
    await close(scale, expected.scale);
  },
);

test('quantiles of distributions are SciPy’s', () => {
  for (const [p, freedom, t] of golden.quantiles.studentT as [number, number, number][])
    expect(studentTQuantile(p, freedom) / (t || 1), `t ${p} ${freedom}`).toBeCloseTo(t === 0 ? 0 : 1, 9);
  for (const [p, mean, alpha, k] of golden.quantiles.negativeBinomial as [number, number, number, number][])
    expect(negativeBinomialQuantile(p, mean, alpha)).toBe(k);
});
