// The benchmark models over @noosphere/train, with PyTorch's parameter names: `../peers/torch_models.py` has the
// same ones. Each gives the loss of one batch.
import { add, crossEntropy, flatten, mapTree, maxPool, relu, reshape, type Tensor } from '@noosphere/core';
import {
  Conv2d,
  Embedding,
  type ForwardContext,
  Linear,
  LSTM,
  meanSquaredError,
  Random,
  TransformerEncoderLayer,
} from '@noosphere/train';

export interface BenchModel {
  loss(x: Tensor, y: Tensor, context: ForwardContext): Tensor;
}

class Mlp implements BenchModel {
  readonly fc1: Linear;
  readonly fc2: Linear;

  constructor(random: Random) {
    this.fc1 = new Linear(4, 64, random);
    this.fc2 = new Linear(64, 1, random);
  }

  loss(x: Tensor, y: Tensor): Tensor {
    return meanSquaredError(this.fc2.forward(relu(this.fc1.forward(x))), y);
  }
}

class SmallCnn implements BenchModel {
  readonly conv1: Conv2d;
  readonly conv2: Conv2d;
  readonly fc1: Linear;
  readonly fc2: Linear;

  constructor(random: Random) {
    this.conv1 = new Conv2d(1, 10, 5, random);
    this.conv2 = new Conv2d(10, 20, 5, random);
    this.fc1 = new Linear(320, 50, random);
    this.fc2 = new Linear(50, 10, random);
  }

  loss(x: Tensor, y: Tensor): Tensor {
    const first = relu(maxPool(this.conv1.forward(x), { kernel: 2 }));
    const second = relu(maxPool(this.conv2.forward(first), { kernel: 2 }));
    return crossEntropy(this.fc2.forward(relu(this.fc1.forward(flatten(second, 1)))), y);
  }
}

/** The row `cnn`, which the acceptance run of the event loop trains too. */
export class Cnn implements BenchModel {
  readonly conv1: Conv2d;
  readonly conv2: Conv2d;
  readonly conv3: Conv2d;
  readonly fc1: Linear;
  readonly fc2: Linear;

  constructor(random: Random) {
    this.conv1 = new Conv2d(3, 32, 3, random, { padding: 1 });
    this.conv2 = new Conv2d(32, 64, 3, random, { padding: 1 });
    this.conv3 = new Conv2d(64, 128, 3, random, { padding: 1 });
    this.fc1 = new Linear(128 * 16 * 16, 128, random);
    this.fc2 = new Linear(128, 5, random);
  }

  loss(x: Tensor, y: Tensor): Tensor {
    const features = [this.conv1, this.conv2, this.conv3].reduce(
      (input, convolution) => maxPool(relu(convolution.forward(input)), { kernel: 2 }),
      x,
    );
    return crossEntropy(this.fc2.forward(relu(this.fc1.forward(flatten(features, 1)))), y);
  }
}

class Lstm implements BenchModel {
  readonly lstm: LSTM;
  readonly head: Linear;

  constructor(random: Random) {
    this.lstm = new LSTM(5, 64, random);
    this.head = new Linear(64, 1, random);
  }

  /** x [T, N, I]. */
  loss(x: Tensor, y: Tensor): Tensor {
    return meanSquaredError(this.head.forward(this.lstm.forward(x).hidden), y);
  }
}

class Encoder implements BenchModel {
  readonly token: Embedding;
  readonly position: Embedding;
  readonly encoder: { readonly layers: readonly TransformerEncoderLayer[] };
  readonly head: Linear;

  constructor(random: Random, dropout = 0) {
    this.token = new Embedding(30522, 384, random);
    this.position = new Embedding(128, 384, random);
    const options = { inner: 1536, dropout, activation: 'gelu' } as const;
    const layers = Array.from({ length: 6 }, () => new TransformerEncoderLayer(384, 12, random, options));
    this.encoder = { layers };
    this.head = new Linear(384, 9, random);
  }

  /** x [N, L] token numbers, y [N, L] classes. */
  loss(x: Tensor, y: Tensor, context: ForwardContext): Tensor {
    const embedded = add(this.token.forward(x), this.position.weight);
    const encoded = this.encoder.layers.reduce((input, layer) => layer.forward(input, context), embedded);
    // [N, L, 9] -> [N L, 9]
    return crossEntropy(reshape(this.head.forward(encoded), [-1, 9]), flatten(y));
  }
}

const models: Readonly<Record<string, (random: Random) => BenchModel>> = {
  mlp: (random) => new Mlp(random),
  'small-cnn': (random) => new SmallCnn(random),
  cnn: (random) => new Cnn(random),
  lstm: (random) => new Lstm(random),
  encoder: (random) => new Encoder(random),
  'encoder-dropout': (random) => new Encoder(random, 0.1),
};

/** The model of a row (`mlp-k32` is `mlp`) with the given weights, which must name all of its parameters. */
export function modelOf(name: string, weights: Readonly<Record<string, Tensor>>): BenchModel {
  const make = models[name.replace(/-k\d+$/, '')];
  if (make === undefined) throw new Error(`there is no model ${name}`);
  return mapTree(make(new Random(0)), (_, path) => {
    const weight = weights[path];
    if (weight === undefined) throw new Error(`the weights hold no ${path}`);
    return weight;
  });
}
