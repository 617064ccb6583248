import { knownOptions } from '@noosphere/base';
import { lstm, type Tensor } from '@noosphere/core';
import type { Random } from '../random.js';
import type { ForwardContext } from '../step/context.js';
import {
  Recurrent,
  type RecurrentCall,
  type RecurrentLayerOptions,
  recurrentNames,
  runRecurrent,
} from './recurrent.js';

/** What an LSTM is told besides its input. */
export interface LSTMCall extends RecurrentCall {
  /** The cells to begin with [L D, N, H], as an earlier call gave them in `states`. @default zeros */
  readonly cell?: Tensor;
}

export interface LSTMResult {
  /** Hidden state of the last layer at every step, directions side by side. */
  readonly output: Tensor;
  /** Hidden state of the last layer behind its last step [N, D H]. */
  readonly hidden: Tensor;
  /** Cell of the last layer behind its last step [N, D H]. */
  readonly cell: Tensor;
  /** Of all layers and directions [L D, N, H], as PyTorch's h_n and c_n: where another call goes on. */
  readonly states: { readonly hidden: Tensor; readonly cell: Tensor };
}

/**
 * Long short-term memory, as PyTorch's `nn.LSTM` (gates in the order i, f, g, o): c = f c₋ + i g, h = o tanh c, with i, f,
 * o = σ(W x + b + R h₋ + c) and g = tanh of the like. Starts uniform in ±1/√hidden. Hochreiter & Schmidhuber 1997.
 * Shapes: x [T, N, I] gives output [T, N, D H], hidden and cell [N, D H], with D directions and L layers; weight_ih_l0
 * [4 H, I], weight_hh_l0 [4 H, H], biases [4 H]; weight_ih_l1 [4 H, D H] and so on.
 * @example
 * const layer = new LSTM(5, 8, new Random(1), { layers: 2, bidirectional: true });
 * const { output, hidden, states } = layer.forward(ones([10, 2, 5]));
 * console.log(output.shape, hidden.shape, states.hidden.shape); // → [ 10, 2, 16 ] [ 2, 16 ] [ 4, 2, 8 ]
 */
export class LSTM extends Recurrent {
  constructor(inputs: number, hidden: number, random: Random, options: RecurrentLayerOptions = {}) {
    super('LSTM', 4, inputs, hidden, random, knownOptions('LSTM', options, recurrentNames));
  }

  forward(x: Tensor, context?: ForwardContext, call: LSTMCall = {}): LSTMResult {
    knownOptions('LSTM', call, 'lengths hidden cell');
    const found = runRecurrent(
      'LSTM',
      this,
      x,
      (sequence, options, place) => lstm(sequence, { ...options, initialCell: place(call.cell) }),
      context,
      call,
    );
    const { output, hidden, hiddenStates, cell, cellStates } = found;
    return {
      output,
      hidden,
      cell: cell as Tensor,
      states: { hidden: hiddenStates, cell: cellStates as Tensor },
    };
  }
}
