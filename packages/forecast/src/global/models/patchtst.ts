/** PatchTST. Nie et al. 2023, with neuralforecast's layers and defaults. */
import { knownOptions } from '@noosphere/base';
import {
  ArgumentError,
  add,
  gather,
  gelu,
  linear,
  matmul,
  mul,
  relu,
  reshape,
  softmax,
  type Tensor,
  tensor,
  transpose,
} from '@noosphere/core';
import { BatchNorm1d, type ForwardContext, Linear, type Random } from '@noosphere/train';
import {
  type Architecture,
  type Network,
  type NetworkInputs,
  type NetworkSize,
  requireCounts,
  usualDefaults,
} from '../network.js';
import type { NeuralModel } from '../neural-model.js';
import type { NeuralOptions } from '../neural-options.js';
import { byStep } from './linear-maps.js';
import { neuralModelOf } from './neural-model-of.js';
import { normalizeRows } from './row-batch-norm.js';

interface PatchShape {
  /** Encoder layers. @default 3 */
  readonly layers?: number;
  /** @default 16 */
  readonly heads?: number;
  /** Width of a patch's vector. @default 128 */
  readonly hiddenSize?: number;
  /** Units of the feed-forward part. @default 256 */
  readonly innerSize?: number;
  /** Rate behind embedding, attention and feed-forward part. @default 0.2 */
  readonly dropout?: number;
  /** Rate of the attention's weights. @default 0 */
  readonly attentionDropout?: number;
  /** Values of a patch. @default 16 */
  readonly patch?: number;
  /** Values between two patches' beginnings. @default 8 */
  readonly stride?: number;
  /** @default 'gelu' */
  readonly activation?: 'gelu' | 'relu';
}

export interface PatchTSTOptions extends NeuralOptions, PatchShape {}

type FullShape = Required<PatchShape>;

const patchDefaults = {
  layers: 3,
  heads: 16,
  hiddenSize: 128,
  innerSize: 256,
  dropout: 0.2,
  attentionDropout: 0,
  patch: 16,
  stride: 8,
  activation: 'gelu',
} as const satisfies FullShape;

/** An encoder layer over patches; attention scores go on from layer to layer (He et al. 2021, RealFormer). */
class PatchLayer {
  readonly W_Q: Linear;
  readonly W_K: Linear;
  readonly W_V: Linear;
  readonly to_out: Linear;
  readonly norm_attn: BatchNorm1d;
  readonly ff: readonly [Linear, Linear];
  readonly norm_ffn: BatchNorm1d;
  readonly shape: FullShape;

  constructor(shape: FullShape, random: Random) {
    const { hiddenSize, innerSize } = shape;
    const square = () => new Linear(hiddenSize, hiddenSize, random);
    [this.W_Q, this.W_K, this.W_V, this.to_out] = [square(), square(), square(), square()];
    this.norm_attn = new BatchNorm1d(hiddenSize);
    this.ff = [new Linear(hiddenSize, innerSize, random), new Linear(innerSize, hiddenSize, random)];
    this.norm_ffn = new BatchNorm1d(hiddenSize);
    this.shape = shape;
  }

  /** @param x [B n, D], the patches of a window behind one another. */
  forward(
    x: Tensor,
    patches: number,
    before: Tensor | undefined,
    context: ForwardContext,
  ): { readonly output: Tensor; readonly scores: Tensor } {
    const { dropout, activation } = this.shape;
    const { mixed, scores } = this.attend(x, patches, before, context);
    const attended = normalizeRows(this.norm_attn, add(x, mixed), context);
    const [up, down] = this.ff;
    const activate = activation === 'gelu' ? gelu : relu;
    const inner = down.forward(context.dropout(activate(up.forward(attended)), dropout));
    const output = normalizeRows(this.norm_ffn, add(attended, context.dropout(inner, dropout)), context);
    return { output, scores };
  }

  private attend(x: Tensor, patches: number, before: Tensor | undefined, context: ForwardContext) {
    const { heads, hiddenSize, dropout, attentionDropout } = this.shape;
    const width = hiddenSize / heads;
    const byHead = (rows: Tensor, order: readonly number[]) =>
      transpose(reshape(rows, [-1, patches, heads, width]), order);
    // The scale 1 / √width belongs to the small weight, not to the scores.
    const scale = width ** -0.5;
    const query = linear(x, mul(this.W_Q.weight, scale), mul(this.W_Q.bias as Tensor, scale));
    const own = matmul(byHead(query, [0, 2, 1, 3]), byHead(this.W_K.forward(x), [0, 2, 3, 1])); // [B, heads, n, n]
    const scores = before ? add(own, before) : own;
    const weights = context.dropout(softmax(scores), attentionDropout);
    const values = matmul(weights, byHead(this.W_V.forward(x), [0, 2, 1, 3]));
    const joined = reshape(transpose(values, [0, 2, 1, 3]), [-1, hiddenSize]); // [B, heads, n, d] -> [B n, D]
    // The reference drops twice in a row: what is kept both times.
    return { mixed: context.dropout(this.to_out.forward(joined), 1 - (1 - dropout) ** 2), scores };
  }
}

export class PatchNetwork implements Network {
  readonly W_P: Linear;
  readonly W_pos: Tensor;
  readonly layers: readonly PatchLayer[];
  readonly head: Linear;
  readonly patches: number;
  readonly patch: number;
  readonly horizon: number;
  readonly shape: FullShape;

  constructor({ lookback, horizon, outputs }: NetworkSize, shape: FullShape, random: Random) {
    const { layers, heads, hiddenSize, innerSize, stride } = shape;
    requireCounts('patchtst', { layers, heads, hiddenSize, innerSize, patch: shape.patch, stride });
    if (hiddenSize % heads !== 0)
      throw new ArgumentError(
        'patchtst',
        `hiddenSize must be a multiple of heads, got ${hiddenSize} and ${heads}`,
      );
    this.patch = Math.min(lookback + stride, shape.patch);
    this.patches = Math.floor((lookback - this.patch) / stride) + 2;
    this.W_P = new Linear(this.patch, hiddenSize, random);
    this.W_pos = random.uniformTensor([this.patches, hiddenSize], 0.02);
    this.layers = Array.from({ length: layers }, () => new PatchLayer(shape, random));
    this.head = new Linear(hiddenSize * this.patches, horizon * outputs, random);
    this.horizon = horizon;
    this.shape = shape;
  }

  forward({ y }: NetworkInputs, context: ForwardContext): Tensor {
    const { patches, horizon, shape } = this;
    const { hiddenSize, dropout } = shape;
    const cut = gather(y, patchPlaces(y.shape[1] as number, patches, this.patch, shape.stride), { axis: 1 }); // [B, n, P]
    const embedded = context.dropout(add(this.W_P.forward(cut), this.W_pos), dropout);
    let state: { output: Tensor; scores: Tensor | undefined } = {
      output: reshape(embedded, [-1, hiddenSize]),
      scores: undefined,
    };
    for (const layer of this.layers) state = layer.forward(state.output, patches, state.scores, context);
    const flat = reshape(state.output, [-1, patches * hiddenSize]);
    // The reference lays a window out as [D, n]; turning the weight costs less than turning the windows.
    const outputs = this.head.weight.shape[0] as number;
    const byPatch = transpose(reshape(this.head.weight, [outputs, hiddenSize, patches]), [0, 2, 1]);
    return byStep(linear(flat, reshape(byPatch, [outputs, -1]), this.head.bias), horizon);
  }
}

/** Places of each patch's values [n, P]; behind the end the last value is repeated. */
function patchPlaces(lookback: number, patches: number, patch: number, stride: number): Tensor {
  const places = Int32Array.from({ length: patches * patch }, (_, index) =>
    Math.min(lookback - 1, Math.floor(index / patch) * stride + (index % patch)),
  );
  return tensor(places, { shape: [patches, patch] });
}

export const patchtstArchitecture: Architecture<PatchShape> = {
  kind: 'patchtst',
  name: 'PatchTST',
  covariates: [],
  isMultivariate: false,
  defaults: { ...usualDefaults, steps: 5000, learningRate: 1e-4 },
  create: (size, options, random) => new PatchNetwork(size, { ...patchDefaults, ...options }, random),
};

/**
 * PatchTST: a transformer over patches of the history, each series on its own (channel-independent), with reversible
 * normalisation by the last value. Takes no covariates. Nie et al. 2023.
 * @example
 * const model = patchtst({ horizon: 96, lookback: 336, hiddenSize: 16, heads: 4, innerSize: 128, dropout: 0.3 });
 * console.log(model.settings.reversibleNorm); // → { affine: false, subtractLast: true }
 */
export function patchtst(options: PatchTSTOptions): NeuralModel {
  knownOptions(
    'patchtst',
    options,
    'horizon lookback name loss scaler reversibleNorm steps learningRate rateHalvings',
    'windowsPerBatch seriesPerBatch validateEvery patience clipNorm stepsPerCall seed',
    'covariates threads layers heads hiddenSize innerSize dropout attentionDropout patch',
    'stride activation',
  );
  return neuralModelOf(patchtstArchitecture, options, patchDefaults, { affine: false, subtractLast: true });
}
