/** What N-BEATS and N-HiTS share: blocks that explain a part of the history and forecast from it. */
import {
  ArgumentError,
  add,
  flip,
  linear,
  matmul,
  mul,
  relu,
  selu,
  sigmoid,
  slice,
  softplus,
  sub,
  type Tensor,
  tanh,
  unsqueeze,
} from '@noosphere/core';
import { type ForwardContext, Linear, type Random } from '@noosphere/train';
import { type Network, type NetworkInputs, requireCounts } from '../network.js';

/** What a block makes of the residual history. */
export interface BlockResult {
  /** [B, L], the newest value first; none of the last block, which nobody reads. */
  readonly backcast: Tensor | undefined;
  /** [B, H, K] */
  readonly forecast: Tensor;
}

export interface Block {
  /**
   * @param residual [B, L], the newest value first.
   * @param isLast Whether the backcast may be left out.
   */
  forward(residual: Tensor, inputs: NetworkInputs, context: ForwardContext, isLast: boolean): BlockResult;
}

export const activations = { relu, softplus, tanh, selu, sigmoid } as const;
export type ActivationName = keyof typeof activations;

export function requireActivation(operation: string, name: ActivationName): void {
  if (!(name in activations))
    throw new ArgumentError(
      operation,
      `activation must be one of ${Object.keys(activations).join(', ')}, got '${name}'`,
    );
}

export interface BlockShape {
  /** Hidden layers of each block, behind its first linear map. @default 3 */
  readonly layers?: number;
  /** Units of each. @default 512 */
  readonly hiddenSize?: number;
  /** @default 'relu' */
  readonly activation?: ActivationName;
}

/**
 * The layers of a block: a linear map, then `layers` hidden ones, then a linear map to θ. The reference has no activation
 * behind the first map. Two linear maps in a row are one, W₂ W₁, whose product costs less than a pass over the windows:
 * about 40 % of a block's arithmetic is saved, values and gradients being the same.
 */
export class BlockLayers {
  readonly maps: readonly Linear[];
  readonly activation: ActivationName;
  readonly dropout: number;

  constructor(
    operation: string,
    inputs: number,
    outputs: number,
    { layers, hiddenSize, activation }: Required<BlockShape>,
    random: Random,
    dropout = 0,
  ) {
    requireCounts(operation, { layers, hiddenSize });
    requireActivation(operation, activation);
    this.maps = [
      new Linear(inputs, hiddenSize, random),
      ...Array.from({ length: layers }, () => new Linear(hiddenSize, hiddenSize, random)),
      new Linear(hiddenSize, outputs, random),
    ];
    this.activation = activation;
    this.dropout = dropout;
  }

  /**
   * [B, I] -> [B, θ - from]
   * @param from First element of θ that anybody wants.
   */
  forward(x: Tensor, context: ForwardContext, from = 0): Tensor {
    const [first, second, ...others] = this.maps as [Linear, Linear, ...Linear[]];
    const activate = activations[this.activation];
    const joined = linear(
      x,
      matmul(second.weight, first.weight),
      add(linear(first.bias as Tensor, second.weight), second.bias as Tensor),
    );
    let hidden = context.dropout(activate(joined), this.dropout);
    for (const map of others.slice(0, -1))
      hidden = context.dropout(activate(map.forward(hidden)), this.dropout);
    const last = others.at(-1) as Linear;
    if (from === 0) return last.forward(hidden);
    const wanted = { starts: [from], ends: [last.weight.shape[0] as number], axes: [0] };
    return linear(hidden, slice(last.weight, wanted), slice(last.bias as Tensor, wanted));
  }
}

/** Blocks one behind the other: each sees what those before left over, and their forecasts add up to the last value. */
export class ResidualNetwork implements Network {
  readonly blocks: readonly Block[];

  constructor(blocks: readonly Block[]) {
    this.blocks = blocks;
  }

  forward(inputs: NetworkInputs, context: ForwardContext): Tensor {
    const length = inputs.y.shape[1] as number;
    const newestFirst = (x: Tensor) => flip(x, [1]);
    const mask = newestFirst(inputs.mask);
    let residual = newestFirst(inputs.y);
    const parts: Tensor[] = [];
    this.blocks.forEach((block, index) => {
      const isLast = index === this.blocks.length - 1;
      const { backcast, forecast } = block.forward(residual, inputs, context, isLast);
      parts.push(forecast);
      if (backcast) residual = mul(sub(residual, backcast), mask);
    });
    const last = slice(inputs.y, { starts: [length - 1], ends: [length], axes: [1] });
    const total = parts.reduce((sum, part) => add(sum, part));
    return add(total, unsqueeze(last, 2)); // [B, 1] -> [B, 1, 1]
  }
}
