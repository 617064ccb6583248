/**
 * Convolution on images whose channels lie in blocks of 8 or 16 side by side, as the CPU's fastest kernel wants them.
 * ONNX Runtime uses it by itself where weights are constant; a train step, whose weights change, asks for it by name.
 * Only inside CPU programs: runtime/blocked-convolution.ts puts these in.
 */
import { apply1, defineOperator, notDifferentiable, type Tensor } from '../graph/index.js';
import { type Dim, staticShape } from '../shape/index.js';
import { reshape, transpose } from './layout.js';
import { noFlops, required, sameInfo } from './like.js';
import { slidingShape, windowOf } from './window.js';

const afterDifferentiation = notDifferentiable('the CPU executor puts it in after differentiation');

export const ReorderInput = defineOperator({
  name: 'ReorderInput',
  domain: 'com.microsoft.nchwc',
  opset: 1,
  attributes: {},
  infer: ({ inputs }) => sameInfo('ReorderInput', inputs),
  gradient: afterDifferentiation,
  flops: noFlops,
  doc: 'Channels into blocks; only inside CPU programs.',
});

export const ReorderOutput = defineOperator({
  name: 'ReorderOutput',
  domain: 'com.microsoft.nchwc',
  opset: 1,
  attributes: { channels: 'int' },
  infer: ({ inputs }) => sameInfo('ReorderOutput', inputs),
  gradient: afterDifferentiation,
  flops: noFlops,
  doc: 'Channels out of blocks; only inside CPU programs.',
});

/** Conv on blocked channels; named Conv in its own domain, so the registry lists only the standard one. */
const BlockedConv = defineOperator({
  name: 'Conv',
  domain: 'com.microsoft.nchwc',
  opset: 1,
  attributes: { kernel_shape: 'ints', strides: 'ints', pads: 'ints', dilations: 'ints', group: 'int' },
  infer: ({ inputs, attributes }) => {
    const x = required('Conv', inputs, 0);
    const w = required('Conv', inputs, 1);
    const window = windowOf(x.shape.slice(2), attributes.kernel_shape, { ...attributes, auto_pad: 'NOTSET' });
    const spatial = slidingShape('conv', x.shape.slice(2), attributes.kernel_shape, window);
    return [{ dtype: x.dtype, shape: [x.shape[0] as Dim, w.shape[0] as Dim, ...spatial] }];
  },
  gradient: afterDifferentiation,
  flops: noFlops,
  doc: 'Conv on blocked channels; only inside CPU programs.',
});

export interface BlockedConvOptions {
  /** Channels in a block: what the processor's vectors hold. */
  readonly block: number;
  readonly bias: Tensor | undefined;
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
}

/** The same values as `conv` without groups. Output channels must be whole blocks, input channels too or fewer than one. */
export function blockedConv(x: Tensor, w: Tensor, { block, bias, ...window }: BlockedConvOptions): Tensor {
  const [outputs, inputs, ...kernel] = staticShape('conv', w.shape) as [number, number, ...number[]];
  // [O, C, h, w] -> [O/b, C/b, h, w, C in block, O in block]; few channels stay as they are: [O/b, C, h, w, O in block]
  const filters =
    inputs < block
      ? transpose(reshape(w, [outputs / block, block, inputs, ...kernel]), [0, 2, 3, 4, 1])
      : transpose(reshape(w, [outputs / block, block, inputs / block, block, ...kernel]), [0, 2, 4, 5, 3, 1]);
  const image = inputs < block ? x : apply1(ReorderInput, [x], {});
  const operands = [image, reshape(filters, w.shape)];
  const y = apply1(BlockedConv, bias ? [...operands, bias] : operands, {
    kernel_shape: kernel,
    group: 1,
    ...window,
  });
  return apply1(ReorderOutput, [y], { channels: outputs });
}
