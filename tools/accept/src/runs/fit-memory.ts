/** Whether a long fit keeps memory: resident bytes over the second half of 10,000 steps, after forced collections. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

export const fitMemory: AcceptanceRun = {
  name: 'fit-memory',
  metric:
    'MB that resident memory grows over the last 5,000 of 10,000 mlp steps through fit, after collection',
  bar: { is: '<=', value: 2 },
  run,
};

/** What the child prints: resident bytes at some steps, each the least of several settled readings. */
interface Reading {
  readonly step: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
}

async function run({ folder, seed }: RunContext): Promise<Measured> {
  const script = fileURLToPath(new URL('../children/fit-memory.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    ...process.execArgv,
    script,
    String(seed),
    join(folder, 'checkpoints'),
  ]);
  const readings = JSON.parse(stdout) as Reading[];
  const report = join(folder, 'readings.json');
  writeFileSync(report, JSON.stringify(readings, null, 1));
  const at = (wanted: number) => readings.find(({ step }) => step === wanted)?.residentBytes ?? Number.NaN;
  const notes = readings.map(
    ({ step, residentBytes, heapBytes }) =>
      `step ${step}: ${(residentBytes / 1e6).toFixed(1)} MB resident, ${(heapBytes / 1e6).toFixed(1)} MB of it JavaScript's heap`,
  );
  return { value: (at(10_000) - at(5000)) / 1e6, artifacts: [report], notes };
}
