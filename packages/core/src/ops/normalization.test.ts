/** Beside the goldens: statistics as outputs, formulas against kernels, and what the CPU must not overwrite. */
import { describe, expect, test } from 'vitest';
import { expectGradients } from '../../test/finite-differences.js';
import { apply, apply1 } from '../graph/node.js';
import type { Operator } from '../graph/operator.js';
import {
  batchNormTraining,
  compile,
  concat,
  gradients,
  groupNorm,
  instanceNorm,
  localResponseNorm,
  lpNormalize,
  mul,
  ones,
  reshape,
  rmsNorm,
  sum,
  type Tensor,
  tensor,
  zeros,
} from '../index.js';
import { BatchNormalization } from './batch-normalization.js';
import { InstanceNormalization, LayerNormalization } from './normalization.js';
import { LRN, MeanVarianceNormalization } from './normalization-norms.js';

const image = tensor([0.3, -1.2, 0.7, 2.1, 0.1, -0.4, 1.3, 0.9, -0.6, 0.2, 1.7, -2.2], {
  shape: [2, 3, 2, 1],
});

describe('batch normalisation', () => {
  test('leaves the running statistics it was given as they are', async () => {
    const runningMean = tensor([1, 2, 3]);
    const runningVariance = tensor([4, 5, 6]);
    const options = { scale: ones([3]), bias: zeros([3]) };
    const step = compile((x: Tensor, mean: Tensor, variance: Tensor) =>
      batchNormTraining(x, { ...options, runningMean: mean, runningVariance: variance }),
    );
    await step(image, runningMean, runningVariance);
    expect(await runningMean.array()).toEqual([1, 2, 3]);
    expect(await runningVariance.array()).toEqual([4, 5, 6]);
  });

  test('a training node of a file blends by ONNX’s momentum, the share of the old', async () => {
    const inputs = [tensor([[1], [3]]), ones([1]), zeros([1]), tensor([10]), tensor([20])];
    const [, mean, variance] = apply(BatchNormalization, inputs, {
      epsilon: 0,
      momentum: 0.9,
      training_mode: 1,
    }) as [Tensor, Tensor, Tensor];
    expect(await mean.item()).toBeCloseTo(0.9 * 10 + 0.1 * 2, 5);
    expect(await variance.item()).toBeCloseTo(0.9 * 20 + 0.1 * 1, 5);
  });

  test('gradients reach through the running statistics', async () => {
    const statistics = (x: Tensor) => {
      const inputs = [x, ones([3]), zeros([3]), zeros([3]), ones([3])];
      const outputs = apply(BatchNormalization, inputs, { epsilon: 1e-5, momentum: 0.6, training_mode: 1 });
      return concat(outputs.slice(1));
    };
    await expectGradients(statistics, [image]);
  });
});

test('layer normalisation: gradients reach through the mean and the inverse deviation', async () => {
  const statistics = (x: Tensor) => {
    const outputs = apply(LayerNormalization, [x, ones([2])], { axis: -1, epsilon: 0.1, stash_type: 1 });
    return concat(outputs.slice(1));
  };
  const x = tensor([
    [0.3, -1.2],
    [0.7, 2.1],
  ]);
  await expectGradients(statistics, [x]);
  await expectGradients(statistics, [x], { order: 2 });
});

describe('formulas equal kernels', () => {
  const parameters = [tensor([0.5, 1, 2]), tensor([0.1, 0.2, -0.3])];
  const cases: [string, Operator<never>, Tensor[], object][] = [
    ['InstanceNormalization', InstanceNormalization as never, [image, ...parameters], { epsilon: 1e-5 }],
    ['LRN', LRN as never, [image], { alpha: 0.5, beta: 0.75, bias: 1, size: 3 }],
    ['MeanVarianceNormalization', MeanVarianceNormalization as never, [image], { axes: [0, 2, 3] }],
  ];
  test.each(cases)('%s', async (_, operator, inputs, attributes) => {
    const kernel = Array.from((await apply1(operator, inputs, attributes as never).data()) as Float32Array);
    const [formula] = operator.formula?.(inputs, attributes as never) ?? [];
    const values = await (formula as Tensor<'float32'>).data();
    kernel.forEach((value, index) => {
      expect(values[index]).toBeCloseTo(value, 5);
    });
  });
});

describe('gradients', () => {
  const cases: [string, (x: Tensor) => Tensor][] = [
    ['groupNorm', (x) => groupNorm(x, { groups: 1 })],
    ['instanceNorm', (x) => instanceNorm(x, { epsilon: 0.1 })],
    ['rmsNorm', (x) => rmsNorm(reshape(x, [2, 6]))],
    ['lpNormalize 1', (x) => lpNormalize(x, { p: 1, axis: 1 })],
    ['lpNormalize 2', (x) => lpNormalize(x, { axis: 1 })],
    ['localResponseNorm', (x) => localResponseNorm(x, { size: 2, alpha: 0.5 })],
    ['mean and variance', (x) => apply1(MeanVarianceNormalization, [x], { axes: [0, 2, 3] })],
  ];
  test.each(cases)('%s', async (_, f) => {
    await expectGradients(f, [image], { step: 3e-3 });
    await expectGradients(f, [image], { step: 3e-3, order: 2 });
  });

  test('zeros normalised by their norm have a finite gradient', async () => {
    const x = zeros([2, 3]);
    const [slope] = gradients(sum(mul(lpNormalize(x), 2)), [x]) as [Tensor];
    expect(await slope.array()).toEqual([
      [2, 2, 2],
      [2, 2, 2],
    ]);
  });
});
