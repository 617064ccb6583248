import { knownOptions } from '@noosphere/base';
import { gru, type Tensor } from '@noosphere/core';
import type { Random } from '../random.js';
import type { ForwardContext } from '../step/context.js';
import {
  Recurrent,
  type RecurrentCall,
  type RecurrentLayerOptions,
  recurrentNames,
  runRecurrent,
} from './recurrent.js';

export interface RecurrentLayerResult {
  /** Hidden state of the last layer at every step, directions side by side. */
  readonly output: Tensor;
  /** Hidden state of the last layer behind its last step [N, D H]. */
  readonly hidden: Tensor;
  /** Of all layers and directions [L D, N, H], as PyTorch's h_n: where another call goes on. */
  readonly states: { readonly hidden: Tensor };
}

/**
 * Gated recurrent unit, as PyTorch's `nn.GRU` (gates in the order r, z, n): h = (1 - z) n + z h₋, with r, z = σ(W x + b +
 * R h₋ + c) and n = tanh(W x + b + r (R h₋ + c)). Starts uniform in ±1/√hidden. Cho et al. 2014.
 * Shapes: x [T, N, I] gives output [T, N, D H] and hidden [N, D H], with D directions and L layers; weight_ih_l0 [3 H, I],
 * weight_hh_l0 [3 H, H], biases [3 H]; weight_ih_l1 [3 H, D H] and so on.
 * @example
 * const layer = new GRU(5, 8, new Random(1));
 * console.log(layer.forward(ones([10, 2, 5])).hidden.shape); // → [ 2, 8 ]
 */
export class GRU extends Recurrent {
  constructor(inputs: number, hidden: number, random: Random, options: RecurrentLayerOptions = {}) {
    super('GRU', 3, inputs, hidden, random, knownOptions('GRU', options, recurrentNames));
  }

  forward(x: Tensor, context?: ForwardContext, call: RecurrentCall = {}): RecurrentLayerResult {
    knownOptions('GRU', call, 'lengths hidden');
    const { output, hidden, hiddenStates } = runRecurrent('GRU', this, x, gru, context, call);
    return { output, hidden, states: { hidden: hiddenStates } };
  }
}
