import { add, crossEntropy, flatten, globalAveragePool, relu, type Tensor } from '@noosphere/core';
import { BatchNorm2d, Conv2d, type ForwardContext, Linear, type Random } from '@noosphere/train';
import type { BenchModel } from './bench-model.js';

/** Two convolutions beside a shortcut, which is projected where the block changes the size. Named as torchvision's. */
class BasicBlock {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly downsample: readonly [Conv2d, BatchNorm2d] | undefined;

  constructor(inputs: number, outputs: number, random: Random) {
    const strides = inputs === outputs ? 1 : 2;
    this.conv1 = new Conv2d(inputs, outputs, 3, random, { padding: 1, strides, bias: false });
    this.bn1 = new BatchNorm2d(outputs);
    this.conv2 = new Conv2d(outputs, outputs, 3, random, { padding: 1, bias: false });
    this.bn2 = new BatchNorm2d(outputs);
    this.downsample =
      inputs === outputs
        ? undefined
        : [new Conv2d(inputs, outputs, 1, random, { strides, bias: false }), new BatchNorm2d(outputs)];
  }

  forward(x: Tensor, context: ForwardContext): Tensor {
    const first = relu(this.bn1.forward(this.conv1.forward(x), context));
    const second = this.bn2.forward(this.conv2.forward(first), context);
    return relu(add(second, this.shortcut(x, context)));
  }

  private shortcut(x: Tensor, context: ForwardContext): Tensor {
    if (this.downsample === undefined) return x;
    const [convolution, norm] = this.downsample;
    return norm.forward(convolution.forward(x), context);
  }
}

/** ResNet-20 for images of 32 pixels (He et al. 2015), with projected shortcuts (their option B). */
export class ResNet20 implements BenchModel {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly layer1: readonly BasicBlock[];
  readonly layer2: readonly BasicBlock[];
  readonly layer3: readonly BasicBlock[];
  readonly fc: Linear;

  constructor(random: Random) {
    const stage = (inputs: number, outputs: number) =>
      [inputs, outputs, outputs].map((channels) => new BasicBlock(channels, outputs, random));
    this.conv1 = new Conv2d(3, 16, 3, random, { padding: 1, bias: false });
    this.bn1 = new BatchNorm2d(16);
    this.layer1 = stage(16, 16);
    this.layer2 = stage(16, 32);
    this.layer3 = stage(32, 64);
    this.fc = new Linear(64, 10, random);
  }

  loss(x: Tensor, y: Tensor, context: ForwardContext): Tensor {
    const stem = relu(this.bn1.forward(this.conv1.forward(x), context));
    const blocks = [...this.layer1, ...this.layer2, ...this.layer3];
    const features = blocks.reduce((input, block) => block.forward(input, context), stem);
    return crossEntropy(this.fc.forward(flatten(globalAveragePool(features), 1)), y);
  }
}
