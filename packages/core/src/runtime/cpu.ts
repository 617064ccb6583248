/** The CPU executor: ONNX Runtime through onnxruntime-node. The only folder that imports it. */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { ArgumentError, PlatformError, RuntimeError } from '../errors/index.js';
import { fromData, type Graph, type HostTensor, hostData, inputName } from '../graph/index.js';
import { encodeModel } from '../onnx/index.js';
import { type AnyData, formatShape, isDType } from '../shape/index.js';
import { blockConvolutions, channelBlock, hasConvolutions } from './blocked-convolution.js';
import type { Executor, LoadOptions, Program, ValueInfo } from './executor.js';
import { lowerForCpu } from './lower-cpu.js';
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
        `use Linux x64/arm64 with glibc, macOS on Apple silicon or Windows, and install without omitting optional files; ${String(cause)}`,
      { cause },
    );
  });
  return loading;
}

/** Runs graphs on the CPU. */
export const cpuExecutor: Executor = {
  name: 'cpu',
  async load(graph, options = {}) {
    const block = hasConvolutions(graph) ? await channelBlock(loadAsIs) : undefined;
    return loadAsIs(lowerForCpu(graph, block === undefined ? [] : [blockConvolutions(block)]), options);
  },
};

function loadAsIs(graph: Graph, options: LoadOptions = {}): Promise<Program> {
  return loadBytes(encodeModel(graph).bytes, graph, options);
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

function sessionOptions({ threads, profilePrefix }: LoadOptions): InferenceSession.SessionOptions {
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
    ...(profilePrefix ? { enableProfiling: true, profileFilePrefix: profilePrefix } : {}),
  };
}

class CpuProgram implements Program {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly #ort: Runtime;
  readonly #graph: Graph;
  #session: InferenceSession | undefined;

  constructor(ort: Runtime, session: InferenceSession, graph: Graph) {
    this.#ort = ort;
    this.#session = session;
    this.#graph = graph;
    this.inputs = graph.inputs.map((tensor) => ({
      name: inputName(tensor),
      dtype: tensor.dtype,
      shape: tensor.shape,
    }));
    this.outputs = graph.outputs.map((tensor, index) => ({
      name: graph.outputNames[index] ?? `output_${index}`,
      dtype: tensor.dtype,
      shape: tensor.shape,
    }));
  }

  async run(inputs: readonly HostTensor[]): Promise<HostTensor[]> {
    const session = this.#session;
    if (!session)
      throw new RuntimeError('run', `the program '${this.#graph.name}' was disposed; compile it again`);
    if (inputs.length !== this.inputs.length) {
      throw new ArgumentError('run', `expects ${this.inputs.length} inputs, got ${inputs.length}`);
    }
    const feeds: Record<string, OrtTensor> = {};
    this.inputs.forEach((info, index) => {
      feeds[info.name] = toOrt(this.#ort, info, inputs[index] as HostTensor);
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
    await session?.release();
  }
}

/** Wraps a tensor for the runtime without a copy, after checking it against what the program expects. */
function toOrt(ort: Runtime, info: ValueInfo, tensor: HostTensor): OrtTensor {
  const fits =
    tensor.dtype === info.dtype &&
    tensor.shape.length === info.shape.length &&
    info.shape.every((dim, axis) => typeof dim === 'string' || dim === tensor.shape[axis]);
  if (!fits) {
    throw new ArgumentError(
      'run',
      `input '${info.name}' must be ${info.dtype}${formatShape(info.shape)}, got ${tensor.dtype}${formatShape(tensor.shape)}`,
    );
  }
  return new ort.Tensor(tensor.dtype as never, hostData(tensor) as never, tensor.shape);
}

function fromOrt(value: OrtTensor): HostTensor {
  const { type, data, dims } = value;
  if (!isDType(type)) throw new RuntimeError('run', `cannot carry a result of element type ${type}`);
  return fromData(type, dims, data as AnyData);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
