import { knownOptions } from '@noosphere/base';
import { rnn, type Tensor } from '@noosphere/core';
import type { Random } from '../random.js';
import type { ForwardContext } from '../step/context.js';
import type { RecurrentLayerResult } from './gru.js';
import {
  Recurrent,
  type RecurrentCall,
  type RecurrentLayerOptions,
  recurrentNames,
  runRecurrent,
} from './recurrent.js';

export interface RNNOptions extends RecurrentLayerOptions {
  /** @default 'tanh' */
  readonly activation?: 'tanh' | 'relu';
}

/**
 * Elman's recurrent layer, as PyTorch's `nn.RNN`: h = tanh(W x + b + R h₋ + c), or relu of it. Starts uniform in
 * ±1/√hidden. Elman 1990.
 * Shapes: x [T, N, I] gives output [T, N, D H] and hidden [N, D H], with D directions and L layers; weight_ih_l0 [H, I],
 * weight_hh_l0 [H, H], biases [H]; weight_ih_l1 [H, D H] and so on.
 * @example
 * const layer = new RNN(5, 8, new Random(1), { batchFirst: true });
 * console.log(layer.forward(ones([2, 10, 5])).output.shape); // → [ 2, 10, 8 ]
 */
export class RNN extends Recurrent {
  readonly activation: 'tanh' | 'relu';

  constructor(inputs: number, hidden: number, random: Random, options: RNNOptions = {}) {
    super('RNN', 1, inputs, hidden, random, knownOptions('RNN', options, [...recurrentNames, 'activation']));
    this.activation = options.activation ?? 'tanh';
  }

  forward(x: Tensor, context?: ForwardContext, call: RecurrentCall = {}): RecurrentLayerResult {
    knownOptions('RNN', call, 'lengths hidden');
    const { activation } = this;
    const { output, hidden, hiddenStates } = runRecurrent(
      'RNN',
      this,
      x,
      (sequence, options) => rnn(sequence, { ...options, activation }),
      context,
      call,
    );
    return { output, hidden, states: { hidden: hiddenStates } };
  }
}
