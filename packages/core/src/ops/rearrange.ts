/** Elements moved to other places: between depth and space, and along time. */
import { ArgumentError, knownOptions, ShapeError } from '@noosphere/base';
import { apply1, defineOperator, type Inputs, type Tensor } from '../graph/index.js';
import { type Dim, type DType, formatShape, normalizeAxis, staticDim } from '../shape/index.js';
import { gradientOf } from './composite.js';
import { cast, reshape, transpose } from './layout.js';
import { noFlops, required, requireTensors, sameInfo } from './like.js';

interface DepthAttributes {
  readonly blocksize: number;
  readonly mode: string;
}

/** Channels and image size after a move, checked. */
function blockShape(operation: string, x: Tensor, block: number, toSpace: boolean): Dim[] {
  const [batch, channels, height, width] = x.shape;
  const divided = toSpace ? [channels] : [height, width];
  const factor = toSpace ? block * block : block;
  const fits = x.rank === 4 && divided.every((dim) => typeof dim === 'string' || Number(dim) % factor === 0);
  if (!fits) {
    throw new ShapeError(
      operation,
      `expects [N, C, H, W] with ${toSpace ? 'C' : 'H and W'} a multiple of ${factor}, got ${formatShape(x.shape)}`,
    );
  }
  const dim = (size: Dim | undefined) => staticDim(operation, size);
  return toSpace
    ? [batch as Dim, dim(channels) / factor, dim(height) * block, dim(width) * block]
    : [batch as Dim, dim(channels) * block * block, dim(height) / block, dim(width) / block];
}

function depthToSpaceFormula(inputs: Inputs, { blocksize: block, mode }: DepthAttributes): Tensor[] {
  const x = required('DepthToSpace', inputs, 0);
  const [batch, channels] = blockShape('depthToSpace', x, block, true) as [Dim, Dim];
  const [height, width] = x.shape.slice(2) as [Dim, Dim];
  const isColumnFirst = mode === 'CRD';
  const split = isColumnFirst
    ? [batch, channels, block, block, height, width]
    : [batch, block, block, channels, height, width];
  const order = isColumnFirst ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
  return [reshape(transpose(reshape(x, split), order), blockShape('depthToSpace', x, block, true))];
}

function spaceToDepthFormula(inputs: Inputs, { blocksize: block }: { blocksize: number }): Tensor[] {
  const x = required('SpaceToDepth', inputs, 0);
  const shape = blockShape('spaceToDepth', x, block, false);
  const [batch, channels] = x.shape as [Dim, Dim];
  const [, , height, width] = shape as [Dim, Dim, Dim, Dim];
  const split = reshape(x, [batch, channels, height, block, width, block]);
  return [reshape(transpose(split, [0, 3, 5, 1, 2, 4]), shape)];
}

export const DepthToSpace = defineOperator({
  name: 'DepthToSpace',
  opset: 13,
  attributes: { blocksize: 'int', mode: 'string' },
  defaults: { mode: 'DCR' },
  infer: ({ inputs, attributes }) => {
    const x = required('DepthToSpace', inputs, 0);
    return [{ dtype: x.dtype, shape: blockShape('depthToSpace', x, attributes.blocksize, true) }];
  },
  formula: depthToSpaceFormula,
  gradient: gradientOf(depthToSpaceFormula),
  flops: noFlops,
  doc: 'Channels laid out as blocks of pixels. Gradient: the blocks of g as channels.',
});

export const SpaceToDepth = defineOperator({
  name: 'SpaceToDepth',
  opset: 13,
  attributes: { blocksize: 'int' },
  infer: ({ inputs, attributes }) => {
    const x = required('SpaceToDepth', inputs, 0);
    return [{ dtype: x.dtype, shape: blockShape('spaceToDepth', x, attributes.blocksize, false) }];
  },
  formula: spaceToDepthFormula,
  gradient: gradientOf(spaceToDepthFormula),
  flops: noFlops,
  doc: 'Blocks of pixels laid out as channels. Gradient: the channels of g as blocks.',
});

export const ReverseSequence = defineOperator({
  name: 'ReverseSequence',
  opset: 10,
  attributes: { batch_axis: 'int', time_axis: 'int' },
  defaults: { batch_axis: 1, time_axis: 0 },
  infer: ({ inputs }) => sameInfo('ReverseSequence', inputs),
  gradient: ({ inputs, outputGradients, attributes }) => [
    reversed(required('ReverseSequence', outputGradients, 0), inputs[1], attributes),
    undefined,
  ],
  flops: noFlops,
  doc: 'The first elements of each sequence, as many as its length, in reverse order. Gradient: g reversed the same way.',
});

function reversed(
  x: Tensor,
  lengths: Tensor | undefined,
  attributes: { readonly batch_axis: number; readonly time_axis: number },
): Tensor {
  return apply1(ReverseSequence, [x, lengths], attributes);
}

/**
 * Channels laid out as blocks of pixels; mode CRD is PyTorch's pixel_shuffle, DCR is TensorFlow's depth_to_space.
 * Shapes: x [N, C b², H, W] gives [N, C, H b, W b].
 * @example
 * const x = tensor([1, 2, 3, 4], { shape: [1, 4, 1, 1] });
 * console.log(await squeeze(depthToSpace(x, { blockSize: 2 })).array()); // → [ [ 1, 2 ], [ 3, 4 ] ]
 */
export function depthToSpace<D extends DType>(
  x: Tensor<D>,
  options: { blockSize: number; mode?: 'CRD' | 'DCR' },
): Tensor<D> {
  const { blockSize, mode = 'CRD' } = knownOptions('depthToSpace', options, 'blockSize mode');
  return apply1(DepthToSpace, [x], { blocksize: blockSize, mode }) as Tensor<D>;
}

/**
 * Blocks of pixels laid out as channels, block by block, as TensorFlow's space_to_depth.
 * Shapes: x [N, C, H b, W b] gives [N, C b², H, W].
 * @example
 * const x = tensor([[[[1, 2], [3, 4]]]]);
 * console.log(spaceToDepth(x, { blockSize: 2 }).shape); // → [ 1, 4, 1, 1 ]
 */
export function spaceToDepth<D extends DType>(x: Tensor<D>, options: { blockSize: number }): Tensor<D> {
  requireTensors('spaceToDepth', x);
  const { blockSize } = knownOptions('spaceToDepth', options, 'blockSize');
  return apply1(SpaceToDepth, [x], { blocksize: blockSize }) as Tensor<D>;
}

/** Axes of `reverseSequence`: one is 0, the other 1. */
export interface ReverseSequenceOptions {
  /** @default 1 */
  readonly batchAxis?: number;
  /** @default 0 */
  readonly timeAxis?: number;
}

/**
 * The first elements of each sequence, as many as its length, in reverse order; what lies behind stays.
 * Shapes: x [T, N, ...], lengths [N].
 * @example
 * const x = tensor([[1, 5], [2, 6], [3, 7]]);
 * const lengths = tensor([3, 2], { dtype: 'int32' });
 * console.log(await reverseSequence(x, lengths).array()); // → [ [ 3, 6 ], [ 2, 5 ], [ 1, 7 ] ]
 */
export function reverseSequence<D extends DType>(
  x: Tensor<D>,
  lengths: Tensor,
  options: ReverseSequenceOptions = {},
): Tensor<D> {
  requireTensors('reverseSequence', x, lengths);
  const { batchAxis = 1, timeAxis = 0 } = knownOptions('reverseSequence', options, 'batchAxis timeAxis');
  const [batch_axis, time_axis] = [batchAxis, timeAxis].map((axis) =>
    normalizeAxis('reverseSequence', axis, x.rank),
  ) as [number, number];
  if (batch_axis + time_axis !== 1) {
    throw new ArgumentError(
      'reverseSequence',
      `batch and time must be axes 0 and 1, got ${batchAxis} and ${timeAxis}`,
    );
  }
  return reversed(x, cast(lengths, 'int64'), { batch_axis, time_axis }) as Tensor<D>;
}
