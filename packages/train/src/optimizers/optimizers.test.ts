import { readFileSync } from 'node:fs';
import { add, fromData, mul, sub, sum, type Tensor, tensor } from '@noosphere/core';
import { expect, test } from 'vitest';
import type { Optimizer, Schedule } from './index.js';
import * as optimizers from './index.js';

/** PyTorch's results in float64: tools/goldens/optimizers.py. */
const golden = (name: string) =>
  JSON.parse(readFileSync(new URL(`goldens/${name}.json`, import.meta.url), 'utf8'));

type Key = 'w' | 'b';
interface QuadraticCase {
  readonly options: object;
  readonly losses: readonly number[];
  readonly w: readonly number[];
  readonly b: readonly number[];
}
interface Part {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
const quadratic = golden('quadratic') as {
  readonly steps: number;
  readonly start: Record<Key, Part>;
  readonly target: Record<Key, Part>;
  readonly curvature: Record<Key, Part>;
  readonly cases: Readonly<Record<string, QuadraticCase>>;
};
const float64 = ({ shape, data }: Part) => fromData('float64', [...shape], Float64Array.from(data)) as Tensor;
const values = async (tensor: Tensor) => Array.from((await tensor.data()) as Float64Array);

/** `steps` updates of one parameter in float64, computed eagerly. */
async function descend(optimizer: Optimizer, key: Key): Promise<number[]> {
  const { start, target, curvature, steps } = quadratic;
  const [goal, steep] = [float64(target[key]), float64(curvature[key])];
  let parameter = float64(start[key]);
  let slots = optimizer.slots.map((slot): Tensor => {
    const begin = optimizer.slotStart?.(slot) ?? 0;
    if (begin === 'parameter') return parameter;
    const shape = (optimizer.slotShape?.(slot, parameter.shape) ?? parameter.shape) as number[];
    const size = shape.reduce((product, dim) => product * dim, 1);
    return fromData('float64', shape, new Float64Array(size).fill(begin));
  });
  for (let step = 0; step < steps; step++) {
    const scalars = optimizer
      .scalars(step, optimizer.learningRate(step))
      .map((scalar) => fromData('float64', [1], Float64Array.of(scalar)) as Tensor);
    const update = optimizer.update(parameter, mul(steep, sub(parameter, goal)), slots, scalars);
    parameter = update.parameter;
    slots = [...update.slots];
    for (const each of [parameter, ...slots]) await each.data();
  }
  return values(parameter);
}

const makers: Readonly<Record<string, (options: object) => Optimizer>> = {
  sgd: optimizers.sgd,
  adam: optimizers.adam,
  adamW: optimizers.adamW,
  rmsprop: optimizers.rmsprop,
  adagrad: optimizers.adagrad,
  lion: optimizers.lion,
  adafactor: optimizers.adafactor,
};

for (const [name, golden] of Object.entries(quadratic.cases)) {
  test(`${name} goes the way of its reference on a float64 quadratic`, async () => {
    const make = makers[name.replace(/-.*/, '')];
    if (!make) throw new Error(`no optimizer ${name}`);
    for (const key of ['w', 'b'] as const) {
      const found = await descend(make(golden.options), key);
      golden[key].forEach((expected, index) => {
        expect(Math.abs((found[index] as number) - expected)).toBeLessThan(1e-9 * Math.abs(expected) + 1e-12);
      });
    }
  });
}

test('an exponential average follows the parameters, an equal one is their mean', async () => {
  const decay = optimizers.averaged(optimizers.sgd({ learningRate: 0.1 }), { decay: 0.5 });
  const equal = optimizers.averaged(optimizers.sgd({ learningRate: 0.1 }), { from: 2, every: 1 });
  // f = p² / 2 from 1: p is 0.9, 0.81, 0.729, and so on.
  const after = async (optimizer: Optimizer) => {
    let parameter: Tensor = tensor([1]);
    let average: Tensor = parameter;
    for (let step = 0; step < 4; step++) {
      const scalars = optimizer.scalars(step, 0.1).map((scalar) => tensor([scalar]) as Tensor);
      const update = optimizer.update(parameter, parameter, [average], scalars);
      parameter = update.parameter;
      average = update.slots[0] as Tensor;
    }
    return (await average.item()) as number;
  };
  const path = [0.9, 0.81, 0.729, 0.6561];
  expect(await after(decay)).toBeCloseTo(
    path.reduce((average, each) => 0.5 * average + 0.5 * each, 1),
    6,
  );
  expect(await after(equal)).toBeCloseTo((0.81 + 0.729 + 0.6561) / 3, 6);
});

test('parameter groups: biases and norms do not decay', () => {
  const [still] = optimizers.adamWGroups();
  const still_ = (path: string) => optimizers.matchesPath(still?.parameters, path);
  expect(
    ['fc.bias', 'bias', 'lstm.bias_ih_l0', 'self_attn.in_proj_bias', 'layers.0.norm1.weight'].map(still_),
  ).toEqual(new Array(5).fill(true));
  expect(['fc.weight', 'normal.embedding', 'norm.attention.weight'].map(still_)).toEqual(
    new Array(3).fill(false),
  );
});

const schedules: Readonly<Record<string, (options: never) => Schedule>> = {
  stepDecay: optimizers.stepDecay,
  multiStepDecay: optimizers.multiStepDecay,
  exponentialDecay: optimizers.exponentialDecay,
  polynomialDecay: optimizers.polynomialDecay,
  cosineDecay: optimizers.cosineDecay,
  cosineRestarts: optimizers.cosineRestarts,
  oneCycle: optimizers.oneCycle,
};
const rates = golden('schedules') as Record<string, { options: never; rates: number[] }>;
for (const [name, { options, rates: expected }] of Object.entries(rates)) {
  test(`the schedule ${name} gives PyTorch's rates`, () => {
    const make = schedules[name.split(' ')[0] as string];
    if (!make) throw new Error(`no schedule ${name}`);
    const schedule = make(options);
    expected.forEach((rate, step) => {
      expect(Math.abs(schedule(step) - rate)).toBeLessThan(1e-10);
    });
  });
}

test('impossible schedules and optimizers are refused', () => {
  expect(() => optimizers.stepDecay({ learningRate: 1, every: 0 })).toThrow('every must be a whole number');
  expect(() => optimizers.oneCycle({ peak: 1, steps: 10, rise: 1 })).toThrow('rise must lie between 0 and 1');
  expect(() => optimizers.sgd({ nesterov: true })).toThrow('nesterov needs momentum');
  expect(() => optimizers.averaged(optimizers.sgd(), { decay: 1 })).toThrow('decay must lie in [0, 1)');
});

const curves = golden('lbfgs') as {
  x: number[];
  y: number[];
  rosenbrock: { start: number[]; losses: number[]; p: number[] };
  logistic: { start: number[]; losses: number[]; p: number[] };
};

test('L-BFGS goes down a logistic regression as PyTorch does', async () => {
  const x = tensor(Float32Array.from(curves.x), { shape: [40, 3] });
  const y = tensor(Float32Array.from(curves.y), { shape: [40] });
  const { matmul, softplus, mean, square } = await import('@noosphere/core');
  const loss = ({ p }: { p: Tensor }) => {
    const logits = matmul(x, p);
    return add(mean(sub(softplus(logits), mul(logits, y))), mul(sum(square(p)), 0.05));
  };
  const { losses, model, reason } = await optimizers.lbfgs({
    model: { p: tensor(curves.logistic.start) as Tensor },
    loss,
  });
  expect(reason).toBe('converged');
  losses.slice(0, 5).forEach((each, index) => {
    expect(Math.abs(each / (curves.logistic.losses[index] as number) - 1)).toBeLessThan(1e-4);
  });
  (await values(model.p)).forEach((each, index) => {
    expect(Math.abs(each - (curves.logistic.p[index] as number))).toBeLessThan(1e-3);
  });
});

test('L-BFGS finds the minimum of Rosenbrock’s valley, on PyTorch’s way at first', async () => {
  const { slice, square } = await import('@noosphere/core');
  const part = (p: Tensor, index: number) => slice(p, { starts: [index], ends: [index + 1] });
  const loss = ({ p }: { p: Tensor }) =>
    sum(add(square(sub(1, part(p, 0))), mul(square(sub(part(p, 1), square(part(p, 0)))), 100)));
  const { losses, model } = await optimizers.lbfgs({
    model: { p: tensor(curves.rosenbrock.start) as Tensor },
    loss,
  });
  losses.slice(0, 9).forEach((each, index) => {
    expect(Math.abs(each / (curves.rosenbrock.losses[index] as number) - 1)).toBeLessThan(1e-3);
  });
  expect(losses.at(-1)).toBeLessThan(1e-8);
  for (const each of await values(model.p)) expect(each).toBeCloseTo(1, 3);
});
