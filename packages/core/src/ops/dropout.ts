/** Dropout: by a mask that is fed, and ONNX's operator as files bring it. */
import { DTypeError, knownOptions } from '@noosphere/base';
import { defineOperator, maybeNumbers, scalar, Tensor } from '../graph/index.js';
import { broadcastShapes, type DType, staticShape } from '../shape/index.js';
import { div, mul, sub } from './arithmetic.js';
import { where } from './comparison.js';
import { cast } from './layout.js';
import { elementwiseFlops, required } from './like.js';
import { dropoutMask, type MaskKey, requireRate } from './random.js';

export const Dropout = defineOperator({
  name: 'Dropout',
  opset: 13,
  attributes: { seed: 'int?' },
  infer: ({ inputs }) => {
    const { dtype, shape } = required('Dropout', inputs, 0);
    return [
      { dtype, shape },
      { dtype: 'bool', shape },
    ];
  },
  gradient: ({ inputs, outputs, outputGradients }) => {
    const g = outputGradients[0];
    const trains = inputs[2];
    const mode = maybeNumbers(trains)?.[0];
    if (!g || !trains || mode === 0) return [g];
    const rate = inputs[1] ? cast(inputs[1], g.dtype) : scalar(g.dtype, 0.5);
    const kept = div(mul(g, cast(required('Dropout', outputs, 1), g.dtype)), sub(1, rate));
    return [mode === undefined ? where(trains as Tensor<'bool'>, kept, g) : kept];
  },
  flops: elementwiseFlops(1),
  doc: 'x mask / (1 - rate) with a random mask while training, else x. Gradient: g mask / (1 - rate), else g.',
});

export interface DropoutOptions {
  /** The share that is dropped, at least 0 and below 1. */
  readonly rate: number;
  /** uint8 of 0 and 1 that broadcasts to x (feed it as an input of a compiled step), or the key to draw it by now. */
  readonly mask: Tensor<'uint8'> | MaskKey;
}

/**
 * Elements of x where the mask is 1, scaled by 1 / (1 - rate); 0 elsewhere.
 * @example
 * const mask = tensor([1, 0, 1], { dtype: 'uint8' });
 * console.log(await dropout(tensor([1, 2, 3]), { rate: 0.5, mask }).array()); // → [ 2, 0, 6 ]
 */
export function dropout<D extends DType>(x: Tensor<D>, options: DropoutOptions): Tensor<D> {
  const { rate, mask } = knownOptions('dropout', options, 'rate mask');
  requireRate('dropout', rate);
  const bits = mask instanceof Tensor ? mask : dropoutMask(mask, staticShape('dropout', x.shape), rate);
  if (bits.dtype !== 'uint8')
    throw new DTypeError('dropout', `the mask must be uint8, got ${bits}; cast(mask, 'uint8') converts`);
  broadcastShapes('dropout', x.shape, bits.shape);
  return mul(x, mul(cast(bits, x.dtype), 1 / (1 - rate)));
}
