/** From a function over tensors to a program: traced once per shape of its arguments, kept in a bounded cache. */

import { ArgumentError, knownOptions, requireFunction } from '@noosphere/base';
import { flattenTree, mapTree, type Tree, treeSignature, unflattenTree } from '../autodiff/index.js';
import {
  type Graph,
  type HostTensor,
  isHostTensor,
  makeGraph,
  placeholder,
  type Tensor,
} from '../graph/index.js';
import { cpuExecutor, type Executor, type LoadOptions, type Program } from '../runtime/index.js';
import type { Shape } from '../shape/index.js';
import { evaluate } from './evaluate.js';

export interface CompileOptions extends LoadOptions {
  /** Where programs run. @default the CPU */
  readonly executor?: Executor;
  /** Programs kept, one for each combination of shapes; the one unused for longest goes first. @default 16 */
  readonly cacheSize?: number;
  /** Name of the graph, for messages and profiles. @default the function's name */
  readonly name?: string;
}

/** A compiled function: call it with tensors, get tensors with data. */
export interface CompiledFunction<Args extends readonly Tree[], Result extends Tree> {
  (...args: Args): Promise<Result>;
  /** How many programs are loaded. */
  readonly cached: number;
  /** The loaded program for arguments like these, with the graph it came from; loads it where need be. */
  programFor(...args: Args): Promise<{ readonly program: Program; readonly graph: Graph }>;
  /** Frees all programs; the next call compiles anew. */
  dispose(): Promise<void>;
}

interface Entry<Result extends Tree> {
  readonly program: Program;
  readonly graph: Graph;
  readonly result: Result;
}

/**
 * Compiles a function over tensors, or trees of them: one native call per run, whatever the function computes.
 * It is run once for each combination of argument shapes, on placeholders; what it computes outside tensors is kept as it was then.
 * @example
 * const norm = compile((x: Tensor) => sqrt(sum(mul(x, x))));
 * console.log(await (await norm(tensor([3, 4]))).item()); // → 5
 */
export function compile<Args extends readonly Tree[], Result extends Tree>(
  f: (...args: Args) => Result,
  options: CompileOptions = {},
): CompiledFunction<Args, Result> {
  requireFunction('compile', 'the first argument', f);
  const {
    executor = cpuExecutor,
    cacheSize = 16,
    name = f.name || 'function',
    ...loadOptions
  } = knownOptions('compile', options, 'executor cacheSize name threads precision profilePrefix');
  const cache = new Map<string, Promise<Entry<Result>>>();

  const load = async (args: Args): Promise<Entry<Result>> => {
    const { graph, result } = trace(f, args, name);
    return { graph, result, program: await executor.load(graph, loadOptions) };
  };
  const entryFor = (args: Args): Promise<Entry<Result>> => {
    const key = args.map(treeSignature).join(' ');
    const found = cache.get(key);
    const entry = found ?? load(args);
    // Re-inserting moves an entry to the young end; a failed one must not stay.
    cache.delete(key);
    cache.set(key, entry);
    if (!found) {
      entry.catch(() => cache.delete(key));
      void evictOldest(cache, cacheSize);
    }
    return entry;
  };
  const call = async (...args: Args): Promise<Result> => {
    const { program, result } = await entryFor(args);
    const outputs = await program.run(await hostTensors(args.flatMap(flattenTree)));
    return unflattenTree(result, outputs);
  };
  const compiled = {
    programFor: async (...args: Args) => {
      const { program, graph } = await entryFor(args);
      return { program, graph };
    },
    dispose: async () => {
      const entries = [...cache.values()];
      cache.clear();
      for (const entry of entries) await (await entry).program.dispose();
    },
  };
  Object.defineProperty(call, 'cached', { get: () => cache.size });
  return Object.assign(call, compiled) as CompiledFunction<Args, Result>;
}

async function evictOldest<Result extends Tree>(
  cache: Map<string, Promise<Entry<Result>>>,
  limit: number,
): Promise<void> {
  if (cache.size <= Math.max(1, limit)) return;
  const [oldest] = cache;
  if (!oldest) return;
  cache.delete(oldest[0]);
  await (await oldest[1]).program.dispose();
}

/** Runs a function once on placeholders like the arguments and collects the graph it builds. */
export function trace<Args extends readonly Tree[], Result extends Tree>(
  f: (...args: Args) => Result,
  args: Args,
  name = f.name || 'function',
): { graph: Graph; result: Result } {
  const inputs: Tensor[] = [];
  const symbolic = args.map((arg, position) =>
    mapTree(arg, (leaf, path) => {
      const input = placeholder(inputLabel(position, path, inputs.length), leaf.dtype, leaf.shape);
      inputs.push(input);
      return input;
    }),
  );
  // mapTree keeps each argument's structure, which the tuple type cannot express.
  const result = f(...(symbolic as readonly Tree[] as Args));
  if (result instanceof Promise) {
    throw new ArgumentError(
      name,
      'a traced function must not be async: build the graph without awaiting tensors',
    );
  }
  return { graph: makeGraph(name, inputs, flattenTree(result)), result };
}

function inputLabel(position: number, path: string, index: number): string {
  return path ? `${path}#${index}` : `argument_${position}`;
}

/** A place holder's description for tracing with named dimensions: `spec('float32', ['batch', 4])`. */
export function spec<D extends Tensor['dtype']>(dtype: D, shape: Shape, name = 'input'): Tensor<D> {
  return placeholder(name, dtype, shape);
}

/** Tensors with data, computing lazy ones first, together. */
async function hostTensors(tensors: readonly Tensor[]): Promise<HostTensor[]> {
  const lazy = tensors.filter((tensor) => !isHostTensor(tensor));
  if (lazy.length > 0) {
    const computed = await evaluate(lazy);
    lazy.forEach((tensor, index) => {
      tensor.settle(computed[index] as HostTensor);
    });
  }
  return tensors as readonly HostTensor[] as HostTensor[];
}
