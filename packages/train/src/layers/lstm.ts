import { lstm, type Tensor } from '@noosphere/core';
import type { Random } from '../random.js';

/**
 * One LSTM layer over time, as PyTorch's `nn.LSTM` (gates in the order i, f, g, o). Starts uniform in ±1/√hidden.
 * Shapes: x [T, N, I] gives output [T, N, H], hidden and cell [N, H].
 * @example
 * const layer = new LSTM(5, 8, new Random(1));
 * console.log(layer.forward(ones([10, 2, 5])).hidden.shape); // → [ 2, 8 ]
 */
export class LSTM {
  readonly weight_ih_l0: Tensor;
  readonly weight_hh_l0: Tensor;
  readonly bias_ih_l0: Tensor;
  readonly bias_hh_l0: Tensor;

  constructor(inputs: number, hidden: number, random: Random) {
    const bound = 1 / Math.sqrt(hidden);
    this.weight_ih_l0 = random.uniformTensor([4 * hidden, inputs], bound);
    this.weight_hh_l0 = random.uniformTensor([4 * hidden, hidden], bound);
    this.bias_ih_l0 = random.uniformTensor([4 * hidden], bound);
    this.bias_hh_l0 = random.uniformTensor([4 * hidden], bound);
  }

  forward(x: Tensor): { output: Tensor; hidden: Tensor; cell: Tensor } {
    return lstm(x, {
      weightInput: this.weight_ih_l0,
      weightHidden: this.weight_hh_l0,
      biasInput: this.bias_ih_l0,
      biasHidden: this.bias_hh_l0,
    });
  }
}
