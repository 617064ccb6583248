import { layerNorm, ones, type Tensor, zeros } from '@noosphere/core';

/**
 * Normalises the last axis: (x - mean) / √(variance + ε) γ + β, as PyTorch's `nn.LayerNorm`.
 * Shapes: x [..., E]; weight γ and bias β [E].
 * @example
 * console.log(new LayerNorm(4).forward(ones([2, 4])).shape); // → [ 2, 4 ]
 */
export class LayerNorm {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly epsilon: number;

  constructor(size: number, { epsilon = 1e-5 }: { epsilon?: number } = {}) {
    this.weight = ones([size]);
    this.bias = zeros([size]);
    this.epsilon = epsilon;
  }

  forward(x: Tensor): Tensor {
    return layerNorm(x, { scale: this.weight, bias: this.bias, epsilon: this.epsilon });
  }
}
