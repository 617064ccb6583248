/** The native kernels of this process, where @noosphere/kernels has them for this platform. */
import { createRequire } from 'node:module';
import { ArgumentError, didYouMean } from '@noosphere/base';
import type { Kernels } from '@noosphere/kernels';

/** The kernels and the runtime that they run in, or why there are none. */
export type FoundKernels =
  | { readonly kernels: Kernels; readonly library: string }
  | { readonly kernels: undefined; readonly reason: string };

let finding: Promise<FoundKernels> | undefined;

/** Looks for the kernels once in a process; NOOSPHERE_KERNELS=off leaves them out. */
export function findKernels(): Promise<FoundKernels> {
  finding ??= find();
  return finding;
}

/** The addon reads these variables itself, and takes what it does not know as nothing. */
function requireKnown(variable: string, values: readonly string[]): void {
  const value = process.env[variable];
  if (value && !values.includes(value))
    throw new ArgumentError(
      'cpu executor',
      `${variable} must be ${values.join(', ')} or unset, got '${value}'${didYouMean(value, values)}`,
    );
}

async function find(): Promise<FoundKernels> {
  const wanted = process.env.NOOSPHERE_KERNELS ?? 'on';
  if (wanted === 'off') return { kernels: undefined, reason: 'NOOSPHERE_KERNELS is off' };
  if (wanted !== 'on')
    throw new ArgumentError('cpu executor', `NOOSPHERE_KERNELS must be on or off, got '${wanted}'`);
  requireKnown('NOOSPHERE_INSTRUCTIONS', ['plain', 'avx2', 'avx512', 'amx']);
  requireKnown('NOOSPHERE_MATRIX_UNITS', ['emulated']);
  try {
    const { loadKernels, runtimeLibrary } = await import('@noosphere/kernels');
    const library = runtimeLibrary(createRequire(import.meta.url).resolve('onnxruntime-node'));
    return { kernels: loadKernels(), library };
  } catch (cause) {
    return { kernels: undefined, reason: cause instanceof Error ? cause.message : String(cause) };
  }
}
