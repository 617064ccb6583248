/** Kill -9 at random moments of a training that is tracked: how much of its record is lost. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readRecord } from '@noosphere/footprint';
import { Random } from '../random.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

const kills = 12;

export const recordAfterKill: AcceptanceRun = {
  name: 'record-after-kill',
  metric: `seconds before a kill (-9) that its record does not tell of, worst of ${kills}; samples at 1 Hz`,
  bar: { is: '<=', value: 1.05 },
  run,
};

async function run({ folder, seed, say }: RunContext): Promise<Measured> {
  const random = new Random(seed);
  const found: { readonly record: string; readonly lines: number; readonly lostSeconds: number }[] = [];
  for (let index = 0; index < kills; index++) {
    const record = join(folder, `record-${index}.jsonl`);
    const killedAtMs = await killOnce(record, 2000 + 3000 * random.next());
    // Throws where a line before the last is broken.
    const lines = readRecord(record);
    const lostSeconds = (killedAtMs - Date.parse(lines.at(-1)?.at ?? '')) / 1000;
    found.push({ record, lines: lines.length, lostSeconds });
    say(`kill ${index + 1}: ${lines.length} lines, ${lostSeconds.toFixed(2)} s lost`);
  }
  const report = join(folder, 'kills.json');
  writeFileSync(report, JSON.stringify(found, null, 1));
  return {
    value: Math.max(...found.map(({ lostSeconds }) => lostSeconds)),
    artifacts: [report, ...found.map(({ record }) => record)],
  };
}

/** Starts a tracked training and kills it so long after its first step. Gives the time of the kill. */
async function killOnce(record: string, afterMs: number): Promise<number> {
  const script = fileURLToPath(new URL('../children/record-until-killed.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, script, record], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await setTimeout(afterMs);
  const killedAtMs = Date.now();
  child.kill('SIGKILL');
  await once(child, 'exit');
  return killedAtMs;
}
