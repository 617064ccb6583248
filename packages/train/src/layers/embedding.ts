import { gather, type Tensor } from '@noosphere/core';
import type { Random } from '../random.js';

/**
 * Rows of a table by integer index, as PyTorch's `nn.Embedding`. Starts standard normal.
 * Shapes: indices [...] give [..., E]; weight [V, E].
 * @example
 * const table = new Embedding(10, 4, new Random(1));
 * console.log(table.forward(tensor([[1, 2]], { dtype: 'int32' })).shape); // → [ 1, 2, 4 ]
 */
export class Embedding {
  readonly weight: Tensor;

  constructor(count: number, size: number, random: Random) {
    this.weight = random.normalTensor([count, size], 1);
  }

  forward(indices: Tensor): Tensor {
    return gather(this.weight, indices);
  }
}
