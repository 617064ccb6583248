/**
 * The CPU executor in a thread of its own: a run leaves the event loop free.
 * Tensors cross in shared memory. The thread ends only when asked, between two runs.
 */
import { Worker } from 'node:worker_threads';
import type { InferenceSession } from 'onnxruntime-node';
import { RuntimeError } from '../errors/index.js';
import { fromData, type Graph, type HostTensor, hostData } from '../graph/index.js';
import { encodeModel } from '../onnx/index.js';
import { type AnyData, bytesOf, type DType, viewData } from '../shape/index.js';
import { prepareForCpu, sessionOptions } from './cpu.js';
import type { Executor, LoadOptions, Program } from './executor.js';
import { checkInputs, inputsOf, outputsOf } from './program-values.js';
import { countProgram } from './spinning.js';

/** A tensor between threads: its data in shared memory, so that neither side copies it for the message. */
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

/** Sends requests and matches the answers. The thread starts with the first one. */
class WorkerThread {
  readonly #waiting = new Map<number, { resolve(answer: WorkerAnswer): void; reject(error: Error): void }>();
  #worker: Worker | undefined;
  #calls = 0;
  #closed = false;

  async ask(request: RequestOf<WorkerRequest>): Promise<readonly SharedTensor[]> {
    if (this.#closed) throw new RuntimeError('worker', 'the executor was closed; make a new one');
    const worker = this.#started();
    const call = this.#calls++;
    worker.ref();
    try {
      const answer = await new Promise<WorkerAnswer>((resolve, reject) => {
        this.#waiting.set(call, { resolve, reject });
        worker.postMessage({ ...request, call });
      });
      if ('error' in answer) throw new RuntimeError('worker', answer.error);
      return answer.outputs ?? [];
    } finally {
      this.#waiting.delete(call);
      // An idle thread must not keep the process alive.
      if (this.#waiting.size === 0) worker.unref();
    }
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker && !this.#closed) {
      const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      await this.ask({ kind: 'end' });
      worker.ref();
      await ended;
    }
    this.#closed = true;
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = startWorker();
    worker.on('message', (answer: WorkerAnswer) => this.#waiting.get(answer.call)?.resolve(answer));
    worker.on('error', (cause) =>
      this.#failAll(new RuntimeError('worker', `the thread failed: ${cause.message}`, { cause })),
    );
    worker.on('exit', (code) => {
      this.#worker = undefined;
      this.#failAll(new RuntimeError('worker', `the thread ended with code ${code} before it answered`));
    });
    this.#worker = worker;
    return worker;
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** The thread's program lies beside this file. It is plain JavaScript: no loader of this thread reaches another. */
function startWorker(): Worker {
  return new Worker(new URL('./worker-main.js', import.meta.url), { execArgv: [] });
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
  const thread = new WorkerThread();
  let programs = 0;
  return {
    name: 'cpu worker',
    async load(graph: Graph, options: LoadOptions = {}): Promise<Program> {
      const prepared = await prepareForCpu(graph);
      const program = programs++;
      const { bytes } = encodeModel(prepared, { lastFirst: true });
      await thread.ask({ kind: 'load', program, bytes, options: sessionOptions(options) });
      return new WorkerProgram(thread, program, prepared);
    },
    close: () => thread.close(),
  };
}

class WorkerProgram implements Program {
  readonly inputs;
  readonly outputs;
  readonly #thread: WorkerThread;
  readonly #program: number;
  readonly #forget = countProgram();

  constructor(thread: WorkerThread, program: number, graph: Graph) {
    this.#thread = thread;
    this.#program = program;
    this.inputs = inputsOf(graph);
    this.outputs = outputsOf(graph);
  }

  async run(inputs: readonly HostTensor[]): Promise<HostTensor[]> {
    checkInputs(this.inputs, inputs);
    const feeds = Object.fromEntries(this.inputs.map(({ name }, index) => [name, share(inputs[index])]));
    const outputs = this.outputs.map(({ name }) => name);
    const results = await this.#thread.ask({ kind: 'run', program: this.#program, inputs: feeds, outputs });
    return results.map(({ dtype, shape, data }) => fromData(dtype as DType, [...shape], data as AnyData));
  }

  async dispose(): Promise<void> {
    this.#forget();
    await this.#thread.ask({ kind: 'dispose', program: this.#program });
  }
}

/** A tensor whose data is in shared memory: as it came from a run, or copied there. */
function share(tensor: HostTensor): SharedTensor {
  const data = hostData(tensor);
  if (data.buffer instanceof SharedArrayBuffer) return { dtype: tensor.dtype, shape: tensor.shape, data };
  const memory = new SharedArrayBuffer(data.byteLength);
  new Uint8Array(memory).set(bytesOf(data));
  return { dtype: tensor.dtype, shape: tensor.shape, data: viewData(tensor.dtype, new Uint8Array(memory)) };
}
