import { add, crossEntropy, flatten, reshape, type Tensor } from '@noosphere/core';
import {
  Embedding,
  type ForwardContext,
  Linear,
  type Random,
  TransformerEncoder,
  TransformerEncoderLayer,
} from '@noosphere/train';
import type { BenchModel } from './bench-model.js';

export interface EncoderSize {
  readonly width: number;
  readonly heads: number;
  readonly inner: number;
  readonly layers: number;
}

/** A class for each token of sequences of 128. */
export class Encoder implements BenchModel {
  readonly token: Embedding;
  readonly position: Embedding;
  readonly encoder: { readonly layers: readonly TransformerEncoderLayer[] };
  readonly head: Linear;

  constructor({ width, heads, inner, layers }: EncoderSize, random: Random, dropout = 0) {
    this.token = new Embedding(30522, width, random);
    this.position = new Embedding(128, width, random);
    const options = { inner, dropout, activation: 'gelu' } as const;
    const layer = () => new TransformerEncoderLayer(width, heads, random, options);
    this.encoder = { layers: Array.from({ length: layers }, layer) };
    this.head = new Linear(width, 9, random);
  }

  /** x [N, L] token numbers, y [N, L] classes. */
  loss(x: Tensor, y: Tensor, context: ForwardContext): Tensor {
    const embedded = add(this.token.forward(x), this.position.weight);
    const encoded = this.encoder.layers.reduce((input, layer) => layer.forward(input, context), embedded);
    // [N, L, 9] -> [N L, 9]
    return crossEntropy(reshape(this.head.forward(encoded), [-1, 9]), flatten(y));
  }
}

/** A language model after GPT-2: causal layers that normalise first, 512 tokens of a vocabulary of 512. */
export class Gpt implements BenchModel {
  readonly token: Embedding;
  readonly position: Embedding;
  readonly decoder: TransformerEncoder;
  readonly head: Linear;

  constructor(random: Random) {
    this.token = new Embedding(512, 256, random);
    this.position = new Embedding(512, 256, random);
    this.decoder = new TransformerEncoder(4, 256, 8, random, {
      inner: 1024,
      dropout: 0,
      activation: 'gelu',
      normFirst: true,
    });
    this.head = new Linear(256, 512, random, { bias: false });
  }

  /** x [N, L] token numbers, y [N, L] the token that follows each. */
  loss(x: Tensor, y: Tensor, context: ForwardContext): Tensor {
    const embedded = add(this.token.forward(x), this.position.weight);
    const decoded = this.decoder.forward(embedded, context, { causal: true });
    // [N, L, 512] -> [N L, 512]
    return crossEntropy(reshape(this.head.forward(decoded), [-1, 512]), flatten(y));
  }
}
