import { layer, norm, product, type WeightList, weight, workload } from './workload.js';

// With scale 1 and shift 0, PyTorch's default, half of each norm's outputs lie at the kink of the relu behind it, and every
// norm hands what one of them does on to the whole batch: PyTorch in float32 is 8e-3 away from PyTorch in float64 within
// 20 steps. With scale 0.3 and shift 1 few are near the kink, and two implementations stay within 2e-5.
/** A convolution without bias and the batch norm behind it, whose buffers start as PyTorch's. */
function normed(
  convolution: string,
  name: string,
  shape: readonly [number, number, number, number],
): WeightList {
  return [
    ...weight(convolution, shape),
    ...norm(name, shape[0], 0.3, 1),
    [`${name}.running_mean`, shape.slice(0, 1), { value: 0 }],
    [`${name}.running_var`, shape.slice(0, 1), { value: 1 }],
    [`${name}.num_batches_tracked`, [], { value: 0 }],
  ];
}

/** Each stage's channels behind it and the side of its images. */
const stages = [
  { inputs: 16, outputs: 16, side: 32 },
  { inputs: 16, outputs: 32, side: 16 },
  { inputs: 32, outputs: 64, side: 8 },
];

const blocks = stages.flatMap(({ inputs, outputs, side }, stage) =>
  [inputs, outputs, outputs].map((channels, index) => ({
    name: `layer${stage + 1}.${index}`,
    inputs: channels,
    outputs,
    side,
  })),
);

const blockWeights = blocks.flatMap(({ name, inputs, outputs }) => [
  ...normed(`${name}.conv1`, `${name}.bn1`, [outputs, inputs, 3, 3]),
  ...normed(`${name}.conv2`, `${name}.bn2`, [outputs, outputs, 3, 3]),
  ...(inputs === outputs
    ? []
    : normed(`${name}.downsample.0`, `${name}.downsample.1`, [outputs, inputs, 1, 1])),
]);

const images = 64;
const blockFlops = blocks.map(({ inputs, outputs, side }) => {
  const pixels = images * side * side;
  const shortcut = inputs === outputs ? 0 : product(pixels, inputs, outputs);
  return product(pixels, 9 * inputs, outputs) + product(pixels, 9 * outputs, outputs) + shortcut;
});

export const resnet20 = workload(
  'resnet20',
  [...normed('conv1', 'bn1', [16, 3, 3, 3]), ...blockWeights, ...layer('fc', [10, 64])],
  { shape: [images, 3, 32, 32] },
  { shape: [images], classes: 10 },
  {
    productFlops:
      2 * product(images * 32 * 32, 9 * 3, 16) +
      3 * (blockFlops.reduce((sum, flops) => sum + flops, 0) + product(images, 64, 10)),
  },
);
