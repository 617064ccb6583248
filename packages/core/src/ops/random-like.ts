/** Random operators that files bring: each run draws other numbers. Functions of our own draw by seeds (see random.ts). */

import { defineOperator, type Inputs, type OutputInfo } from '../graph/index.js';
import { type DType, dtypeFromOnnx } from '../shape/index.js';
import { countOf, required } from './like.js';

function infoLike(name: string, inputs: Inputs, type: number | undefined): OutputInfo[] {
  const like = required(name, inputs, 0);
  const dtype: DType = (type === undefined ? undefined : dtypeFromOnnx(type)) ?? like.dtype;
  return [{ dtype, shape: like.shape }];
}

export const RandomNormalLike = defineOperator({
  name: 'RandomNormalLike',
  opset: 1,
  attributes: { dtype: 'int?', mean: 'float', scale: 'float', seed: 'float?' },
  defaults: { mean: 0, scale: 1 },
  infer: ({ inputs, attributes }) => infoLike('RandomNormalLike', inputs, attributes.dtype),
  gradient: () => [undefined],
  flops: ({ outputs }) => countOf(outputs[0]),
  doc: 'Normal numbers in the shape of x. Gradient: none, for it reads no value of x.',
});

export const RandomUniformLike = defineOperator({
  name: 'RandomUniformLike',
  opset: 1,
  attributes: { dtype: 'int?', high: 'float', low: 'float', seed: 'float?' },
  defaults: { high: 1, low: 0 },
  infer: ({ inputs, attributes }) => infoLike('RandomUniformLike', inputs, attributes.dtype),
  gradient: () => [undefined],
  flops: ({ outputs }) => countOf(outputs[0]),
  doc: 'Uniform numbers in the shape of x. Gradient: none, for it reads no value of x.',
});
