/** What pymoo and pycma reach on the benchmark (peers.json) and how long they take (live, or peer-times.json). */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BenchmarkNumber } from './functions.js';

export interface PeerRow {
  readonly function: BenchmarkNumber;
  readonly dimension: number;
  /** By target, by instance: evaluations until it was hit. */
  readonly hits: readonly (readonly (number | null)[])[];
}

interface PeerFile {
  readonly about: {
    readonly versions: Readonly<Record<string, string>>;
    readonly targets: readonly number[];
  };
  readonly peers: Readonly<Record<string, readonly PeerRow[]>>;
}

interface TimeFile {
  readonly cpu: string;
  readonly loopMs: number;
  readonly rows: readonly { name: string; dimension: number; msPerEvaluation: readonly number[] }[];
}

const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));

export function readPeers(): PeerFile {
  return read('peers.json') as PeerFile;
}

/** Milliseconds an evaluation, by algorithm and dimension, and where they are from. */
export function peerTimes(names: readonly string[], dimensions: readonly number[]): PeerTimes {
  const stored = read('peer-times.json') as TimeFile;
  const measured = new Map<string, number>();
  if (python('-c', 'import pymoo, cma') !== undefined) {
    for (const name of names) {
      for (const dimension of dimensions) {
        const printed = script(name, String(dimension), String(1000 * dimension), '5');
        if (printed) measured.set(`${name} ${dimension}`, median(JSON.parse(printed).msPerEvaluation));
      }
    }
    return { source: 'measured in this run', msPerEvaluation: measured };
  }
  const loop = script('loop');
  const factor = loop ? JSON.parse(loop).loopMs / stored.loopMs : 1;
  for (const { name, dimension, msPerEvaluation } of stored.rows)
    measured.set(`${name} ${dimension}`, factor * median(msPerEvaluation));
  const scale = loop
    ? `times ${factor.toFixed(2)}, by a loop of NumPy run there and here`
    : 'as they are, no Python here';
  return { source: `stored ones of ${stored.cpu}, ${scale}`, msPerEvaluation: measured };
}

export interface PeerTimes {
  readonly source: string;
  /** By name and dimension, `GA 10`. */
  readonly msPerEvaluation: ReadonlyMap<string, number>;
}

function script(...args: readonly string[]): string | undefined {
  return python(fileURLToPath(new URL('../../python/search_speed.py', import.meta.url)), ...args);
}

/** What NOOSPHERE_PYTHON prints; `undefined` where there is none or it fails. */
function python(...args: readonly string[]): string | undefined {
  const command = process.env.NOOSPHERE_PYTHON;
  if (!command) return undefined;
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
