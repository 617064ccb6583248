/** Wrong uses of the training package: each a typed error that names what is wrong and the way out, with nothing lost. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';
import { watchAll } from '../wrong-uses/watch.js';

export const wrongUsesRun: AcceptanceRun = {
  name: 'wrong-uses',
  metric:
    'wrong uses of training that do not end within 5 s in a typed error with names and a way out, silently and with every checkpoint kept',
  bar: { is: '<=', value: 0 },
  run,
};

async function run({ folder, say }: RunContext): Promise<Measured> {
  const files = join(folder, 'files');
  mkdirSync(files, { recursive: true });
  const attempts = await watchAll(files, say);
  const report = join(folder, 'attempts.json');
  writeFileSync(report, JSON.stringify(attempts, null, 1));
  const short = attempts.filter(({ problems }) => problems.length > 0);
  const slowest = Math.max(...attempts.map(({ milliseconds }) => milliseconds));
  const notes = [
    `${attempts.length} wrong uses, ${short.length} fall short; the slowest took ${slowest.toFixed(0)} ms`,
    ...short.map(({ name, problems }) => `${name}: ${problems.join('; ')}`),
  ];
  return { value: short.length, artifacts: [report], notes };
}
