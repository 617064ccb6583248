/** Reading ONNX Runtime's profile: which node ran when, for how long, and what it read and wrote. */
import { FormatError } from '@noosphere/base';

/** One run of one node. Times in microseconds since the program was loaded. */
export interface NodeEvent {
  /** The node's name in the encoded model. */
  readonly name: string;
  /** The operator that ran, which fusing may have changed. */
  readonly operator: string;
  readonly start: number;
  readonly duration: number;
  /** Duration without that of the nodes inside, for loops. */
  readonly own: number;
  /** Bytes read and written. */
  readonly bytes: number;
  /** Most bytes the runtime has had in use up to then. */
  readonly peakBytes: number;
}

/** Nodes in the order of their starts, and the durations of the runs. */
export interface ProfiledRuns {
  readonly events: readonly NodeEvent[];
  readonly runs: readonly { readonly start: number; readonly duration: number }[];
}

interface RawEvent {
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args?: Readonly<Record<string, unknown>>;
}

const suffix = '_kernel_time';

/** The events of the last `count` runs in a profile's text. */
export function readProfile(text: string, count: number): ProfiledRuns {
  const raw = parse(text);
  const runs = raw
    .filter(({ cat, name }) => cat === 'Session' && name === 'model_run')
    .map(({ ts, dur }) => ({ start: ts, duration: dur }))
    .slice(-count);
  const from = runs[0]?.start ?? 0;
  const nodes = raw
    .filter(({ cat, name, ts }) => cat === 'Node' && name.endsWith(suffix) && ts >= from)
    .sort((a, b) => a.ts - b.ts || b.dur - a.dur);
  const inner = innerTimes(nodes);
  return { runs, events: nodes.map((node, index) => nodeEvent(node, inner[index] ?? 0)) };
}

function parse(text: string): RawEvent[] {
  try {
    return JSON.parse(text) as RawEvent[];
  } catch (cause) {
    throw new FormatError('profile', 'the whole file', 'ONNX Runtime wrote a profile that is not JSON', {
      cause,
    });
  }
}

function nodeEvent({ name, ts, dur, args = {} }: RawEvent, inner: number): NodeEvent {
  const size = (key: string) => Number(args[key] ?? 0);
  return {
    name: name.slice(0, -suffix.length),
    operator: String(args.op_name ?? ''),
    start: ts,
    duration: dur,
    own: Math.max(0, dur - inner),
    bytes: size('activation_size') + size('parameter_size') + size('output_size'),
    peakBytes: size('mem_in_use_peak'),
  };
}

/** For each node the time of the nodes directly inside it: those that start and end while it runs. */
function innerTimes(nodes: readonly RawEvent[]): number[] {
  const inner = nodes.map(() => 0);
  const open: number[] = [];
  nodes.forEach(({ ts, dur }, index) => {
    let around = open.at(-1);
    while (around !== undefined && endOf(nodes[around]) <= ts) {
      open.pop();
      around = open.at(-1);
    }
    if (around !== undefined && ts + dur <= endOf(nodes[around])) inner[around] = (inner[around] ?? 0) + dur;
    open.push(index);
  });
  return inner;
}

function endOf(event: RawEvent | undefined): number {
  return event ? event.ts + event.dur : 0;
}
