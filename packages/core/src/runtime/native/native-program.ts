/** Programs of static shapes in a native session: fused operators, memory that is used again, a thread of their own. */
import { RuntimeError } from '@noosphere/base';
import type { NativeSession } from '@noosphere/kernels';
import { fromData, type Graph, type HostTensor, hostData } from '../../graph/index.js';
import { encodeModel } from '../../onnx/index.js';
import { bytesOf, createData, isStatic } from '../../shape/index.js';
import type { LoadOptions, Program, StepCall, SteppingProgram, ValueInfo } from '../executor.js';
import { checkInputs, inputsOf, outputsOf } from '../program-values.js';
import { countProgram, nativeSpinning, spinningOfNext } from '../spinning.js';
import { threadCount } from '../threads.js';
import { findKernels } from './kernels.js';

/** Whether there are kernels, and all shapes are known before a run. */
export async function runsNatively({ inputs, outputs }: Graph): Promise<boolean> {
  const { kernels } = await findKernels();
  return kernels !== undefined && [...inputs, ...outputs].every(({ shape }) => isStatic(shape));
}

/** Loads a graph that was lowered for the kernels. */
export async function loadNative(graph: Graph, options: LoadOptions, kept = 0): Promise<NativeProgram> {
  const found = await findKernels();
  if (!found.kernels) throw new RuntimeError('load', `there are no native kernels: ${found.reason}`);
  const { threads, profilePrefix } = options;
  const { bytes } = encodeModel(graph, { lastFirst: true });
  try {
    const session = await found.kernels.NativeSession.load(bytes, {
      library: found.library,
      threads: threadCount(threads),
      config: nativeSpinning(spinningOfNext()),
      ...(profilePrefix === undefined ? {} : { profilePrefix }),
    });
    return new NativeProgram(session, graph, kept);
  } catch (cause) {
    throw new RuntimeError('load', `ONNX Runtime refused the graph '${graph.name}': ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** A run as short as this holds nobody up; a thread of its own would take a tenth of a millisecond more. */
const shortMs = 1;

class NativeProgram implements Program, SteppingProgram {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly #name: string;
  readonly #kept: number;
  readonly #forget = countProgram();
  #session: NativeSession | undefined;
  /** Runs on other threads. */
  #running = 0;
  #lastMs = Number.POSITIVE_INFINITY;

  constructor(session: NativeSession, graph: Graph, kept: number) {
    this.#session = session;
    this.#name = graph.name;
    this.#kept = kept;
    this.inputs = inputsOf(graph);
    this.outputs = outputsOf(graph);
  }

  async run(inputs: readonly HostTensor[]): Promise<HostTensor[]> {
    checkInputs(this.inputs, inputs);
    const outputs = this.outputs.map((info) => emptyOf(info, []));
    await this.#run({ state: [], next: [], other: [], inputs, steps: 1 }, outputs);
    return outputs;
  }

  async runSteps(call: StepCall): Promise<HostTensor[]> {
    const lead = call.steps === 1 ? [] : [call.steps];
    const outputs = this.outputs.slice(this.#kept).map((info) => emptyOf(info, lead));
    await this.#run(call, outputs);
    return outputs;
  }

  async #run({ steps, ...memory }: StepCall, outputs: readonly HostTensor[]): Promise<void> {
    const session = this.#session;
    if (!session) throw new RuntimeError('run', `the program '${this.#name}' was disposed; compile it again`);
    const call = {
      state: memory.state.map(ownBytes),
      next: memory.next.map(ownBytes),
      other: memory.other.map(ownBytes),
      inputs: memory.inputs.map(ownBytes),
      outputs: outputs.map(ownBytes),
      steps,
    };
    const startedMs = performance.now();
    try {
      if (this.#running === 0 && this.#lastMs < shortMs) session.runNow(call);
      else await this.#elsewhere(() => session.run(call));
      this.#lastMs = performance.now() - startedMs;
    } catch (cause) {
      throw new RuntimeError(
        'run',
        `ONNX Runtime stopped in the program '${this.#name}': ${messageOf(cause)}`,
        { cause },
      );
    }
  }

  async #elsewhere(run: () => Promise<void>): Promise<void> {
    this.#running++;
    try {
      await run();
    } finally {
      this.#running--;
    }
  }

  async dispose(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    this.#forget();
    await session?.dispose();
  }
}

function emptyOf({ dtype, shape }: ValueInfo, lead: readonly number[]): HostTensor {
  const full = [...lead, ...(shape as readonly number[])];
  return fromData(
    dtype,
    full,
    createData(
      dtype,
      full.reduce((product, dim) => product * dim, 1),
    ),
  );
}

/** The bytes of a tensor, copied only where other threads share them. */
function ownBytes(tensor: HostTensor): Uint8Array {
  const bytes = bytesOf(hostData(tensor));
  return bytes.buffer instanceof SharedArrayBuffer ? bytes.slice() : bytes;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
