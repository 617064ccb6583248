/**
 * The gradient of a convolution's weights, as the native kernels compute it; named so in their own domain, so the registry lists
 * only the standard one. Only inside CPU programs of the native executor: runtime/native puts it in.
 */
import { apply1, defineOperator, type Node, notDifferentiable, type Tensor } from '../graph/index.js';
import { isStatic } from '../shape/index.js';
import { countOf } from './like.js';
import type { Precision } from './native-product.js';

const NativeWeightGradient = defineOperator({
  name: 'ConvWeightGradient',
  domain: 'noosphere.kernels',
  opset: 1,
  attributes: {
    /** Samples, channels in and out, groups. */
    sizes: 'ints',
    /** Along three axes each: image, output, kernel, strides, dilations, padding in front. */
    axes: 'ints',
    shape: 'ints',
    precision: 'string',
  },
  infer: ({ attributes: { shape } }) => [{ dtype: 'float32', shape }],
  gradient: notDifferentiable('the native executor puts it in after differentiation'),
  flops: ({ inputs, attributes: { shape } }) =>
    2 * countOf(inputs[0]) * shape.slice(1).reduce((product, dim) => product * dim, 1),
  doc: "The gradient of a convolution's weights; only inside CPU programs.",
});

/** Fewer outputs of a group, as of depthwise convolutions, would leave most of a panel empty. */
const leastOutputs = 4;

/** The native gradient in the place of the other one; `undefined` where it is not worth it. */
export function nativeWeightGradient({ inputs, attributes }: Node, precision: Precision): Tensor | undefined {
  const [g, x] = inputs;
  if (!g || !x || !isStatic(g.shape) || !isStatic(x.shape)) return undefined;
  const { shape, strides, pads, dilations, group } = attributes as unknown as {
    readonly [name in 'shape' | 'strides' | 'pads' | 'dilations']: readonly number[];
  } & { readonly group: number };
  const rank = shape.length - 2;
  const outputs = shape[0] as number;
  if (rank > 3 || outputs / group < leastOutputs || [...g.shape, ...x.shape].includes(0)) return undefined;
  // Axes that are not there have one place each.
  const three = (values: readonly number[], none: number) => [
    ...Array<number>(3 - rank).fill(none),
    ...values,
  ];
  const axes = [
    three(x.shape.slice(2), 1),
    three(g.shape.slice(2), 1),
    three(shape.slice(2), 1),
    three(strides, 1),
    three(dilations, 1),
    three(pads.slice(0, rank), 0),
  ].flat();
  const sizes = [x.shape[0], x.shape[1], outputs, group] as number[];
  return apply1(NativeWeightGradient, [g, x], { sizes, axes, shape, precision });
}
