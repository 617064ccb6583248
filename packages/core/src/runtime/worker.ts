/**
 * The CPU executor in a thread of its own: a run leaves the event loop free.
 * Inputs cross in shared memory, which later runs use again; outputs change hands. The thread ends only when asked, between two runs.
 */
import { setImmediate } from 'node:timers/promises';
import { RuntimeError } from '@noosphere/base';
import { startThread, ThreadCalls } from '@noosphere/base/workers';
import type { InferenceSession } from 'onnxruntime-node';
import { fromData, type Graph, type HostTensor, hostData } from '../graph/index.js';
import { encodeModel } from '../onnx/index.js';
import { type AnyData, bytesOf, type DType, viewData } from '../shape/index.js';
import { prepareForCpu, sessionOptions } from './cpu.js';
import type { Executor, LoadOptions, Program } from './executor.js';
import { checkInputs, inputsOf, outputsOf } from './program-values.js';
import { countProgram } from './spinning.js';

/** A tensor between threads. */
export interface SharedTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: AnyData;
}

export type WorkerRequest =
  | {
      readonly kind: 'load';
      readonly call: number;
      readonly program: number;
      readonly bytes: Uint8Array;
      readonly options: InferenceSession.SessionOptions;
    }
  | {
      readonly kind: 'run';
      readonly call: number;
      readonly program: number;
      readonly inputs: Readonly<Record<string, SharedTensor>>;
      readonly outputs: readonly string[];
    }
  | { readonly kind: 'dispose'; readonly call: number; readonly program: number }
  | { readonly kind: 'end'; readonly call: number };

export type WorkerAnswer =
  | { readonly call: number; readonly outputs?: readonly SharedTensor[] }
  | { readonly call: number; readonly error: string };

/** An executor whose programs run in a worker thread. */
export interface WorkerExecutor extends Executor {
  /** Waits for the run under way and ends the thread. */
  close(): Promise<void>;
}

type RequestOf<R> = R extends WorkerRequest ? Omit<R, 'call'> : never;
type Thread = ThreadCalls<RequestOf<WorkerRequest>, WorkerAnswer>;

async function ask(thread: Thread, request: RequestOf<WorkerRequest>): Promise<readonly SharedTensor[]> {
  const answer = await thread.call(request);
  if ('error' in answer) throw new RuntimeError('worker', answer.error);
  return answer.outputs ?? [];
}

/**
 * Runs programs on the CPU in a worker thread, so that timers and servers of this one go on.
 * @example
 * const executor = workerExecutor();
 * const double = compile((x: Tensor) => add(x, x), { executor });
 * console.log(await (await double(tensor([1, 2]))).array()); // → [ 2, 4 ]
 * await executor.close();
 */
export function workerExecutor(): WorkerExecutor {
  // The program is plain JavaScript: no loader of this thread reaches another.
  const program = { from: import.meta.url, built: './worker-main.js', source: './worker-main.js' };
  const thread: Thread = new ThreadCalls(
    () => startThread(program),
    (reason, cause) => new RuntimeError('worker', reason, { cause }),
  );
  let programs = 0;
  return {
    name: 'cpu worker',
    async load(graph: Graph, options: LoadOptions = {}): Promise<Program> {
      const prepared = await prepareForCpu(graph);
      const number = programs++;
      const { bytes } = encodeModel(prepared, { lastFirst: true });
      await ask(thread, { kind: 'load', program: number, bytes, options: sessionOptions(options) });
      return new WorkerProgram(thread, number, prepared);
    },
    close: () =>
      thread.close(new RuntimeError('worker', 'the executor was closed; make a new one'), { kind: 'end' }),
  };
}

class WorkerProgram implements Program {
  readonly inputs;
  readonly outputs;
  readonly #thread: Thread;
  readonly #program: number;
  readonly #forget = countProgram();
  /** Memory of inputs of runs that have ended. */
  readonly #free: SharedArrayBuffer[][] = [];

  constructor(thread: Thread, program: number, graph: Graph) {
    this.#thread = thread;
    this.#program = program;
    this.inputs = inputsOf(graph);
    this.outputs = outputsOf(graph);
  }

  async run(inputs: readonly HostTensor[]): Promise<HostTensor[]> {
    checkInputs(this.inputs, inputs);
    const memory = this.#free.pop() ?? [];
    const feeds: Record<string, SharedTensor> = {};
    let heldBytes = 0;
    for (const [index, { name }] of this.inputs.entries()) {
      feeds[name] = await share(inputs[index], memory, index);
      heldBytes += hostData(inputs[index]).byteLength;
      if (heldBytes > pieceBytes) {
        await setImmediate();
        heldBytes = 0;
      }
    }
    const outputs = this.outputs.map(({ name }) => name);
    const results = await ask(this.#thread, { kind: 'run', program: this.#program, inputs: feeds, outputs });
    this.#free.push(memory);
    return results.map(({ dtype, shape, data }) => fromData(dtype as DType, [...shape], data as AnyData));
  }

  async dispose(): Promise<void> {
    this.#forget();
    await ask(this.#thread, { kind: 'dispose', program: this.#program });
  }
}

/** Bytes that are copied in about a millisecond: more at once would hold up the event loop. */
const pieceBytes = 8e6;

/** A tensor's values in shared memory. @param memory Of each input, taken where it has the size, else replaced. */
async function share(tensor: HostTensor, memory: SharedArrayBuffer[], index: number): Promise<SharedTensor> {
  const bytes = bytesOf(hostData(tensor));
  let own = memory[index];
  if (own?.byteLength !== bytes.length) {
    own = new SharedArrayBuffer(bytes.length);
    memory[index] = own;
  }
  const view = new Uint8Array(own);
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    if (start > 0) await setImmediate();
    view.set(bytes.subarray(start, start + pieceBytes), start);
  }
  return { dtype: tensor.dtype, shape: tensor.shape, data: viewData(tensor.dtype, view) };
}
