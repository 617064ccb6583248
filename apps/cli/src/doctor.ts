/** `noosphere doctor`: the runtime of this machine in lines. */
import type { RuntimeReport } from '@noosphere/core';

const products = {
  highest: 'products in float32',
  high: 'products in three of bfloat16, errors under 1e-5 of the largest value',
  medium: 'products in bfloat16, sums in float32',
};

export function doctorText(report: RuntimeReport): string {
  const { runtimeVersion, threads, instructionSets, precision, missing } = report;
  return [
    `executor   CPU, ONNX Runtime ${runtimeVersion}`,
    `kernels    ${missing === undefined ? `native, ${instructionSets.join(', ')}` : `none: ${missing}`}`,
    `threads    ${threads}, the cores that this process may use unless NOOSPHERE_THREADS says otherwise`,
    `precision  ${precision}: ${products[precision]}, unless NOOSPHERE_PRECISION or an option says otherwise`,
    'energy     noosphere footprint doctor says what is measured',
  ].join('\n');
}
