/** How exact products of float32 matrices are. */
import { ArgumentError, didYouMean } from '@noosphere/base';
import type { Precision } from '../ops/native-product.js';
import { findKernels } from './native/kernels.js';

export type { Precision } from '../ops/native-product.js';

const precisions: readonly Precision[] = ['highest', 'high', 'medium'];

/**
 * The precision in which programs of this process multiply: 'high' where the processor has matrix units for bfloat16 and nobody
 * asks for another one, 'highest' where it has none or the native kernels are not in use.
 * @param asked The `precision` option; NOOSPHERE_PRECISION stands in for it. Throws where it is no precision.
 * @example
 * console.log(await productPrecision('highest')); // → highest
 */
export async function productPrecision(asked?: Precision): Promise<Precision> {
  const wanted = asked ?? (process.env.NOOSPHERE_PRECISION || undefined);
  if (wanted !== undefined && !isPrecision(wanted)) {
    const name = String(wanted);
    throw new ArgumentError(
      asked === undefined ? 'NOOSPHERE_PRECISION' : 'precision',
      `must be 'highest', 'high' or 'medium', got '${name}'${didYouMean(name, precisions)}`,
    );
  }
  const { kernels } = await findKernels();
  return kernels?.hasMatrixUnits() ? (wanted ?? 'high') : 'highest';
}

function isPrecision(name: unknown): name is Precision {
  return precisions.some((precision) => precision === name);
}
