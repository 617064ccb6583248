/** Pooling over one to three spatial axes: the rank of the input says how many. */
import { knownOptions } from '@noosphere/base';
import {
  type AveragePoolOptions,
  adaptiveAveragePool,
  adaptiveMaxPool,
  averagePool,
  flatten,
  globalAveragePool,
  globalMaxPool,
  maxPool,
  type PoolOptions,
  type Tensor,
} from '@noosphere/core';
import { type Kernel, windowNames } from './kernel-parameters.js';

/**
 * Largest element of each window, as PyTorch's `nn.MaxPool1d` to `3d`; windows lie side by side unless `strides` say else.
 * Shapes: x [N, C, ...] gives [N, C, ...].
 * @example
 * console.log(new MaxPool(2).forward(ones([1, 3, 8, 8])).shape); // → [ 1, 3, 4, 4 ]
 */
export class MaxPool {
  readonly options: PoolOptions;

  constructor(kernel: Kernel, options: Omit<PoolOptions, 'kernel'> = {}) {
    this.options = { ...knownOptions('MaxPool', options, [...windowNames, 'ceilMode']), kernel };
  }

  forward(x: Tensor): Tensor {
    return maxPool(x, this.options);
  }
}

/**
 * Mean of each window, as PyTorch's `nn.AvgPool1d` to `3d`; windows lie side by side unless `strides` say else.
 * Shapes: x [N, C, ...] gives [N, C, ...].
 * @example
 * console.log(new AvgPool(3, { strides: 2, padding: 1 }).forward(ones([1, 3, 8, 8])).shape); // → [ 1, 3, 4, 4 ]
 */
export class AvgPool {
  readonly options: AveragePoolOptions;

  constructor(kernel: Kernel, options: Omit<AveragePoolOptions, 'kernel'> = {}) {
    const known = knownOptions('AvgPool', options, [...windowNames, 'ceilMode', 'countIncludePad']);
    this.options = { ...known, kernel };
  }

  forward(x: Tensor): Tensor {
    return averagePool(x, this.options);
  }
}

/**
 * Largest elements over windows chosen to give a size, as PyTorch's `nn.AdaptiveMaxPool1d` to `3d`.
 * Shapes: x [N, C, ...] gives [N, C, ...outputSize].
 * @example
 * console.log(new AdaptiveMaxPool(3).forward(ones([1, 2, 7, 8])).shape); // → [ 1, 2, 3, 3 ]
 */
export class AdaptiveMaxPool {
  readonly outputSize: Kernel;

  constructor(outputSize: Kernel) {
    this.outputSize = outputSize;
  }

  forward(x: Tensor): Tensor {
    return adaptiveMaxPool(x, { outputSize: this.outputSize });
  }
}

/**
 * Means over windows chosen to give a size, as PyTorch's `nn.AdaptiveAvgPool1d` to `3d`.
 * Shapes: x [N, C, ...] gives [N, C, ...outputSize].
 * @example
 * console.log(new AdaptiveAvgPool([2, 1]).forward(ones([1, 2, 7, 8])).shape); // → [ 1, 2, 2, 1 ]
 */
export class AdaptiveAvgPool {
  readonly outputSize: Kernel;

  constructor(outputSize: Kernel) {
    this.outputSize = outputSize;
  }

  forward(x: Tensor): Tensor {
    return adaptiveAveragePool(x, { outputSize: this.outputSize });
  }
}

/**
 * Mean of each channel, without spatial axes: what stands between convolutions and a linear head.
 * Shapes: x [N, C, ...] gives [N, C].
 * @example
 * console.log(new GlobalAvgPool().forward(ones([2, 5, 8, 8])).shape); // → [ 2, 5 ]
 */
export class GlobalAvgPool {
  forward(x: Tensor): Tensor {
    return flatten(globalAveragePool(x), 1);
  }
}

/**
 * Largest element of each channel, without spatial axes.
 * Shapes: x [N, C, ...] gives [N, C].
 * @example
 * console.log(new GlobalMaxPool().forward(ones([2, 5, 8, 8])).shape); // → [ 2, 5 ]
 */
export class GlobalMaxPool {
  forward(x: Tensor): Tensor {
    return flatten(globalMaxPool(x), 1);
  }
}
