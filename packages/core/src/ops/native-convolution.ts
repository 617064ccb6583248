/**
 * Convolutions and the gradients of their weights, as the native kernels compute them; named so in their own domain, so the
 * registry lists only the standard ones. Only inside CPU programs of the native executor: runtime/native puts them in.
 */
import { apply1, defineOperator, type Node, notDifferentiable, type Tensor } from '../graph/index.js';
import { isStatic } from '../shape/index.js';
import { countOf } from './like.js';
import type { Precision } from './native-product.js';
import { type RawWindow, type Window, windowOf } from './window.js';

const schema = {
  /** Samples, channels in and out, groups. */
  sizes: 'ints',
  /** Along three axes each: image, output, kernel, strides, dilations, padding in front. */
  axes: 'ints',
  /** Of the result. */
  shape: 'ints',
  precision: 'string',
} as const;

const NativeWeightGradient = defineOperator({
  name: 'ConvWeightGradient',
  domain: 'noosphere.kernels',
  opset: 1,
  attributes: schema,
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
  const { shape, ...window } = attributes as unknown as Window & { readonly shape: readonly number[] };
  const [outputs = 0] = shape;
  const places = placesOf(x.shape, g.shape, shape, window);
  if (!places || outputs / window.group < leastOutputs) return undefined;
  return apply1(NativeWeightGradient, [g, x], { ...places, shape, precision });
}

const NativeConv = defineOperator({
  name: 'Conv',
  domain: 'noosphere.kernels',
  opset: 1,
  attributes: schema,
  infer: ({ attributes: { shape } }) => [{ dtype: 'float32', shape }],
  gradient: notDifferentiable('the native executor puts it in after differentiation'),
  flops: ({ inputs, outputs }) =>
    (2 * countOf(outputs[0]) * countOf(inputs[1])) / (inputs[1]?.shape[0] as number),
  doc: 'Conv in bfloat16 products; only inside CPU programs.',
});

/** Fewer channels or outputs fill too little of a tile, fewer samples leave threads waiting. */
const leastChannels = 32;
const leastSamples = 4;

/** The native convolution in the place of a standard one: in bfloat16 products, where there are matrix units for them. */
export function nativeConv({ inputs, outputs, attributes }: Node, precision: Precision): Tensor | undefined {
  const [x, w, bias] = inputs;
  const shape = outputs[0]?.shape;
  if (precision === 'highest' || x?.dtype !== 'float32' || !w || !shape) return undefined;
  if (!isStatic(x.shape) || !isStatic(w.shape) || !isStatic(shape)) return undefined;
  const window = windowOf(x.shape.slice(2), w.shape.slice(2), attributes as unknown as RawWindow);
  const places = placesOf(x.shape, shape, w.shape, window);
  const [samples = 0, channels = 0] = x.shape;
  const isLarge = samples >= leastSamples && Math.min(channels, w.shape[0] as number) >= leastChannels;
  if (!places || !isLarge || window.group !== 1) return undefined;
  return apply1(NativeConv, bias ? [x, w, bias] : [x, w], { ...places, shape, precision });
}

/** Attributes of both operators; `undefined` with more than three axes, or where there is nothing. */
function placesOf(
  image: readonly number[],
  output: readonly number[],
  weights: readonly number[],
  { strides, dilations, pads, group }: Window,
) {
  const rank = weights.length - 2;
  if (rank > 3 || [...image, ...output, ...weights].includes(0)) return undefined;
  // Axes that are not there have one place each.
  const three = (values: readonly number[], none: number) => [
    ...Array<number>(3 - rank).fill(none),
    ...values,
  ];
  const axes = [
    three(image.slice(2), 1),
    three(output.slice(2), 1),
    three(weights.slice(2), 1),
    three(strides, 1),
    three(dilations, 1),
    three(pads.slice(0, rank), 0),
  ].flat();
  return { sizes: [image[0], image[1], weights[0], group] as number[], axes };
}
