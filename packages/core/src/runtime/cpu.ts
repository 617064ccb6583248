/** The CPU executor: ONNX Runtime through onnxruntime-node. The only folder that imports it. */

import { PlatformError, RuntimeError } from '@noosphere/base';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { fromData, type Graph, type HostTensor, hostData } from '../graph/index.js';
import { encodeModel } from '../onnx/index.js';
import { type AnyData, isDType } from '../shape/index.js';
import { blockConvolutions, channelBlock, hasConvolutions } from './blocked-convolution.js';
import type { Executor, LoadOptions, Program, ValueInfo } from './executor.js';
import { lowerForCpu } from './lower-cpu.js';
import { lowerForKernels, nativeLayers } from './native/lower-native.js';
import { loadNative, runsNatively } from './native/native-program.js';
import { type Precision, productPrecision } from './precision.js';
import { checkInputs, inputsOf, outputsOf } from './program-values.js';
import { countProgram, spinningEntries, spinningOfNext } from './spinning.js';
import { threadCount } from './threads.js';

type Runtime = typeof import('onnxruntime-node');

let loading: Promise<Runtime> | undefined;

/** Loads ONNX Runtime on first use: a program that never runs a graph never pays for it. */
async function runtime(): Promise<Runtime> {
  loading ??= import('onnxruntime-node').catch((cause: unknown) => {
    loading = undefined;
    throw new PlatformError(
      'cpu executor',
      `onnxruntime-node has no working library for ${process.platform} ${process.arch} here (Linux needs glibc; Intel Macs are not covered): ` +
        `use Linux x64/arm64 with glibc, macOS on Apple silicon or Windows; where the installation broke off in its script, \`npm install --ignore-scripts\` is enough; ${String(cause)}`,
      { cause },
    );
  });
  return loading;
}

/** Runs graphs on the CPU. */
export const cpuExecutor: Executor = {
  name: 'cpu',
  async load(graph, options = {}) {
    const precision = await productPrecision(options.precision);
    if (!(await runsNatively(graph))) return loadAsIs(await prepareForCpu(graph), options);
    return loadNative(await prepareForKernels(graph, precision), options);
  },
  async loadSteps(graph, kept, options = {}) {
    const precision = await productPrecision(options.precision);
    if (!(await runsNatively(graph))) return undefined;
    return loadNative(await prepareForKernels(graph, precision), options, kept);
  },
};

/** The graph as the CPU runs it fastest. */
export async function prepareForCpu(graph: Graph): Promise<Graph> {
  const block = hasConvolutions(graph) ? await channelBlock(loadAsIs) : undefined;
  return lowerForCpu(graph, block === undefined ? [] : [blockConvolutions(block)]);
}

/** The graph as the native kernels run it fastest. */
async function prepareForKernels(graph: Graph, precision: Precision): Promise<Graph> {
  return lowerForKernels(await prepareForCpu(nativeLayers(graph, precision)), precision);
}

/** The graph that is loaded for this one, whose nodes a profile names. */
export async function graphAsLoaded(graph: Graph, precision?: Precision): Promise<Graph> {
  const natively = await runsNatively(graph);
  return natively ? prepareForKernels(graph, await productPrecision(precision)) : prepareForCpu(graph);
}

function loadAsIs(graph: Graph, options: LoadOptions = {}): Promise<Program> {
  return loadBytes(encodeModel(graph, { lastFirst: true }).bytes, graph, options);
}

/** Loads encoded bytes whose inputs and outputs the graph describes. */
async function loadBytes(bytes: Uint8Array, graph: Graph, options: LoadOptions): Promise<Program> {
  const ort = await runtime();
  let session: InferenceSession;
  try {
    session = await ort.InferenceSession.create(bytes, sessionOptions(options));
  } catch (cause) {
    throw new RuntimeError('load', `ONNX Runtime refused the graph '${graph.name}': ${messageOf(cause)}`, {
      cause,
    });
  }
  return new CpuProgram(ort, session, graph);
}

/** How sessions are made. */
export function sessionOptions({ threads, profilePrefix }: LoadOptions): InferenceSession.SessionOptions {
  const count = threadCount(threads);
  return {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: count,
    interOpNumThreads: 1,
    // The memory pattern keeps one block for the worst case: a third more memory for no time.
    enableMemPattern: false,
    logSeverityLevel: 4,
    ...spinningEntries(spinningOfNext()),
    ...(profilePrefix ? { enableProfiling: true, profileFilePrefix: profilePrefix } : {}),
  };
}

class CpuProgram implements Program {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly #ort: Runtime;
  readonly #graph: Graph;
  readonly #forget = countProgram();
  #session: InferenceSession | undefined;

  constructor(ort: Runtime, session: InferenceSession, graph: Graph) {
    this.#ort = ort;
    this.#session = session;
    this.#graph = graph;
    this.inputs = inputsOf(graph);
    this.outputs = outputsOf(graph);
  }

  async run(inputs: readonly HostTensor[]): Promise<HostTensor[]> {
    const session = this.#session;
    if (!session)
      throw new RuntimeError('run', `the program '${this.#graph.name}' was disposed; compile it again`);
    checkInputs(this.inputs, inputs);
    const feeds: Record<string, OrtTensor> = {};
    this.inputs.forEach((info, index) => {
      feeds[info.name] = toOrt(this.#ort, inputs[index]);
    });
    let results: InferenceSession.OnnxValueMapType;
    try {
      results = await session.run(feeds);
    } catch (cause) {
      throw new RuntimeError(
        'run',
        `ONNX Runtime stopped in the program '${this.#graph.name}': ${messageOf(cause)}`,
        { cause },
      );
    }
    return this.outputs.map(({ name }) => fromOrt(results[name] as OrtTensor));
  }

  async dispose(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    this.#forget();
    await session?.release();
  }
}

/** Wraps a tensor for the runtime without a copy, unless other threads share its memory, which the runtime refuses. */
function toOrt(ort: Runtime, tensor: HostTensor): OrtTensor {
  const data = hostData(tensor);
  const own = data.buffer instanceof SharedArrayBuffer ? data.slice() : data;
  return new ort.Tensor(tensor.dtype as never, own as never, tensor.shape);
}

function fromOrt(value: OrtTensor): HostTensor {
  const { type, data, dims } = value;
  if (!isDType(type)) throw new RuntimeError('run', `cannot carry a result of element type ${type}`);
  return fromData(type, dims, data as AnyData);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
