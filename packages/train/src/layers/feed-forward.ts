/** What encoder and decoder layers share: options, and the way of a part around its norm. */
import { knownOptions } from '@noosphere/base';
import { add, gelu, relu, type Tensor } from '@noosphere/core';
import type { ForwardContext } from '../step/context.js';
import type { AttentionLayerOptions } from './attention.js';
import type { LayerNorm } from './layer-norm.js';
import type { Linear } from './linear.js';

export interface TransformerLayerOptions extends Pick<AttentionLayerOptions, 'keyValueHeads' | 'rotary'> {
  /** Width of the inner layer of the feed-forward part. @default 2048 */
  readonly inner?: number;
  /** Rate of dropout of attention weights, inner activations and what is added. @default 0.1 */
  readonly dropout?: number;
  /** @default 'relu' */
  readonly activation?: 'relu' | 'gelu' | ((x: Tensor) => Tensor);
  /** Normalise before each part instead of behind it (pre-LN, Xiong et al. 2020). @default false */
  readonly normFirst?: boolean;
  /** Keeps the roots of the norms away from 0. @default 1e-5 */
  readonly epsilon?: number;
  /** @default true */
  readonly bias?: boolean;
}

const defaults = {
  inner: 2048,
  dropout: 0.1,
  activation: 'relu',
  normFirst: false,
  epsilon: 1e-5,
  bias: true,
} as const;

export const transformerLayerNames = [
  'inner',
  'dropout',
  'activation',
  'normFirst',
  'epsilon',
  'bias',
  'keyValueHeads',
  'rotary',
] as const;

type SettledOptions = Required<Omit<TransformerLayerOptions, 'keyValueHeads' | 'rotary'>>;

/** The options of a layer with their defaults; `attention` holds those that its attention takes. */
export function transformerLayerOptions(
  layer: string,
  options: TransformerLayerOptions,
): SettledOptions & { readonly attention: AttentionLayerOptions } {
  const known = knownOptions(layer, options, transformerLayerNames);
  const { inner, activation, normFirst, epsilon, ...attention } = { ...defaults, ...known };
  const { dropout, bias } = attention;
  return { inner, dropout, activation, normFirst, epsilon, bias, attention };
}

/** The function behind an activation's name. */
export function activationOf(activation: 'relu' | 'gelu' | ((x: Tensor) => Tensor)): (x: Tensor) => Tensor {
  if (typeof activation === 'function') return activation;
  return activation === 'gelu' ? (x) => gelu(x) : relu;
}

/** linear2(dropout(activation(linear1(x)))) */
export function feedForward(
  {
    linear1,
    linear2,
    activation,
    dropout,
  }: {
    readonly linear1: Linear;
    readonly linear2: Linear;
    readonly activation: (x: Tensor) => Tensor;
    readonly dropout: number;
  },
  x: Tensor,
  context: ForwardContext,
): Tensor {
  return linear2.forward(context.dropout(activation(linear1.forward(x)), dropout));
}

/** x with a part added: norm(x + dropout(part(x))), or x + dropout(part(norm(x))). */
export function addNormed(
  { normFirst, dropout }: { readonly normFirst: boolean; readonly dropout: number },
  norm: LayerNorm,
  x: Tensor,
  part: (x: Tensor) => Tensor,
  context: ForwardContext,
): Tensor {
  if (normFirst) return add(x, context.dropout(part(norm.forward(x)), dropout));
  return norm.forward(add(x, context.dropout(part(x), dropout)));
}
