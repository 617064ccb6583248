/** What runs graphs: an executor loads a graph and gives a program back. */
import type { Graph, HostTensor, Node } from '../graph/index.js';
import type { DType, Shape } from '../shape/index.js';
import type { Precision } from './precision.js';

/** Name, dtype and shape of a program's input or output. */
export interface ValueInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** How a program is loaded. */
export interface LoadOptions {
  /** Threads inside one operator. @default NOOSPHERE_THREADS, else the cores this process may use */
  readonly threads?: number;
  /** How exact products of float32 matrices are. @default NOOSPHERE_PRECISION, else what `productPrecision` says */
  readonly precision?: Precision;
  /** Write the runtime's own profile to this path prefix; `profile()` uses it. */
  readonly profilePrefix?: string;
}

/** A compiled graph: give inputs in order, get outputs in order. */
export interface Program {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  run(inputs: readonly HostTensor[]): Promise<HostTensor[]>;
  /** Frees the runtime's memory; further runs are refused. */
  dispose(): Promise<void>;
}

/** Steps in one call: each reads the state that the one before it wrote. */
export interface StepCall {
  /** The program's first inputs of the first step; only read. */
  readonly state: readonly HostTensor[];
  /** Memory of the state's dtypes and shapes: the first step's new state, then that of every second one. */
  readonly next: readonly HostTensor[];
  /** As `next`, for the steps between; not needed for one step. The last state is in `next` where the steps are odd in number. */
  readonly other: readonly HostTensor[];
  /** The other inputs, with a leading axis of steps where there are several. */
  readonly inputs: readonly HostTensor[];
  readonly steps: number;
}

/** A compiled graph whose first outputs are the next values of its first inputs, a state that never leaves its memory. */
export interface SteppingProgram {
  /** Runs the steps; gives the outputs behind the state, with a leading axis of steps where there are several. */
  runSteps(call: StepCall): Promise<HostTensor[]>;
  dispose(): Promise<void>;
}

/** A place where graphs run. All executors give the same values. */
export interface Executor {
  readonly name: string;
  load(graph: Graph, options?: LoadOptions): Promise<Program>;
  /** Loads a graph whose first `kept` inputs and outputs are a state; `undefined` where this executor hands states out. */
  loadSteps?(graph: Graph, kept: number, options?: LoadOptions): Promise<SteppingProgram | undefined>;
}

/** Node names of a loaded program, for profiles. */
export type NodeNames = ReadonlyMap<string, Node>;
