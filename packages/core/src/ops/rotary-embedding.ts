/** RotaryEmbedding: positions as rotations of pairs of features. */
import { ShapeError } from '@noosphere/base';
import { defineOperator, type Inputs, pullback, type Tensor } from '../graph/index.js';
import { type Dim, formatShape, staticDim } from '../shape/index.js';
import { add, mul, sub } from './arithmetic.js';
import { gather } from './gather.js';
import { concat, slice } from './joining.js';
import { reshape, reshapeLike, transpose, unsqueeze } from './layout.js';
import { countOf, required, sameInfo } from './like.js';

interface RotaryAttributes {
  readonly interleaved: number;
  readonly num_heads: number;
  readonly rotary_embedding_dim: number;
}

export const RotaryEmbedding = defineOperator({
  name: 'RotaryEmbedding',
  opset: 23,
  attributes: { interleaved: 'int', num_heads: 'int', rotary_embedding_dim: 'int' },
  defaults: { interleaved: 0, num_heads: 0, rotary_embedding_dim: 0 },
  infer: ({ inputs }) => sameInfo('RotaryEmbedding', inputs),
  gradient: ({ inputs, outputGradients, attributes }) => {
    const wrt = inputs.slice(0, 3) as Tensor[];
    return pullback([rotaryParts(inputs, attributes)], outputGradients, wrt, add);
  },
  formula: (inputs, attributes) => [rotaryParts(inputs, attributes)],
  flops: ({ inputs }) => 3 * countOf(inputs[0]),
  doc: 'Each pair (a, b) of features turned by its position: (a cos - b sin, a sin + b cos). Gradient: that of its parts.',
});

/** The operator from plain operators. */
export function rotaryParts(inputs: Inputs, attributes: RotaryAttributes): Tensor {
  const x = required('RotaryEmbedding', inputs, 0);
  const byHead = headsLast(x, attributes.num_heads);
  const size = staticDim('rotaryEmbedding', byHead.shape[3]);
  const turned = attributes.rotary_embedding_dim || size;
  const [cos, sin] = [1, 2].map((index) => anglesOf(inputs, index, turned / 2)) as [Tensor, Tensor];
  const part = (starts: number, ends: number, steps = 1) =>
    slice(byHead, { starts: [starts], ends: [ends], axes: [3], steps: [steps] });
  const [a, b] = attributes.interleaved
    ? [part(0, turned, 2), part(1, turned, 2)]
    : [part(0, turned / 2), part(turned / 2, turned)];
  const real = sub(mul(cos, a), mul(sin, b));
  const imaginary = add(mul(sin, a), mul(cos, b));
  const joined = attributes.interleaved
    ? reshape(concat([unsqueeze(real, 4), unsqueeze(imaginary, 4)], { axis: 4 }), [
        ...byHead.shape.slice(0, 3),
        turned,
      ])
    : concat([real, imaginary], { axis: 3 });
  const all = turned < size ? concat([joined, part(turned, size)], { axis: 3 }) : joined;
  return x.rank === 4 ? transpose(all, [0, 2, 1, 3]) : reshapeLike(all, x);
}

/** [batch, length, heads, size] from either layout of the input. */
function headsLast(x: Tensor, heads: number): Tensor {
  if (x.rank === 4) return transpose(x, [0, 2, 1, 3]);
  const [batch, length, width] = x.shape as [Dim, Dim, Dim];
  if (x.rank !== 3 || heads < 1 || staticDim('rotaryEmbedding', width) % heads !== 0) {
    throw new ShapeError(
      'rotaryEmbedding',
      `expects [batch, heads, length, size], or [batch, length, heads size] with num_heads set; got ${formatShape(x.shape)} and num_heads ${heads}`,
    );
  }
  return reshape(x, [batch, length, heads, staticDim('rotaryEmbedding', width) / heads]);
}

/** Cosines or sines of each position [batch, length, 1, half]. */
function anglesOf(inputs: Inputs, index: number, half: number): Tensor {
  const cache = required('RotaryEmbedding', inputs, index);
  const positions = inputs[3];
  const values = positions ? gather(cache, positions, { axis: 0 }) : cache;
  return unsqueeze(slice(values, { starts: [0], ends: [half], axes: [2] }), 2);
}
