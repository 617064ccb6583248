/** One model for each family of operators, with open batch and time dimensions, forwards and as a training gradient. */
import {
  adaptiveAveragePool,
  add,
  argMax,
  attention,
  averagePool,
  batchNorm,
  cast,
  clamp,
  concat,
  conv,
  convTranspose,
  crossEntropy,
  cumsum,
  einsum,
  elu,
  exp,
  flip,
  gather,
  gelu,
  globalAveragePool,
  greater,
  groupNorm,
  gru,
  instanceNorm,
  layerNorm,
  linear,
  logicalNot,
  logSoftmax,
  logSumExp,
  lstm,
  matmul,
  max,
  maxPool,
  mean,
  mish,
  mul,
  type NamedTensors,
  oneHot,
  pad,
  randomNormal,
  relu,
  reshape,
  resize,
  rmsNorm,
  type Shape,
  scan,
  scatterElements,
  sigmoid,
  silu,
  sin,
  slice,
  softmax,
  split,
  square,
  sum,
  type Tensor,
  tanh,
  tensor,
  tile,
  topK,
  transpose,
  tril,
  valueAndGrad,
  variance,
  where,
} from '@noosphere/core';
import type { Random } from './random.js';

export interface Family {
  apply(inputs: NamedTensors): NamedTensors;
  /** Inputs to try it on. */
  readonly inputs: NamedTensors;
  /** Shapes that the file leaves open, by input. */
  readonly open: Readonly<Record<string, Shape>>;
}

type Compute = (x: Tensor, weight: (...shape: number[]) => Tensor) => Tensor;

/** A family of one input. */
interface Single {
  readonly shape: readonly number[];
  readonly open: Shape;
  readonly compute: Compute;
  /** Why there is no gradient model of open dimensions; none means that there is one. */
  readonly onlyForwards?: string;
}

const rows = { shape: [3, 6], open: ['batch', 6] } as const;
const sequence = { shape: [5, 3, 4], open: ['time', 'batch', 4] } as const;
const tokens = { shape: [2, 5, 8], open: ['batch', 'time', 8] } as const;
const image = { shape: [2, 4, 8, 8], open: ['batch', 4, 8, 8] } as const;

const singles: Readonly<Record<string, Single>> = {
  arithmetic: { ...rows, compute: (x) => add(mul(x, 2), exp(sin(x))) },
  comparison: { ...rows, compute: (x) => where(logicalNot(greater(x, 0)), square(x), x) },
  activations: { ...rows, compute: (x) => add(add(relu(x), gelu(x)), add(elu(x), add(silu(x), mish(x)))) },
  clamp: { ...rows, compute: (x) => clamp(x, { min: -0.5, max: 0.5 }) },
  matmul: { ...tokens, compute: (x, w) => matmul(x, w(8, 3)) },
  linear: { ...rows, compute: (x, w) => linear(x, w(4, 6), w(4)) },
  einsum: { ...tokens, compute: (x, w) => einsum('bti,oi->bto', x, w(3, 8)) },
  reductions: {
    ...rows,
    compute: (x) => add(sum(x, { axes: 1 }), add(mean(x, { axes: 1 }), max(x, { axes: 1 }))),
  },
  'log-sum-exp and variance': {
    ...rows,
    compute: (x) => add(logSumExp(x, { axes: 1 }), variance(x, { axes: 1 })),
  },
  softmax: { ...rows, compute: (x) => add(softmax(x), logSoftmax(x)) },
  'cross entropy': {
    ...rows,
    compute: (x) => crossEntropy(x, argMax(x, { axis: 1 }), { reduction: 'none' }),
  },
  'layer norm': { ...tokens, compute: (x, w) => layerNorm(x, { scale: w(8), bias: w(8) }) },
  'rms norm': { ...tokens, compute: (x, w) => rmsNorm(x, { scale: w(8) }) },
  'group norm': { ...image, compute: (x, w) => groupNorm(x, { groups: 2, scale: w(4), bias: w(4) }) },
  'instance norm': { ...image, compute: (x, w) => instanceNorm(x, { scale: w(4), bias: w(4) }) },
  'batch norm': {
    ...image,
    compute: (x, w) =>
      batchNorm(x, { scale: w(4), bias: w(4), mean: w(4), variance: square(w(4)), epsilon: 1e-3 }),
  },
  convolution: { ...image, compute: (x, w) => conv(x, w(3, 4, 3, 3), { padding: 1, strides: 2 }) },
  'grouped convolution': {
    ...image,
    compute: (x, w) => conv(x, w(4, 2, 3, 3), { groups: 2, dilations: 2, bias: w(4) }),
  },
  'transposed convolution': { ...image, compute: (x, w) => convTranspose(x, w(4, 2, 3, 3), { strides: 2 }) },
  'max pooling': { ...image, compute: (x) => maxPool(x, { kernel: 2 }) },
  'average pooling': { ...image, compute: (x) => averagePool(x, { kernel: 3, strides: 2, padding: 1 }) },
  'global pooling': { ...image, compute: (x) => globalAveragePool(x) },
  'adaptive pooling': { ...image, compute: (x) => adaptiveAveragePool(x, { outputSize: 3 }) },
  resize: { ...image, compute: (x) => resize(x, { scales: 2, mode: 'linear' }) },
  layout: {
    ...tokens,
    compute: (x) => reshape(transpose(concat([x, flip(x, [2])], { axis: 2 }), [1, 0, 2]), [-1, 16]),
  },
  'pad, slice, split, tile': {
    ...rows,
    compute: (x) => {
      const [a, b] = split(
        slice(
          pad(x, {
            pads: [
              [0, 0],
              [1, 1],
            ],
          }),
          { starts: [1], ends: [7], axes: [1] },
        ),
        {
          axis: 1,
          parts: 2,
        },
      );
      return tile(add(a as Tensor, b as Tensor), [1, 2]);
    },
  },
  gather: { ...rows, compute: (x) => gather(x, tensor([0, 5, 2], { dtype: 'int32' }), { axis: 1 }) },
  scatter: {
    ...rows,
    compute: (x) => {
      const places = argMax(x, { axis: 1, keepDims: true });
      return scatterElements(x, places, mul(slice(x, { starts: [0], ends: [1], axes: [1] }), 2), { axis: 1 });
    },
  },
  'top k': { ...rows, compute: (x) => topK(x, { k: 2, axis: 1 }).values },
  'cumulative sum': { ...rows, compute: (x) => cumsum(x, { axis: 1 }) },
  triangle: { ...image, compute: (x) => tril(x) },
  'one-hot': { ...rows, compute: (x) => mul(oneHot(argMax(x, { axis: 1 }), { depth: 6 }), x) },
  cast: { ...rows, compute: (x) => cast(cast(x, 'float64'), 'float32') },
  lstm: {
    ...sequence,
    compute: (x, w) => lstm(x, { weightInput: w(8, 4), weightHidden: w(8, 2), biasInput: w(8) }).output,
  },
  gru: { ...sequence, compute: (x, w) => gru(x, { weightInput: w(6, 4), weightHidden: w(6, 2) }).output },
  scan: {
    ...sequence,
    shape: [5, 2, 4],
    open: ['time', 2, 4],
    compute: (x, w) => {
      const kernel = w(4, 4);
      const { outputs } = scan(
        ([state], [each]) => {
          const next = tanh(add(matmul(state as Tensor, kernel), each as Tensor));
          return { state: [next], outputs: [next] };
        },
        { state: [w(2, 4)], sequences: [x] },
      );
      return outputs[0] as Tensor;
    },
  },
  attention: {
    ...tokens,
    compute: (x, w) => {
      const heads = (kernel: Tensor) =>
        transpose(reshape(matmul(x, kernel), [...x.shape.slice(0, 2), 2, 4]), [0, 2, 1, 3]);
      return attention(heads(w(8, 8)), heads(w(8, 8)), heads(w(8, 8)), { causal: true });
    },
  },
  gates: { ...rows, compute: (x) => mul(sigmoid(x), tanh(x)) },
};

/** Models by name. */
export const families: Readonly<Record<string, (random: Random) => Family>> = Object.fromEntries(
  Object.entries(singles).flatMap(([name, single]) => [
    [name, (random: Random) => forwards(single, random)],
    ...(single.onlyForwards === undefined
      ? [[`gradient of ${name}`, (random: Random) => gradient(single, random)] as const]
      : []),
  ]),
);

/** Weights are the same each time the model is built. */
function weights(seed: number): (...shape: number[]) => Tensor {
  let stream = 0;
  return (...shape) => randomNormal(shape, { seed, stream: stream++ });
}

function forwards({ shape, open, compute }: Single, random: Random): Family {
  const seed = random.below(2 ** 31);
  return {
    apply: ({ x }) => ({ y: compute(x as Tensor, weights(seed)) }),
    inputs: { x: randomNormal([...shape], { seed, stream: 1000 }) },
    open: { x: open },
  };
}

/** The gradient of the mean square of the result, for the input. */
function gradient(single: Single, random: Random): Family {
  const family = forwards(single, random);
  const loss = valueAndGrad((x: Tensor) => mean(square(family.apply({ x }).y as Tensor)));
  return {
    ...family,
    apply: ({ x }) => {
      const { value, grads } = loss(x as Tensor);
      return { value, slope: grads };
    },
  };
}
