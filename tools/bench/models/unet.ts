import { concat, crossEntropy, maxPool, relu, type Tensor } from '@noosphere/core';
import { Conv2d, ConvTranspose2d, type Random } from '@noosphere/train';
import type { BenchModel } from './bench-model.js';

class DoubleConvolution {
  readonly conv1: Conv2d;
  readonly conv2: Conv2d;

  constructor(inputs: number, outputs: number, random: Random) {
    this.conv1 = new Conv2d(inputs, outputs, 3, random, { padding: 1 });
    this.conv2 = new Conv2d(outputs, outputs, 3, random, { padding: 1 });
  }

  forward(x: Tensor): Tensor {
    return relu(this.conv2.forward(relu(this.conv1.forward(x))));
  }
}

/** After U-Net (Ronneberger et al. 2015): two levels down, two up, each of which sees what its level had on the way down. */
export class UNet implements BenchModel {
  readonly down1: DoubleConvolution;
  readonly down2: DoubleConvolution;
  readonly bottom: DoubleConvolution;
  readonly up2: ConvTranspose2d;
  readonly merge2: DoubleConvolution;
  readonly up1: ConvTranspose2d;
  readonly merge1: DoubleConvolution;
  readonly head: Conv2d;

  constructor(random: Random) {
    this.down1 = new DoubleConvolution(1, 16, random);
    this.down2 = new DoubleConvolution(16, 32, random);
    this.bottom = new DoubleConvolution(32, 64, random);
    this.up2 = new ConvTranspose2d(64, 32, 2, random, { strides: 2 });
    this.merge2 = new DoubleConvolution(64, 32, random);
    this.up1 = new ConvTranspose2d(32, 16, 2, random, { strides: 2 });
    this.merge1 = new DoubleConvolution(32, 16, random);
    this.head = new Conv2d(16, 2, 1, random);
  }

  /** x [N, 1, H, W], y [N, H, W] classes of the pixels. */
  loss(x: Tensor, y: Tensor): Tensor {
    const first = this.down1.forward(x);
    const second = this.down2.forward(maxPool(first, { kernel: 2 }));
    const bottom = this.bottom.forward(maxPool(second, { kernel: 2 }));
    const third = this.merge2.forward(concat([second, this.up2.forward(bottom)], { axis: 1 }));
    const fourth = this.merge1.forward(concat([first, this.up1.forward(third)], { axis: 1 }));
    return crossEntropy(this.head.forward(fourth), y);
  }
}
