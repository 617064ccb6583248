/** What runs graphs: an executor loads a graph and gives a program back. */
import type { Graph, HostTensor, Node } from '../graph/index.js';
import type { DType, Shape } from '../shape/index.js';

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

/** A place where graphs run. All executors give the same values. */
export interface Executor {
  readonly name: string;
  load(graph: Graph, options?: LoadOptions): Promise<Program>;
}

/** Node names of a loaded program, for profiles. */
export type NodeNames = ReadonlyMap<string, Node>;
