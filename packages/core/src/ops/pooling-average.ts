/** Pooling by sums: averages and Lp norms over windows, whole images, or windows that fit a wanted output size. */
import { ArgumentError, knownOptions } from '@noosphere/base';
import { apply1, defineOperator, type GradientContext, type Inputs, type Tensor } from '../graph/index.js';
import { type Dim, type DType, type Shape, staticDim, staticShape } from '../shape/index.js';
import { mul, pow } from './arithmetic.js';
import { greater, where } from './comparison.js';
import { gradientOf } from './composite.js';
import { expandLike, reshapeLike, unsqueeze } from './layout.js';
import { countOf, required, requireFloat } from './like.js';
import type { PoolOptions } from './pooling.js';
import { mean } from './reduce.js';
import { type AxisMap, mapSpatial, type Term, transposeMap } from './separable.js';
import { abs } from './unary.js';
import { padsOf, perAxis, slidingShape, windowOf } from './window.js';

interface PoolAttributes {
  readonly auto_pad: string;
  readonly kernel_shape: readonly number[];
  readonly strides: readonly number[] | undefined;
  readonly pads: readonly number[] | undefined;
  readonly dilations: readonly number[] | undefined;
  readonly ceil_mode: number;
}

/** What a window's sum is divided by, along one axis. */
type Divisor = 'nothing' | 'elements' | 'elements and padding';

function pooledShape(operation: string, x: Tensor, attributes: PoolAttributes): Dim[] {
  const spatial = x.shape.slice(2);
  const window = windowOf(spatial, attributes.kernel_shape, { ...attributes, group: 1 });
  const pooled = slidingShape(
    operation,
    spatial,
    attributes.kernel_shape,
    window,
    attributes.ceil_mode === 1,
  );
  return [...x.shape.slice(0, 2), ...pooled];
}

/** The windows as one map per axis: sums, divided by the count along that axis. */
function windowMaps(operation: string, x: Tensor, attributes: PoolAttributes, divisor: Divisor): AxisMap[] {
  const sizes = staticShape(operation, x.shape.slice(2));
  const outputSizes = staticShape(operation, pooledShape(operation, x, attributes).slice(2));
  const { strides, pads, dilations } = windowOf(sizes, attributes.kernel_shape, { ...attributes, group: 1 });
  return sizes.map((size, k) => {
    const taps = attributes.kernel_shape[k] ?? 1;
    const begin = pads[k] ?? 0;
    const paddedEnd = size + (pads[k + sizes.length] ?? 0);
    const outputs = Array.from({ length: outputSizes[k] ?? 0 }, (_, to): Term[] => {
      const start = to * (strides[k] ?? 1) - begin;
      const positions = Array.from({ length: taps }, (_, tap) => start + tap * (dilations[k] ?? 1));
      const inside = positions.filter((position) => position >= 0 && position < size);
      // What a window holds beyond the end padding, in ceil mode, never counts.
      const counted = positions.filter((position) => position < paddedEnd).length;
      const count = divisor === 'nothing' ? 1 : divisor === 'elements' ? inside.length : counted;
      return inside.map((from) => ({ from, weight: 1 / count }));
    });
    return { inputSize: size, outputs };
  });
}

/** Whether windows lie side by side and cover x exactly. */
export function tilesExactly(shape: Shape, attributes: PoolAttributes): boolean {
  const { kernel_shape: kernel, strides, pads, dilations, auto_pad } = attributes;
  return (
    !auto_pad.startsWith('SAME') &&
    (pads ?? []).every((amount) => amount === 0) &&
    (dilations ?? []).every((step) => step === 1) &&
    kernel.every((size, k) => {
      const dim = shape[k + 2];
      return (strides?.[k] ?? 1) === size && typeof dim === 'number' && dim % size === 0;
    })
  );
}

const schema = {
  auto_pad: 'string',
  kernel_shape: 'ints',
  strides: 'ints?',
  pads: 'ints?',
  dilations: 'ints?',
  ceil_mode: 'int',
} as const;

type AverageAttributes = PoolAttributes & { readonly count_include_pad: number };

const averageDivisor = ({ count_include_pad }: AverageAttributes): Divisor =>
  count_include_pad === 1 ? 'elements and padding' : 'elements';

function averageFormula(inputs: Inputs, attributes: AverageAttributes): Tensor[] {
  const x = required('AveragePool', inputs, 0);
  return [mapSpatial(x, windowMaps('averagePool', x, attributes, averageDivisor(attributes)))];
}

export const AveragePool = defineOperator({
  name: 'AveragePool',
  opset: 19,
  attributes: { ...schema, count_include_pad: 'int' },
  defaults: { auto_pad: 'NOTSET', ceil_mode: 0, count_include_pad: 0 },
  infer: ({ inputs, attributes }) => {
    const x = required('AveragePool', inputs, 0);
    return [{ dtype: x.dtype, shape: pooledShape('averagePool', x, attributes) }];
  },
  formula: averageFormula,
  gradient: (context) => [averageGradient(context)],
  flops: ({ outputs, attributes }) =>
    countOf(outputs[0]) * attributes.kernel_shape.reduce((all, size) => all * size, 1),
  doc: 'Mean of each window. Gradient: g / count at each element of its window, summed over windows.',
});

function averageGradient({
  inputs,
  outputGradients,
  attributes,
}: GradientContext<AverageAttributes>): Tensor {
  const x = required('AveragePool', inputs, 0);
  const g = required('AveragePool', outputGradients, 0);
  const kernel = attributes.kernel_shape;
  if (!tilesExactly(x.shape, attributes)) {
    const maps = windowMaps('gradient of averagePool', x, attributes, averageDivisor(attributes));
    return mapSpatial(g, maps.map(transposeMap));
  }
  // Side by side, each value is repeated over its window: [..., H, 1, W, 1] to [..., H, k, W, k].
  const count = kernel.reduce((all, size) => all * size, 1);
  const spaced = unsqueeze(
    mul(g, 1 / count),
    kernel.map((_, k) => 2 * k + 3),
  );
  const repeated = g.shape.flatMap((dim, axis) => (axis < 2 ? [dim] : [dim, kernel[axis - 2] ?? 1]));
  return reshapeLike(expandLike(spaced, repeated, [g]), x);
}

const spatialAxes = (x: Tensor) => x.shape.map((_, axis) => axis).slice(2);

function globalAverageFormula(inputs: Inputs): Tensor[] {
  const x = required('GlobalAveragePool', inputs, 0);
  return [mean(x, { axes: spatialAxes(x), keepDims: true })];
}

export const GlobalAveragePool = defineOperator({
  name: 'GlobalAveragePool',
  opset: 1,
  attributes: {},
  infer: ({ inputs }) => {
    const x = required('GlobalAveragePool', inputs, 0);
    return [{ dtype: x.dtype, shape: x.shape.map((dim, axis): Dim => (axis < 2 ? dim : 1)) }];
  },
  formula: globalAverageFormula,
  gradient: gradientOf(globalAverageFormula),
  flops: ({ inputs }) => countOf(inputs[0]),
  doc: 'Mean over all spatial axes. Gradient: g / n for each element.',
});

type LpAttributes = PoolAttributes & { readonly p: number };

function lpFormula(inputs: Inputs, attributes: LpAttributes): Tensor[] {
  const x = required('LpPool', inputs, 0);
  const sums = mapSpatial(pow(abs(x), attributes.p), windowMaps('lpPool', x, attributes, 'nothing'));
  // The root's slope is infinite at 0: windows of zeros get gradient 0.
  const positive = greater(sums, 0);
  return [where(positive, pow(where(positive, sums, 1), 1 / attributes.p), 0)];
}

export const LpPool = defineOperator({
  name: 'LpPool',
  opset: 18,
  attributes: { ...schema, p: 'int' },
  defaults: { auto_pad: 'NOTSET', ceil_mode: 0, p: 2 },
  infer: ({ inputs, attributes }) => {
    const x = required('LpPool', inputs, 0);
    return [{ dtype: x.dtype, shape: pooledShape('lpPool', x, attributes) }];
  },
  formula: lpFormula,
  gradient: gradientOf(lpFormula),
  flops: ({ outputs, attributes }) =>
    2 * countOf(outputs[0]) * attributes.kernel_shape.reduce((all, size) => all * size, 1),
  doc: '(Σ |x|^p)^(1/p) of each window. Gradient: by its formula, 0 for windows of zeros.',
});

/** The options of a pooling function as ONNX attributes. */
export function poolAttributes(operation: string, x: Tensor, options: PoolOptions) {
  const rank = x.rank - 2;
  if (rank < 1) throw new ArgumentError(operation, `expects x [N, C, ...], got ${x}`);
  const kernel = perAxis(operation, 'kernel', options.kernel, rank);
  return {
    auto_pad: 'NOTSET',
    kernel_shape: kernel,
    strides: perAxis(operation, 'strides', options.strides ?? kernel, rank),
    pads: padsOf(operation, kernel, options),
    dilations: perAxis(operation, 'dilations', options.dilations ?? 1, rank),
    ceil_mode: options.ceilMode ? 1 : 0,
  };
}

export interface AveragePoolOptions extends PoolOptions {
  /** Whether zeros of the padding count in the mean. @default true */
  readonly countIncludePad?: boolean;
}

/**
 * Mean of each window, as PyTorch's avg_pool1d to 3d.
 * Shapes: x [N, C, ...] gives [N, C, ...].
 * @example
 * console.log(await averagePool(tensor([[[1, 3, 2, 4]]]), { kernel: 2 }).array()); // → [ [ [ 2, 3 ] ] ]
 */
export function averagePool<D extends DType>(x: Tensor<D>, options: AveragePoolOptions): Tensor<D> {
  knownOptions('averagePool', options, 'countIncludePad kernel strides ceilMode padding pads dilations');
  requireFloat('averagePool', x);
  const attributes = poolAttributes('averagePool', x, options);
  const count_include_pad = options.countIncludePad === false ? 0 : 1;
  return apply1(AveragePool, [x], { ...attributes, count_include_pad }) as Tensor<D>;
}

/**
 * (Σ |x|^p)^(1/p) of each window.
 * Shapes: x [N, C, ...] gives [N, C, ...].
 * @example
 * console.log(await lpPool(tensor([[[3, 4]]]), { kernel: 2 }).array()); // → [ [ [ 5 ] ] ]
 */
export function lpPool<D extends DType>(
  x: Tensor<D>,
  given: PoolOptions & { readonly p?: number },
): Tensor<D> {
  const { p = 2, ...options } = knownOptions(
    'lpPool',
    given,
    'kernel strides ceilMode padding pads dilations p',
  );
  requireFloat('lpPool', x);
  return apply1(LpPool, [x], { ...poolAttributes('lpPool', x, options), p }) as Tensor<D>;
}

/**
 * Mean over all spatial axes, which stay as size 1.
 * Shapes: x [N, C, ...] gives [N, C, 1, ...].
 * @example
 * console.log(await globalAveragePool(tensor([[[1, 3]]])).array()); // → [ [ [ 2 ] ] ]
 */
export function globalAveragePool<D extends DType>(x: Tensor<D>): Tensor<D> {
  requireFloat('globalAveragePool', x);
  return apply1(GlobalAveragePool, [x], {}) as Tensor<D>;
}

/** The size wanted along each spatial axis. */
export interface AdaptivePoolOptions {
  readonly outputSize: number | readonly number[];
}

/** Along one axis of an adaptive pooling, where each window begins and ends: ⌊i n / m⌋ to ⌈(i + 1) n / m⌉. */
export function adaptiveWindows(size: number, outputSize: number): [number, number][] {
  return Array.from({ length: outputSize }, (_, to): [number, number] => [
    Math.floor((to * size) / outputSize),
    Math.ceil(((to + 1) * size) / outputSize),
  ]);
}

/** Kernel of the equal windows that an adaptive pooling amounts to, where the sizes divide. */
export function evenKernel(x: Tensor, outputSize: readonly number[]): number[] | undefined {
  const sizes = x.shape.slice(2).map((dim) => staticDim('adaptive pooling', dim));
  const kernel = sizes.map((size, k) => size / (outputSize[k] ?? 1));
  return kernel.every(Number.isInteger) ? kernel : undefined;
}

/**
 * Means over windows chosen to give `outputSize`, as PyTorch's adaptive_avg_pool1d to 3d.
 * Shapes: x [N, C, ...] gives [N, C, ...outputSize].
 * @example
 * const x = tensor([[[1, 3, 2, 4]]]);
 * console.log(await adaptiveAveragePool(x, { outputSize: 2 }).array()); // → [ [ [ 2, 3 ] ] ]
 */
export function adaptiveAveragePool<D extends DType>(x: Tensor<D>, options: AdaptivePoolOptions): Tensor<D> {
  knownOptions('adaptiveAveragePool', options, 'outputSize');
  const outputSize = perAxis('adaptiveAveragePool', 'outputSize', options.outputSize, x.rank - 2);
  const kernel = evenKernel(x, outputSize);
  if (kernel) return averagePool(x, { kernel });
  requireFloat('adaptiveAveragePool', x);
  const maps = outputSize.map((size, k): AxisMap => {
    const inputSize = staticDim('adaptiveAveragePool', x.shape[k + 2]);
    const outputs = adaptiveWindows(inputSize, size).map(([begin, end]) =>
      Array.from({ length: end - begin }, (_, offset) => ({
        from: begin + offset,
        weight: 1 / (end - begin),
      })),
    );
    return { inputSize, outputs };
  });
  return mapSpatial(x, maps) as Tensor<D>;
}
