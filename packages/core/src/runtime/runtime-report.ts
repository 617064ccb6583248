/** What runs programs in this process, and what is missing. */
import { createRequire } from 'node:module';
import { findKernels } from './native/kernels.js';
import { type Precision, productPrecision } from './precision.js';
import { threadCount } from './threads.js';

export interface RuntimeReport {
  /** Version of onnxruntime-node. */
  readonly runtimeVersion: string;
  /** Threads of a program that asks for no number. */
  readonly threads: number;
  /** Instruction sets of the native kernels, the widest first; none where they are not in use. */
  readonly instructionSets: readonly string[];
  /** How exact products are that ask for nothing else. */
  readonly precision: Precision;
  /** Why there are no native kernels, and what adds them. */
  readonly missing?: string;
}

/**
 * Says what the CPU executor runs on: the runtime, threads, native kernels, their instruction sets and precision.
 * @example
 * const { threads, instructionSets, missing } = await runtimeReport();
 * console.log(threads > 0, instructionSets.length > 0 || missing !== undefined); // → true true
 */
export async function runtimeReport(): Promise<RuntimeReport> {
  const found = await findKernels();
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  const general = {
    runtimeVersion: version,
    threads: threadCount(),
    precision: await productPrecision(),
  };
  if (found.kernels) return { ...general, instructionSets: found.kernels.instructionSets() };
  return { ...general, instructionSets: [], missing: `${found.reason}; ${wayOut(found.reason)}` };
}

function wayOut(reason: string): string {
  if (reason.includes('NOOSPHERE_KERNELS')) return 'unset it';
  if (/Cannot find (package|module) '@noosphere\/kernels'/.test(reason))
    return 'npm install @noosphere/kernels';
  return 'https://rustup.rs installs a Rust toolchain, with which the build makes them; everything runs without them';
}
