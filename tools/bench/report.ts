// The rows of the benchmark, as JSON and as a table.
import type { Workload } from './workloads.js';

/** One comparison of ours with one peer. Times are medians in ms a step, memory in 10^6 bytes. */
export interface Row {
  readonly name: string;
  readonly peer: string;
  /** The option that ours ran with; null where it did not start. */
  readonly precision: string | null;
  readonly oursMs: number | null;
  readonly peerMs: number | null;
  /** peerMs / oursMs: how many times faster ours is. */
  readonly ratio: number | null;
  readonly oursPeakMb: number | null;
  readonly peerPeakMb: number | null;
  /** Peak less what the process held just after importing its library. */
  readonly oursDeltaMb: number | null;
  readonly peerDeltaMb: number | null;
  /** Energy of the machine for a step, measured or modelled, idle part included. */
  readonly oursMillijoules: number | null;
  readonly peerMillijoules: number | null;
  /** Largest relative difference to the losses of `torch` over the first 20 steps. */
  readonly lossMaxRel: number | null;
  /** Matrix-product FLOPs of a step over its time, as a share of this machine's measured product rate. */
  readonly rateShare: number | null;
  /** The variant a peer chose, why a row is void, or why a peer is missing. */
  readonly note?: string;
}

const lossBar = 1e-4;

/** A row whose losses disagree with torch says nothing about speed: its ratio is withdrawn. */
export function voidIfWrong(row: Row): Row {
  if (row.lossMaxRel === null || row.lossMaxRel <= lossBar) return row;
  const reason = `void: losses differ by ${row.lossMaxRel.toExponential(1)}, more than ${lossBar}`;
  return { ...row, ratio: null, note: row.note === undefined ? reason : `${reason}; ${row.note}` };
}

/** Whether a row meets the bar of its workload; empty where no bar is set. */
export function barCell({ peer, oursMs, peerMs, ratio }: Row, workload: Workload | undefined): string {
  if (workload?.bar === undefined || peer !== 'torch') return '';
  if (oursMs === null || peerMs === null) return `>= ${workload.bar} not measured`;
  return `>= ${workload.bar} ${ratio !== null && ratio >= workload.bar ? 'met' : 'short'}`;
}

const number = (value: number | null, digits: number): string =>
  value === null ? '-' : value.toFixed(digits);
const milliseconds = (value: number | null): string => number(value, value !== null && value < 10 ? 3 : 1);

const columns: readonly (readonly [string, (row: Row, workload: Workload | undefined) => string])[] = [
  ['row', (row) => row.name],
  ['peer', (row) => row.peer],
  ['precision', (row) => row.precision ?? '-'],
  ['ours ms', (row) => milliseconds(row.oursMs)],
  ['peer ms', (row) => milliseconds(row.peerMs)],
  ['ratio', (row) => number(row.ratio, 2)],
  ['bar', barCell],
  ['ours peak MB', (row) => number(row.oursPeakMb, 0)],
  ['peer', (row) => number(row.peerPeakMb, 0)],
  ['ours less import', (row) => number(row.oursDeltaMb, 0)],
  ['peer', (row) => number(row.peerDeltaMb, 0)],
  ['ours mJ', (row) => number(row.oursMillijoules, 1)],
  ['peer', (row) => number(row.peerMillijoules, 1)],
  ['loss max rel', (row) => (row.lossMaxRel === null ? '-' : row.lossMaxRel.toExponential(1))],
  ['rate share', (row) => number(row.rateShare, 2)],
  ['note', (row) => row.note ?? ''],
];

/** A text table of the rows: words to the left, numbers to the right. */
export function table(rows: readonly Row[], workloads: readonly Workload[]): string {
  const cells = rows.map((row) => {
    const workload = workloads.find(({ name }) => name === row.name);
    return columns.map(([, show]) => show(row, workload));
  });
  const lines = [columns.map(([title]) => title), ...cells];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  const isText = (index: number) => index < 3 || index === columns.length - 1;
  return lines
    .map((line) =>
      line
        .map((cell, index) =>
          isText(index) ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
