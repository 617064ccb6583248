/** @noosphere/kernels: finds the addon of this platform and loads it. */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** How a session is made. */
export interface SessionOptions {
  /** Path of the ONNX Runtime library. */
  readonly library: string;
  readonly threads: number;
  /** Entries of the session's configuration. */
  readonly config: Readonly<Record<string, string>>;
  /** Where the runtime writes its profile. */
  readonly profilePrefix?: string;
}

/**
 * Steps, and the memory that they read and write. The first inputs are a state, and the first outputs, of the same shapes, the
 * next one: the first step reads `state` and writes `next`, those behind it write `other` and `next` in turn, so the last state
 * is in `next` where the steps are odd in number, else in `other`. `inputs` and `outputs` hold all steps, one after the other.
 */
export interface NativeCall {
  readonly state: readonly Uint8Array[];
  readonly next: readonly Uint8Array[];
  readonly other: readonly Uint8Array[];
  readonly inputs: readonly Uint8Array[];
  readonly outputs: readonly Uint8Array[];
  readonly steps: number;
}

/** A graph with static shapes, loaded. */
export interface NativeSession {
  /** Runs on a thread of its own, in the memory that is given. */
  run(call: NativeCall): Promise<void>;
  /** `run` on this thread: for steps that are over before another thread would have woken up. */
  runNow(call: NativeCall): void;
  /** Frees the session when the run under way has ended. */
  dispose(): Promise<void>;
}

/** What the addon gives. */
export interface Kernels {
  readonly NativeSession: {
    load(bytes: Uint8Array, options: SessionOptions): Promise<NativeSession>;
  };
  /** Instruction sets in use, the widest first. */
  instructionSets(): string[];
  /** Whether bfloat16 products run on matrix units, or in plain code that stands for them. */
  hasMatrixUnits(): boolean;
}

/** napi-rs' name of this platform: `linux-x64-gnu`. */
function platformName(): string {
  const { platform, arch } = process;
  if (platform === 'linux') return `linux-${arch}-gnu`;
  return platform === 'win32' ? `win32-${arch}-msvc` : `${platform}-${arch}`;
}

/** Loads the addon: the one built here, else the platform's package. Throws with the reasons where there is none. */
export function loadKernels(): Kernels {
  const require = createRequire(import.meta.url);
  const name = platformName();
  const reasons: string[] = [];
  for (const place of [`../kernels.${name}.node`, `@noosphere/kernels-${name}`]) {
    try {
      return require(place) as Kernels;
    } catch (cause) {
      const [reason = ''] = String(cause instanceof Error ? cause.message : cause).split('\n');
      reasons.push(reason);
    }
  }
  throw new Error(`no native kernels for ${name}: ${reasons.join('; ')}`);
}

/**
 * Path of the library that an installed onnxruntime-node carries for this platform.
 * @param entry Path of onnxruntime-node's entry.
 */
export function runtimeLibrary(entry: string): string {
  const folder = join(dirname(entry), '../bin/napi-v6', process.platform, process.arch);
  const file = readdirSync(folder).find((name) => /^(lib)?onnxruntime\.(so|dll|.*dylib)/.test(name));
  if (file === undefined) throw new Error(`no ONNX Runtime library in ${folder}`);
  return join(folder, file);
}
