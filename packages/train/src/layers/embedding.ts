import { knownOptions } from '@noosphere/base';
import {
  ArgumentError,
  equal,
  fromData,
  gather,
  hostData,
  stopGradient,
  type Tensor,
  unsqueeze,
  where,
} from '@noosphere/core';
import type { Random } from '../random.js';
import { requireRandom, requireSizes } from './sizes.js';

export interface EmbeddingOptions {
  /** The index that stands for no entry: its row starts at 0 and gets no gradient. @default none */
  readonly paddingIndex?: number;
}

/**
 * Rows of a table by integer index, as PyTorch's `nn.Embedding`. Starts standard normal.
 * Shapes: indices [...] give [..., E]; weight [V, E].
 * @example
 * const table = new Embedding(10, 4, new Random(1), { paddingIndex: 0 });
 * console.log(table.forward(tensor([[1, 0]], { dtype: 'int32' })).shape); // → [ 1, 2, 4 ]
 */
export class Embedding {
  readonly weight: Tensor;
  readonly paddingIndex: number | undefined;

  constructor(count: number, size: number, random: Random, options: EmbeddingOptions = {}) {
    const { paddingIndex } = knownOptions('Embedding', options, 'paddingIndex');
    requireSizes('Embedding', { count, size });
    requireRandom('Embedding', random);
    if (
      paddingIndex !== undefined &&
      !(Number.isInteger(paddingIndex) && paddingIndex >= 0 && paddingIndex < count)
    )
      throw new ArgumentError(
        'Embedding',
        `paddingIndex must be a row from 0 to ${count - 1}, got ${paddingIndex}`,
      );
    const rows = random.normalTensor([count, size], 1);
    if (paddingIndex !== undefined) {
      const data = hostData(rows).fill(0, paddingIndex * size, (paddingIndex + 1) * size);
      this.weight = fromData('float32', [count, size], data);
    } else this.weight = rows;
    this.paddingIndex = paddingIndex;
  }

  forward(indices: Tensor): Tensor {
    const rows = gather(this.weight, indices);
    if (this.paddingIndex === undefined) return rows;
    const isPadding = unsqueeze(equal(indices, this.paddingIndex), indices.rank);
    return where(isPadding, stopGradient(rows), rows);
  }
}
