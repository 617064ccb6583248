import { knownOptions } from '@noosphere/base';
import { add, requireSameShape, type Tensor } from '@noosphere/core';
import { type ForwardContext, inference } from '../step/context.js';
import { applyLayer, type LayerLike } from './layer.js';

export interface ResidualOptions {
  /** What x goes through where the body changes its shape, as a convolution of kernel 1. @default x itself */
  readonly shortcut?: LayerLike;
}

/**
 * A layer added to its own input: x + body(x).
 * Shapes: x [...] gives the body's result, which has x's shape, or the shortcut's. He et al. 2016.
 * @example
 * const block = new Residual(new Linear(4, 4, new Random(1)));
 * console.log(block.forward(ones([2, 4])).shape); // → [ 2, 4 ]
 */
export class Residual {
  readonly body: LayerLike;
  readonly shortcut: LayerLike | undefined;

  constructor(body: LayerLike, options: ResidualOptions = {}) {
    const { shortcut } = knownOptions('Residual', options, 'shortcut');
    this.body = body;
    this.shortcut = shortcut;
  }

  forward(x: Tensor, context: ForwardContext = inference): Tensor {
    const direct = this.shortcut ? applyLayer(this.shortcut, x, context) : x;
    const changed = applyLayer(this.body, x, context);
    requireSameShape('Residual', direct, changed);
    return add(direct, changed);
  }
}
