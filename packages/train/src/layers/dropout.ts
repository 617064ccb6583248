/** Layers that leave parts of their input out at random while training. */

import { requireRate } from '@noosphere/base';
import { mul, staticDim, type Tensor } from '@noosphere/core';
import { fill } from '@noosphere/core/operators';
import { type ForwardContext, inference } from '../step/context.js';

/**
 * Drops elements at a rate while training and scales the rest by 1 / (1 - rate), as PyTorch's `nn.Dropout`; passes x on
 * otherwise. Hinton et al. 2012.
 * Shapes: x [...] gives [...].
 * @example
 * console.log(await new Dropout(0.5).forward(tensor([1, 2])).array()); // → [ 1, 2 ]
 */
export class Dropout {
  readonly rate: number;

  constructor(rate = 0.5) {
    requireRate('Dropout', 'the rate', rate);
    this.rate = rate;
  }

  forward(x: Tensor, context: ForwardContext = inference): Tensor {
    return context.dropout(x, this.rate);
  }
}

/**
 * Drops whole channels at a rate while training and scales the rest by 1 / (1 - rate), as PyTorch's `nn.Dropout1d` to
 * `3d`; passes x on otherwise. Tompson et al. 2015.
 * Shapes: x [N, C, ...] gives [N, C, ...].
 * @example
 * console.log(new Dropout2d(0.5).forward(ones([2, 3, 4, 4])).shape); // → [ 2, 3, 4, 4 ]
 */
export class Dropout2d {
  readonly rate: number;

  constructor(rate = 0.5) {
    requireRate('Dropout2d', 'the rate', rate);
    this.rate = rate;
  }

  forward(x: Tensor, context: ForwardContext = inference): Tensor {
    return dropAlong('Dropout2d', x, 2, this.rate, context);
  }
}

/**
 * Stochastic depth: drops whole samples at a rate while training and scales the rest by 1 / (1 - rate), so that a residual
 * branch that ends in it is left out for them; as timm's `DropPath`; passes x on otherwise. Huang et al. 2016.
 * Shapes: x [N, ...] gives [N, ...].
 * @example
 * const random = new Random(1);
 * const block = new Residual(new Sequential(new Linear(4, 4, random), new DropPath(0.1)));
 * console.log(block.forward(ones([2, 4])).shape); // → [ 2, 4 ]
 */
export class DropPath {
  readonly rate: number;

  constructor(rate = 0) {
    requireRate('DropPath', 'the rate', rate);
    this.rate = rate;
  }

  forward(x: Tensor, context: ForwardContext = inference): Tensor {
    return dropAlong('DropPath', x, 1, this.rate, context);
  }
}

/** One decision for each position of the leading axes. */
function dropAlong(layer: string, x: Tensor, axes: number, rate: number, context: ForwardContext): Tensor {
  if (!context.training || rate === 0) return x;
  const shape = x.shape.map((dim, axis) => (axis < axes ? staticDim(layer, dim) : 1));
  return mul(x, context.dropout(fill(x.dtype, shape, 1), rate));
}
