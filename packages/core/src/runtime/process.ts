/**
 * The CPU executor in a process of its own: what runs there can be stopped. Native code cannot be interrupted, so the process is
 * ended, and the next run starts another.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { ArgumentError, knownOptions, RuntimeError } from '@noosphere/base';
import type { InferenceSession } from 'onnxruntime-node';
import { fromData, type Graph, type HostTensor, hostData } from '../graph/index.js';
import { encodeModel } from '../onnx/index.js';
import type { AnyData, DType } from '../shape/index.js';
import { prepareForCpu, sessionOptions } from './cpu.js';
import type { Executor, LoadOptions, Program } from './executor.js';
import { checkInputs, inputsOf, outputsOf } from './program-values.js';
import type { SharedTensor, WorkerAnswer, WorkerRequest } from './worker.js';

export interface ProcessOptions {
  /** The longest that loading a program, or one run, may take, in milliseconds. @default no limit */
  readonly timeLimitMs?: number;
  /** Stops the run under way when it is aborted, and refuses all later ones. */
  readonly signal?: AbortSignal;
}

/** An executor whose programs run in a process of their own. */
export interface ProcessExecutor extends Executor {
  /** Ends the process at once. */
  close(): Promise<void>;
}

/**
 * Runs programs on the CPU in a process of its own, where a time limit or an abort stops them: for files of strangers, whose
 * loops may never end. Tensors are copied to the process and back.
 *
 * A run that is stopped throws a `RuntimeError`; the next one starts a new process.
 * @throws RuntimeError from runs beyond `timeLimitMs`, aborted ones, and those of a closed executor.
 * @example
 * const executor = processExecutor({ timeLimitMs: 10_000 });
 * const double = compile((x: Tensor) => add(x, x), { executor });
 * console.log(await (await double(tensor([1, 2]))).array()); // → [ 2, 4 ]
 * await executor.close();
 */
export function processExecutor(options: ProcessOptions = {}): ProcessExecutor {
  const { timeLimitMs, signal } = knownOptions('processExecutor', options, 'timeLimitMs signal');
  if (timeLimitMs !== undefined && !(timeLimitMs > 0 && timeLimitMs < 2 ** 31))
    throw new ArgumentError(
      'processExecutor',
      `timeLimitMs must be from 1 to ${2 ** 31 - 1} milliseconds, got ${timeLimitMs}`,
    );
  const calls = new ProcessCalls(timeLimitMs, signal);
  return {
    name: 'cpu process',
    async load(graph: Graph, loadOptions: LoadOptions = {}): Promise<Program> {
      const prepared = await prepareForCpu(graph);
      const { bytes } = encodeModel(prepared, { lastFirst: true });
      const program = new ProcessProgram(calls, prepared, bytes, sessionOptions(loadOptions));
      await program.load();
      return program;
    },
    close: async () => calls.end('the executor was closed; make a new one', true),
  };
}

type RequestOf<R> = R extends WorkerRequest ? Omit<R, 'call'> : never;

interface Waiting {
  resolve(outputs: readonly SharedTensor[]): void;
  reject(error: Error): void;
}

/** Calls into a process that is started when one needs it. */
class ProcessCalls {
  readonly #timeLimitMs: number | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #child: ChildProcess | undefined;
  #closed: string | undefined;
  #calls = 0;
  /** Counts processes: a program is loaded in each one anew. */
  generation = 0;

  constructor(timeLimitMs: number | undefined, signal: AbortSignal | undefined) {
    this.#timeLimitMs = timeLimitMs;
    const abort = () => this.end('was aborted', true);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  async call(request: RequestOf<WorkerRequest>): Promise<readonly SharedTensor[]> {
    if (this.#closed) throw new RuntimeError('run', this.#closed);
    const child = this.#started();
    const call = this.#calls++;
    child.ref();
    child.channel?.ref();
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<readonly SharedTensor[]>((resolve, reject) => {
        this.#waiting.set(call, { resolve, reject });
        if (this.#timeLimitMs !== undefined)
          timer = setTimeout(
            () => this.end(`was stopped after timeLimitMs: ${this.#timeLimitMs}`, false),
            this.#timeLimitMs,
          );
        child.send({ ...request, call }, (error) => error && reject(error));
      });
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(call);
      this.#rest();
    }
  }

  /** Ends the process and the calls that wait. @param forGood Whether later calls are refused. */
  end(reason: string, forGood: boolean): void {
    if (forGood) this.#closed ??= reason;
    const child = this.#child;
    this.#child = undefined;
    child?.kill('SIGKILL');
    for (const { reject } of this.#waiting.values()) reject(new RuntimeError('run', reason));
    this.#waiting.clear();
  }

  #started(): ChildProcess {
    if (this.#child) return this.#child;
    this.generation += 1;
    // From sources the program lies beside this file, built beside the package's entry, both times under this name.
    const child = fork(new URL('./process-main.js', import.meta.url), {
      serialization: 'advanced',
      execArgv: [],
    });
    const stop = () => child.kill('SIGKILL');
    process.once('exit', stop);
    child.on('message', (answer: WorkerAnswer) => this.#settle(answer));
    child.on(
      'error',
      (cause) => child === this.#child && this.end(`the process failed: ${cause.message}`, false),
    );
    child.on('exit', (code, by) => {
      process.off('exit', stop);
      if (child === this.#child)
        this.end(`the process ended with ${by ?? `code ${code}`} before it answered`, false);
    });
    this.#child = child;
    return child;
  }

  #settle(answer: WorkerAnswer): void {
    const waiting = this.#waiting.get(answer.call);
    if ('error' in answer) waiting?.reject(new RuntimeError('run', answer.error));
    else waiting?.resolve(answer.outputs ?? []);
  }

  /** An idle process must not keep this one alive. */
  #rest(): void {
    if (this.#waiting.size > 0) return;
    this.#child?.unref();
    this.#child?.channel?.unref();
  }
}

let programs = 0;

class ProcessProgram implements Program {
  readonly inputs;
  readonly outputs;
  readonly #calls: ProcessCalls;
  readonly #program = programs++;
  readonly #load: RequestOf<WorkerRequest>;
  #loadedIn = 0;
  #isDisposed = false;

  constructor(
    calls: ProcessCalls,
    graph: Graph,
    bytes: Uint8Array,
    options: InferenceSession.SessionOptions,
  ) {
    this.#calls = calls;
    this.inputs = inputsOf(graph);
    this.outputs = outputsOf(graph);
    this.#load = { kind: 'load', program: this.#program, bytes, options };
  }

  async load(): Promise<void> {
    await this.#calls.call(this.#load);
    this.#loadedIn = this.#calls.generation;
  }

  async run(inputs: readonly HostTensor[]): Promise<HostTensor[]> {
    if (this.#isDisposed) throw new RuntimeError('run', 'the program was disposed; compile it again');
    checkInputs(this.inputs, inputs);
    if (this.#loadedIn !== this.#calls.generation || !this.#calls.isRunning) await this.load();
    const feeds = Object.fromEntries(
      this.inputs.map(({ name }, index) => {
        const { dtype, shape } = inputs[index];
        return [name, { dtype, shape, data: hostData(inputs[index]) }];
      }),
    );
    const outputs = this.outputs.map(({ name }) => name);
    const results = await this.#calls.call({ kind: 'run', program: this.#program, inputs: feeds, outputs });
    return results.map(({ dtype, shape, data }) => fromData(dtype as DType, [...shape], data as AnyData));
  }

  async dispose(): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    if (this.#calls.isRunning && this.#loadedIn === this.#calls.generation)
      await this.#calls.call({ kind: 'dispose', program: this.#program });
  }
}
