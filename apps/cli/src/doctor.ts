/** `noosphere doctor`: the runtime of this machine in lines. */
import type { RuntimeReport } from '@noosphere/core';

export function doctorText({ runtimeVersion, threads, instructionSets, missing }: RuntimeReport): string {
  return [
    `executor   CPU, ONNX Runtime ${runtimeVersion}`,
    `kernels    ${missing === undefined ? `native, ${instructionSets.join(', ')}` : `none: ${missing}`}`,
    `threads    ${threads}, the cores that this process may use unless NOOSPHERE_THREADS says otherwise`,
    'energy     noosphere footprint doctor says what is measured',
  ].join('\n');
}
