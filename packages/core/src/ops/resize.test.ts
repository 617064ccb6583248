/** The weights made on the host against the runtime's kernel, whose gradient they are, over ONNX's modes. */
import { describe, expect, test } from 'vitest';
import { expectGradients } from '../../test/finite-differences.js';
import { int64Vector } from '../graph/constants.js';
import { apply1 } from '../graph/node.js';
import type { AttributesOf } from '../graph/operator.js';
import { cast, fromNumbers, gradients, resize, sum, type Tensor, tensor } from '../index.js';
import { Resize } from './resize.js';

const x = tensor(
  Float32Array.from({ length: 24 }, (_, index) => Math.sin(1.3 * index)),
  { shape: [1, 1, 4, 6] },
);

type Attributes = AttributesOf<(typeof Resize)['attributes']>;

const plain: Attributes = {
  antialias: 0,
  axes: [2, 3],
  coordinate_transformation_mode: 'half_pixel',
  cubic_coeff_a: -0.75,
  exclude_outside: 0,
  extrapolation_value: 0,
  keep_aspect_ratio_policy: 'stretch',
  mode: 'linear',
  nearest_mode: 'floor',
};

const coordinateModes = [
  'half_pixel',
  'pytorch_half_pixel',
  'asymmetric',
  'align_corners',
  'half_pixel_symmetric',
];

async function expectKernelEqualsFormula(inputs: (Tensor | undefined)[], attributes: Attributes) {
  const kernel = await (apply1(Resize, inputs, attributes) as Tensor<'float32'>).data();
  const [mapped] = Resize.formula?.(inputs, attributes) ?? [];
  const formula = await (mapped as Tensor<'float32'>).data();
  expect(formula).toHaveLength(kernel.length);
  kernel.forEach((value, index) => {
    expect(formula[index]).toBeCloseTo(value, 4);
  });
}

describe.each(coordinateModes)('%s', (coordinate_transformation_mode) => {
  const targets: [string, (Tensor | undefined)[]][] = [
    ['scales', [x, undefined, fromNumbers('float32', [2], [0.6, 1.7])]],
    ['sizes', [x, undefined, undefined, int64Vector([7, 3])]],
  ];
  test.each(targets)('by %s', async (_, inputs) => {
    const mode = { ...plain, coordinate_transformation_mode };
    if (coordinate_transformation_mode !== 'half_pixel_symmetric') {
      for (const nearest_mode of ['floor', 'ceil', 'round_prefer_floor', 'round_prefer_ceil'])
        await expectKernelEqualsFormula(inputs, { ...mode, mode: 'nearest', nearest_mode });
    }
    await expectKernelEqualsFormula(inputs, mode);
    await expectKernelEqualsFormula(inputs, { ...mode, antialias: 1 });
    await expectKernelEqualsFormula(inputs, { ...mode, mode: 'cubic' });
    await expectKernelEqualsFormula(inputs, { ...mode, mode: 'cubic', antialias: 1, exclude_outside: 1 });
  });
});

test('cropping: what lies outside gets no gradient', async () => {
  const crop = (image: Tensor) =>
    apply1(Resize, [image, tensor([0, 0.2, 0.8, 1.4]), undefined, int64Vector([3, 5])], {
      ...plain,
      coordinate_transformation_mode: 'tf_crop_and_resize',
      extrapolation_value: 7,
    });
  await expectGradients(crop, [x]);
});

test('what has no kernel runs all the same: cubic along one axis, float64', async () => {
  const row = tensor([[[0, 1, 2, 3, 4, 5]]]);
  // Keys' weights with a = -3/4 at distances 1.25, 0.25, 0.75 and 1.75: -27/256, 225/256, 67/256, -9/256.
  const doubled = (await resize(row, { scales: 2, mode: 'cubic' }).data()) as Float32Array;
  expect(doubled[5]).toBeCloseTo((-27 + 2 * 225 + 3 * 67 - 4 * 9) / 256, 5);
  expect(doubled[6]).toBeCloseTo((-9 + 2 * 67 + 3 * 225 - 4 * 27) / 256, 5);
  const wide = resize(cast(row, 'float64'), { scales: 2, mode: 'linear' });
  expect(Array.from((await wide.data()) as Float64Array).slice(4, 7)).toEqual([1.75, 2.25, 2.75]);
});

test('a gradient that cannot be told says why', () => {
  const y = apply1(Resize, [x, undefined, fromNumbers('float32', [2], [2, 2])], {
    ...plain,
    mode: 'nearest',
    coordinate_transformation_mode: 'half_pixel_symmetric',
  });
  expect(() => gradients(sum(y), [x])).toThrow(/rounding; use half_pixel/);
});
