import { layer, product, type WeightList, workload } from './workload.js';

const double = (name: string, inputs: number, outputs: number): WeightList => [
  ...layer(`${name}.conv1`, [outputs, inputs, 3, 3]),
  ...layer(`${name}.conv2`, [outputs, outputs, 3, 3]),
];

/** A transposed convolution 2x2: PyTorch holds its inputs first, and counts its outputs where others count inputs. */
function upward(name: string, inputs: number, outputs: number): WeightList {
  const bound = 1 / Math.sqrt(4 * outputs);
  return [
    [`${name}.weight`, [inputs, outputs, 2, 2], { bound }],
    [`${name}.bias`, [outputs], { bound }],
  ];
}

const images = 16;
const pixels = (side: number) => images * side * side;
const doubleFlops = (side: number, inputs: number, outputs: number) =>
  product(pixels(side), 9 * inputs, outputs) + product(pixels(side), 9 * outputs, outputs);

export const unet = workload(
  'unet',
  [
    ...double('down1', 1, 16),
    ...double('down2', 16, 32),
    ...double('bottom', 32, 64),
    ...upward('up2', 64, 32),
    ...double('merge2', 64, 32),
    ...upward('up1', 32, 16),
    ...double('merge1', 32, 16),
    ...layer('head', [2, 16, 1, 1]),
  ],
  { shape: [images, 1, 64, 64] },
  { shape: [images, 64, 64], classes: 2 },
  {
    productFlops:
      // The image needs no gradient.
      3 * doubleFlops(64, 1, 16) -
      product(pixels(64), 9, 16) +
      3 *
        (doubleFlops(32, 16, 32) +
          doubleFlops(16, 32, 64) +
          product(pixels(16), 64, 4 * 32) +
          doubleFlops(32, 64, 32) +
          product(pixels(32), 32, 4 * 16) +
          doubleFlops(64, 32, 16) +
          product(pixels(64), 16, 2)),
  },
);
