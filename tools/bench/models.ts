// The benchmark models over @noosphere/train by row, with PyTorch's parameter names: `../peers/torch_models.py` has the
// same ones. How each computes its loss is in `models/`.
import { mapTree, type Tensor } from '@noosphere/core';
import { Random } from '@noosphere/train';
import type { BenchModel } from './models/bench-model.js';
import { Cnn, SmallCnn } from './models/cnn.js';
import { DLinear } from './models/dlinear.js';
import { Mlp } from './models/mlp.js';
import { Gru, Lstm } from './models/recurrent.js';
import { ResNet20 } from './models/resnet.js';
import { Encoder, Gpt } from './models/transformers.js';
import { UNet } from './models/unet.js';

export type { BenchModel } from './models/bench-model.js';
export { Cnn } from './models/cnn.js';

const small = { width: 384, heads: 12, inner: 1536, layers: 6 };
const medium = { width: 512, heads: 8, inner: 2048, layers: 8 };

const models: Readonly<Record<string, (random: Random) => BenchModel>> = {
  mlp: (random) => new Mlp(random),
  'small-cnn': (random) => new SmallCnn(random),
  cnn: (random) => new Cnn(random),
  resnet20: (random) => new ResNet20(random),
  unet: (random) => new UNet(random),
  lstm: (random) => new Lstm(random),
  gru: (random) => new Gru(random),
  dlinear: (random) => new DLinear(random),
  encoder: (random) => new Encoder(small, random),
  'encoder-dropout': (random) => new Encoder(small, random, 0.1),
  'encoder-medium': (random) => new Encoder(medium, random),
  gpt: (random) => new Gpt(random),
};

/** The model of a row (`mlp-k32` is `mlp`) with the given weights, which must name all of its parameters and buffers. */
export function modelOf(name: string, weights: Readonly<Record<string, Tensor>>): BenchModel {
  const make = models[name.replace(/-k\d+$/, '')];
  if (make === undefined) throw new Error(`there is no model ${name}`);
  return mapTree(make(new Random(0)), (_, path) => {
    const weight = weights[path];
    if (weight === undefined) throw new Error(`the weights hold no ${path}`);
    return weight;
  });
}
