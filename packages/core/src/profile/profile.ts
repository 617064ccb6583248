/** Where a program's time goes: by node, by operator, by line of the source. */
import { join } from 'node:path';
import { knownOptions, RuntimeError, requireFunction, requireList } from '@noosphere/base';
import { firstTextIn, withTemporaryFolder } from '@noosphere/base/files';
import { flattenTree, type Tree } from '../autodiff/index.js';
import {
  type Graph,
  type HostTensor,
  isHostTensor,
  type Node,
  sourceLine,
  type Tensor,
} from '../graph/index.js';
import { encodeModel } from '../onnx/index.js';
import { cpuExecutor, graphAsLoaded, type Precision } from '../runtime/index.js';
import { type CompiledFunction, trace } from '../tensor/index.js';
import { type NodeEvent, type ProfiledRuns, readProfile } from './profile-events.js';

export interface ProfileOptions {
  /** Runs that are measured. @default 5 */
  readonly runs?: number;
  /** Runs before those, which are not. @default 2 */
  readonly warmup?: number;
  /** Threads inside one operator. @default as for `compile` */
  readonly threads?: number;
  /** How exact products of float32 matrices are. @default as for `compile` */
  readonly precision?: Precision;
}

/** What one node, operator or line costs in one run. */
export interface ProfileRow {
  /** Name of the node, the operator or the line. */
  readonly name: string;
  /** Operators behind it. */
  readonly operators: readonly string[];
  /** `file.ts:12:5`, for a node that a line of the user's stands behind. */
  readonly line: string | undefined;
  /** How often it ran in a run: more than once inside a loop. */
  readonly calls: number;
  /** Time of a run, without that of nodes inside. */
  readonly milliseconds: number;
  /** Share of the time of all nodes. */
  readonly share: number;
  /** Bytes read and written in a run. */
  readonly bytes: number;
  /** Floating-point operations of a run, where all shapes are known. */
  readonly flops: number | undefined;
  /** Constants that it reads: a layer's weights. */
  readonly weights: readonly HostTensor[];
}

export interface Profile {
  /** Median time of a run, the time between nodes included. */
  readonly milliseconds: number;
  /** Most memory the runtime had in use for values. */
  readonly peakBytes: number;
  /** Costs, the largest first. */
  by(what: 'node' | 'operator' | 'line'): ProfileRow[];
  /** The largest costs as text. */
  table(what?: 'node' | 'operator' | 'line', rows?: number): string;
  /** The measured runs for chrome://tracing or ui.perfetto.dev, as JSON. */
  chromeTrace(): string;
}

/**
 * Runs a function on the CPU under the runtime's profiler. Gradients are counted for the line they differentiate.
 * @example
 * const { table, by } = await profile((x: Tensor) => sum(matmul(x, x)), [ones([64, 64])]);
 * console.log(by('operator').some(({ flops }) => flops === 2 * 64 ** 3), table().includes('GFLOP/s')); // → true true
 */
export async function profile<Args extends readonly Tree[], Result extends Tree>(
  f: ((...args: Args) => Result) | CompiledFunction<Args, Result>,
  args: Args,
  options: ProfileOptions = {},
): Promise<Profile> {
  const {
    runs = 5,
    warmup = 2,
    ...loading
  } = knownOptions('profile', options, 'runs warmup threads precision');
  requireFunction('profile', 'the first argument', f);
  requireList('profile', 'the arguments', args);
  const graph = await graphOf(f, args);
  const leaves = args.flatMap(flattenTree);
  for (const leaf of leaves) await leaf.data();
  return withTemporaryFolder(async (folder) => {
    const program = await cpuExecutor.load(graph, {
      profilePrefix: join(folder, 'run'),
      ...loading,
    });
    try {
      for (let run = 0; run < warmup + runs; run++)
        await program.run(leaves as readonly Tree[] as HostTensor[]);
    } finally {
      // Writes the profile.
      await program.dispose();
    }
    const { nodes, tensors } = encodeModel(await graphAsLoaded(graph, loading.precision), {
      lastFirst: true,
    });
    return summary(readProfile(await profileText(folder), runs), namesOf(nodes, tensors));
  });
}

async function graphOf<Args extends readonly Tree[], Result extends Tree>(
  f: ((...args: Args) => Result) | CompiledFunction<Args, Result>,
  args: Args,
): Promise<Graph> {
  if ('programFor' in f) return (await f.programFor(...args)).graph;
  return trace(f, args).graph;
}

async function profileText(folder: string): Promise<string> {
  const text = await firstTextIn(folder);
  if (text === undefined)
    throw new RuntimeError('profile', 'ONNX Runtime wrote no profile; is the temporary folder full?');
  return text;
}

/** What is known of an event beside its times. */
interface Known extends NodeEvent {
  readonly node: Node | undefined;
  readonly line: string | undefined;
}

function summary({ events, runs }: ProfiledRuns, nodes: ReadonlyMap<string, Node>): Profile {
  const lines = new Map<Node, string | undefined>();
  const known = events.map((event): Known => {
    const node = nodeOf(event, nodes);
    if (node && !lines.has(node)) lines.set(node, sourceLine(node.trace));
    return { ...event, node, line: node && lines.get(node) };
  });
  const keys = {
    node: ({ name }: Known) => name,
    operator: ({ operator }: Known) => operator,
    line: ({ line }: Known) => line ?? '(the library)',
  };
  const by: Profile['by'] = (what) => rowsOf(known, keys[what], runs.length);
  const durations = runs.map(({ duration }) => duration).sort((a, b) => a - b);
  return {
    milliseconds: (durations[durations.length >> 1] ?? 0) / 1000,
    peakBytes: events.reduce((most, { peakBytes }) => Math.max(most, peakBytes), 0),
    by,
    table: (what = 'operator', rows = 20) => tableOf(by(what), rows),
    chromeTrace: () => JSON.stringify({ traceEvents: known.map(chromeEvent) }),
  };
}

/** Nodes by their names, and by those of their results: the runtime calls a node that it made anew after what it gives. */
function namesOf(
  nodes: ReadonlyMap<string, Node>,
  tensors: ReadonlyMap<Tensor, string>,
): ReadonlyMap<string, Node> {
  const names = new Map(nodes);
  for (const [{ origin }, name] of tensors) if (origin.kind === 'node') names.set(name, origin.node);
  return names;
}

/** The node of an event; where the runtime fused several, the one whose operator it runs. */
function nodeOf({ name, operator }: NodeEvent, names: ReadonlyMap<string, Node>): Node | undefined {
  const plain = name.replace(/_nchwc$/, '');
  const kept = plain.match(/\w+_\d+/g)?.find((each) => names.has(each));
  let node = names.get(plain) ?? (kept === undefined ? undefined : names.get(kept));
  if (operator === 'ReorderInput' || operator === 'ReorderOutput') return undefined;
  // A convolution that took an activation in bears the activation's name.
  if (/^(Fused)?Conv$/.test(operator)) {
    for (let step = 0; step < 4 && node && node.operator.name !== 'Conv'; step++) node = producerOf(node);
  }
  return node;
}

function producerOf({ inputs }: Node): Node | undefined {
  const [x] = inputs;
  return x?.origin.kind === 'node' ? x.origin.node : undefined;
}

function rowsOf(events: readonly Known[], keyOf: (event: Known) => string, runs: number): ProfileRow[] {
  const groups = new Map<string, Known[]>();
  for (const event of events) {
    const group = groups.get(keyOf(event));
    if (group) group.push(event);
    else groups.set(keyOf(event), [event]);
  }
  const total = events.reduce((sum, { own }) => sum + own, 0) || 1;
  const rows = [...groups].map(([name, group]): ProfileRow => {
    const sum = (value: (event: Known) => number) => group.reduce((all, event) => all + value(event), 0);
    const own = sum((event) => event.own);
    const flops = sum(({ node }) => flopsOf(node));
    const [first] = group;
    return {
      name,
      operators: [...new Set(group.map(({ operator }) => operator))],
      line: group.every(({ line }) => line === first?.line) ? first?.line : undefined,
      calls: group.length / runs,
      milliseconds: own / 1000 / runs,
      share: own / total,
      bytes: sum(({ bytes }) => bytes) / runs,
      flops: Number.isNaN(flops) ? undefined : flops / runs,
      weights: [...new Set(group.flatMap(({ node }) => node?.inputs.filter(isConstant) ?? []))],
    };
  });
  return rows.sort((a, b) => b.milliseconds - a.milliseconds);
}

function isConstant(tensor: Tensor | undefined): tensor is HostTensor {
  return tensor !== undefined && isHostTensor(tensor);
}

/** NaN where a shape is open, and for what the runtime made by itself. A loop's body is counted by its own nodes. */
function flopsOf(node: Node | undefined): number {
  if (!node) return Number.NaN;
  if (
    Object.values(node.attributes).some(
      (value) => typeof value === 'object' && value !== null && 'nodes' in value,
    )
  )
    return 0;
  try {
    return node.operator.flops(node as never);
  } catch {
    return Number.NaN;
  }
}

function tableOf(rows: readonly ProfileRow[], count: number): string {
  const head = ['ms', 'share', 'calls', 'MB', 'GFLOP/s', 'what'];
  const body = rows
    .slice(0, count)
    .map((row) => [
      row.milliseconds.toFixed(3),
      `${(100 * row.share).toFixed(1)} %`,
      row.calls.toFixed(row.calls % 1 ? 1 : 0),
      (row.bytes / 1e6).toFixed(2),
      row.flops ? (row.flops / row.milliseconds / 1e6).toFixed(1) : '-',
      row.line && row.line !== row.name ? `${row.name}  ${row.line}` : row.name,
    ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...body.map((cells) => cells[column]?.length ?? 0)),
  );
  const lineOf = (cells: readonly string[]) =>
    cells.map((cell, column) => (column === 5 ? cell : cell.padStart(widths[column] ?? 0))).join('  ');
  const left = rows.length - count;
  return [lineOf(head), ...body.map(lineOf), ...(left > 0 ? [`… and ${left} more`] : [])].join('\n');
}

function chromeEvent({ name, operator, start, duration, bytes, line }: Known): object {
  return {
    name: operator,
    cat: 'node',
    ph: 'X',
    ts: start,
    dur: duration,
    pid: 1,
    tid: 1,
    args: { name, line, bytes },
  };
}
