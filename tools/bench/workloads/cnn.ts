import { layer, product, workload } from './workload.js';

const smallWeights = [
  ...layer('conv1', [10, 1, 5, 5]),
  ...layer('conv2', [20, 10, 5, 5]),
  ...layer('fc1', [50, 320]),
  ...layer('fc2', [10, 50]),
];

// Adam moves all 32768 weights of an fc1 unit by 1e-3 at once. From PyTorch's default biases and pixels of deviation
// 1 that throws the loss about and kills units, and a unit dies in one implementation a step before it does in another:
// PyTorch in float32 is 6e-3 away from PyTorch in float64 within 20 steps, and comparing losses would say nothing.
// With no bias before fc1, living units and small pixels two implementations stay within 1e-5.
const weights = [
  ...layer('conv1', [32, 3, 3, 3], { value: 0 }),
  ...layer('conv2', [64, 32, 3, 3], { value: 0 }),
  ...layer('conv3', [128, 64, 3, 3], { value: 0 }),
  ...layer('fc1', [128, 32768], { value: 0.5 }),
  ...layer('fc2', [5, 128]),
];

const images = 32;
const convolution = (pixels: number, inputs: number, outputs: number) =>
  product(images * pixels, 9 * inputs, outputs);
const productFlops =
  2 * convolution(128 * 128, 3, 32) +
  3 *
    (convolution(64 * 64, 32, 64) +
      convolution(32 * 32, 64, 128) +
      product(images, 32768, 128) +
      product(images, 128, 5));

export const smallCnn = workload(
  'small-cnn',
  smallWeights,
  { shape: [64, 1, 28, 28] },
  { shape: [64], classes: 10 },
  { bar: 1.3 },
);

export const cnn = workload(
  'cnn',
  weights,
  { shape: [images, 3, 128, 128], deviation: 0.02 },
  { shape: [images], classes: 5 },
  { bar: 1.5, productFlops },
);
