import type { Tensor } from '@noosphere/core';
import { type ForwardContext, inference } from '../step/context.js';
import { applyLayer, type LayerLike } from './layer.js';

/**
 * Layers one behind the other, as PyTorch's `nn.Sequential`; functions, as activations, count as places too, so that
 * parameters have PyTorch's names: `0.weight`, `2.weight`.
 * Shapes: those of the first layer's input give those of the last one's output.
 * @example
 * const random = new Random(1);
 * const net = new Sequential(new Linear(4, 8, random), relu, new Linear(8, 2, random));
 * console.log(net.forward(ones([5, 4])).shape, [...namedTensors(net).keys()].join(' '));
 * // → [ 5, 2 ] 0.weight 0.bias 2.weight 2.bias
 */
export class Sequential {
  [place: number]: LayerLike;

  constructor(...layers: readonly LayerLike[]) {
    for (const [place, layer] of layers.entries()) this[place] = layer;
  }

  forward(x: Tensor, context: ForwardContext = inference): Tensor {
    const layers = Object.values(this) as LayerLike[];
    return layers.reduce((value, layer) => applyLayer(layer, value, context), x);
  }
}
