/** The command line as users start it, in a folder of tables with known values. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const tsx = fileURLToPath(new URL('../../../node_modules/tsx/dist/loader.mjs', import.meta.url));
export const folder = mkdtempSync(join(tmpdir(), 'noosphere-forecast-'));
/** Days from 2024 on. */
export const day = (index: number) => new Date(Date.UTC(2024, 0, 1 + index)).toISOString().slice(0, 10);
/** Weeks that repeat but for a slow rise and jitter. */
export const shopValue = (t: number) => 20 + t / 10 + (t % 7) + 0.3 * Math.sin(t * t);
export const shopRows = (id: string, length: number, scale: number, without: readonly number[] = []) =>
  Array.from({ length }, (_, t) => t)
    .filter((t) => !without.includes(t))
    .map((t) => `${id},${day(t)},${(scale * shopValue(t)).toFixed(4)}`);

/** Makes the folder's tables; it goes when the file's tests have ended. */
export function useFolder(): void {
  beforeAll(writeTables);
  afterAll(() => rmSync(folder, { recursive: true }));
}

function writeTables(): void {
  const write = (name: string, lines: readonly string[]) =>
    writeFileSync(join(folder, name), lines.join('\n'));
  const long = 'unique_id,ds,y';
  // North is whole, South lacks two days, and Late has too few days for anything seasonal.
  write('shops.csv', [
    long,
    ...shopRows('North', 90, 1),
    ...shopRows('South', 90, 2, [40, 41]),
    ...shopRows('Late', 4, 3),
  ]);
  write('line.csv', [
    'month,line',
    ...Array.from(
      { length: 48 },
      (_, t) => `${2020 + Math.floor(t / 12)}-${String(1 + (t % 12)).padStart(2, '0')}-01,${5 + 3 * t}`,
    ),
  ]);
  write('twice.csv', [long, 'A,2024-01-01,1', 'A,2024-01-01,2']);
  write('many.csv', [
    long,
    ...Array.from({ length: 1500 }, (_, series) => shopRows(`S${series}`, 60, 1 + series)).flat(),
  ]);
}

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the app from its source, in the test's folder. */
export function forecast(
  args: readonly string[],
  onError?: (text: string, kill: () => void) => void,
): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', tsx, '--conditions=@noosphere/source', main, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
    onError?.(stderr, () => child.kill('SIGINT'));
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

export const readText = (name: string) => readFileSync(join(folder, name), 'utf8');
export const readJson = (name: string) => JSON.parse(readText(name));
export const readRows = (name: string) => {
  const [header = '', ...lines] = readText(name).trim().split('\n');
  const names = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, at) => [names[at] ?? '', cell])));
};

/** Lines of stderr that do not say how far the work is, which a slow machine is told. */
export function besideProgress(stderr: string): string[] {
  return stderr.split('\n').filter((line) => line !== '' && !/^ *\d+ % /.test(line));
}
