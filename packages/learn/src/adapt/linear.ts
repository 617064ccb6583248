/** Linear layers adapted: with a low-rank update beside frozen weights, and with fewer inputs or outputs. */
import { ArgumentError, knownOptions, requireWhole } from '@noosphere/base';
import {
  add,
  fromData,
  type HostTensor,
  hostData,
  linear,
  matmul,
  mul,
  type Tensor,
  zeros,
} from '@noosphere/core';
import { Linear, type NamePattern, Random, takeRows, trainOnly } from '@noosphere/train';
import { adapt } from './adapt.js';

/** y = x Wᵀ + b + (α / r) x Aᵀ Bᵀ: `base` stays, A [r, I] and B [O, r] train. Hu et al. 2021. */
export class LoraLinear {
  readonly base: Linear;
  readonly loraA: Tensor;
  readonly loraB: Tensor;
  readonly scale: number;

  constructor(base: Linear, rank: number, alpha: number, random: Random) {
    const [outputs, inputs] = base.weight.shape as readonly [number, number];
    this.base = base;
    this.loraA = random.uniformTensor([rank, inputs], 1 / Math.sqrt(inputs));
    this.loraB = zeros([outputs, rank]);
    this.scale = alpha / rank;
  }

  forward(x: Tensor): Tensor {
    return add(this.base.forward(x), mul(linear(linear(x, this.loraA), this.loraB), this.scale));
  }

  /** One layer that gives the same. */
  async merged(): Promise<Linear> {
    const change = mul(matmul(this.loraB, this.loraA), this.scale);
    const weight = add(this.base.weight, change);
    await weight.data();
    return withTensors(this.base, weight, this.base.bias);
  }
}

export interface LoraOptions {
  /** @default 8 */
  readonly rank?: number;
  /** @default twice the rank */
  readonly alpha?: number;
  /** Which linear layers, by the end of their paths, such as /query$|value$/. @default all */
  readonly match?: RegExp;
  /** Further parameters that train, such as a new head. @default none */
  readonly alsoTrain?: NamePattern | readonly NamePattern[];
  /** @default 0 */
  readonly seed?: number;
}

/**
 * Low-rank adaptation: linear layers keep their weights, and a product of two thin matrices beside each trains. The update is 0 at
 * first, so the model gives what it gave. Other kinds of layers bring their own hook for `adapt`.
 * @returns The model, and what of it trains, for `trainable` of `learn` and `fit`.
 * @example
 * const random = new Random(1);
 * const { model, trainable } = lora({ query: new Linear(8, 8, random), head: new Linear(8, 2, random) }, { rank: 2, match: /query/ });
 * console.log(trainable('query.loraA'), trainable('query.base.weight')); // → true false
 * console.log(model.query.forward(ones([1, 8])).shape); // → [ 1, 8 ]
 */
export function lora<Model extends object>(
  model: Model,
  options: LoraOptions = {},
): { readonly model: Model; readonly trainable: (path: string) => boolean } {
  const names = ['rank', 'alpha', 'match', 'alsoTrain', 'seed'] as const;
  const {
    rank = 8,
    alpha = 2 * rank,
    match,
    alsoTrain = [],
    seed = 0,
  } = knownOptions('lora', options, names);
  requireWhole('lora', 'rank', rank);
  const random = new Random(seed);
  const adapted = adapt(model, (layer, path) =>
    layer instanceof Linear && (match?.test(path) ?? true)
      ? new LoraLinear(layer, rank, alpha, random)
      : undefined,
  );
  return { model: adapted, trainable: trainOnly(adapted, [/\.lora[AB]$/, ...[alsoTrain].flat()]) };
}

/** A linear layer with some of its inputs, or outputs, only. */
export function linearWith(
  layer: Linear,
  options: { readonly inputs?: readonly number[]; readonly outputs?: readonly number[] },
): Linear {
  const { inputs, outputs } = knownOptions('linearWith', options, 'inputs outputs');
  const rowsOf = (tensor: Tensor) =>
    outputs ? takeRows(tensor as HostTensor, Uint32Array.from(outputs)) : (tensor as HostTensor);
  const weight = rowsOf(layer.weight);
  const bias = layer.bias && rowsOf(layer.bias);
  if (!inputs) return withTensors(layer, weight, bias);
  const [rows, columns] = weight.shape as readonly [number, number];
  if (inputs.some((input) => input >= columns))
    throw new ArgumentError('linearWith', `inputs must lie below ${columns}, got ${inputs.join(', ')}`);
  const from = hostData(weight) as Float32Array;
  const data = Float32Array.from({ length: rows * inputs.length }, (_, place) => {
    const row = Math.floor(place / inputs.length);
    return from[row * columns + (inputs[place % inputs.length] as number)] as number;
  });
  return withTensors(layer, fromData('float32', [rows, inputs.length], data), bias);
}

function withTensors(layer: Linear, weight: Tensor, bias: Tensor | undefined): Linear {
  return Object.assign(Object.create(Object.getPrototypeOf(layer)), { ...layer, weight, bias }) as Linear;
}
