/** Which operators have a kernel of @noosphere/kernels, on float32 values of known shapes. */
import { fusedCodes } from './fused.js';

const chains: readonly string[] = [...fusedCodes, 'Cast', 'Pow'];

/** Operators by the native kernel that takes their place. */
const kernels: readonly (readonly [kernel: string, operators: readonly string[]])[] = [
  ['chain', [...chains, 'Fused']],
  ['product', ['MatMul', 'Gemm', 'FusedMatMul', 'Product']],
  ['convolution', ['Conv', 'ConvWeightGradient']],
  ['recurrent', ['LSTM', 'LSTMGradient', 'GRU', 'GRUGradient']],
  ['pool', ['MaxPool', 'MaxUnpool']],
];

/** The kind of native kernel that an operator has: 'chain' for elementwise ones, which run in one pass; `undefined` for none. */
export function nativeKernelOf(operator: string): string | undefined {
  return kernels.find(([, operators]) => operators.includes(operator))?.[0];
}
