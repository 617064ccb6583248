/**
 * MaxPool of images with positions and MaxUnpool, as the native kernels do them; named so in their own domain, so the registry
 * lists only the standard ones. Only inside CPU programs of the native executor: runtime/native puts it in.
 */
import { apply, defineOperator, type Node, notDifferentiable, type Tensor } from '../graph/index.js';
import { countOf, noFlops } from './like.js';
import { windowOf } from './window.js';

const NativeMaxPool = defineOperator({
  name: 'MaxPool',
  domain: 'noosphere.kernels',
  opset: 1,
  attributes: {
    /** Along an axis: size, window, stride, dilation, padding in front. */
    rows: 'ints',
    columns: 'ints',
    /** Of the results. */
    shape: 'ints',
  },
  infer: ({ attributes: { shape } }) => [
    { dtype: 'float32', shape },
    { dtype: 'int64', shape },
  ],
  gradient: notDifferentiable('the native executor puts it in after differentiation'),
  flops: ({ outputs, attributes: { rows, columns } }) =>
    countOf(outputs[0]) * (rows[1] as number) * (columns[1] as number),
  allOutputs: true,
  doc: 'MaxPool of images with positions; only inside CPU programs.',
});

/** The native pool in the place of a standard one; `undefined` where it is not one of float32 images of known size. */
export function nativeMaxPool({ inputs, outputs, attributes }: Node): Tensor[] | undefined {
  const [x] = inputs;
  const shape = outputs[0]?.shape ?? [];
  if (x?.dtype !== 'float32' || x.rank !== 4 || attributes.storage_order === 1) return undefined;
  if (![...x.shape, ...shape].every((dim) => typeof dim === 'number')) return undefined;
  const kernel = attributes.kernel_shape as readonly number[];
  const { strides, dilations, pads } = windowOf(x.shape.slice(2), kernel, {
    ...attributes,
    group: 1,
  } as never);
  const axis = (k: number) =>
    [x.shape[k + 2], kernel[k], strides[k], dilations[k], pads[k]].map((value) => value as number);
  return apply(NativeMaxPool, [x], { rows: axis(0), columns: axis(1), shape: shape as readonly number[] });
}

const NativeMaxUnpool = defineOperator({
  name: 'MaxUnpool',
  domain: 'noosphere.kernels',
  opset: 1,
  attributes: { shape: 'ints' },
  infer: ({ attributes: { shape } }) => [{ dtype: 'float32', shape }],
  gradient: notDifferentiable('the native executor puts it in after differentiation'),
  flops: noFlops,
  doc: 'MaxUnpool; only inside CPU programs.',
});

/** The native MaxUnpool in the place of a standard one; `undefined` where it is not one of float32 numbers of known size. */
export function nativeMaxUnpool({ inputs, outputs }: Node): Tensor[] | undefined {
  const [x, positions] = inputs;
  const [result] = outputs;
  if (x?.dtype !== 'float32' || !positions || !result) return undefined;
  if (![...x.shape, ...result.shape].every((dim) => typeof dim === 'number' && dim > 0)) return undefined;
  return apply(NativeMaxUnpool, [x, positions], { shape: result.shape as readonly number[] });
}
