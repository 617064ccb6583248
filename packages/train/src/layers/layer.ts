/** What the layers that hold other layers expect of them. */
import type { Tensor } from '@noosphere/core';
import type { ForwardContext } from '../step/context.js';

/** One tensor in, one out. */
export interface Layer {
  forward(x: Tensor, context?: ForwardContext): Tensor;
}

/** A layer, or a function without parameters, as an activation. */
export type LayerLike = Layer | ((x: Tensor) => Tensor);

/** Calls a layer or function. */
export function applyLayer(layer: LayerLike, x: Tensor, context: ForwardContext): Tensor {
  return typeof layer === 'function' ? layer(x) : layer.forward(x, context);
}
