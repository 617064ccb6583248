/** Walk-forward returns of the main job, made again by a Python script from nothing but the exported prices and weights. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { outlook } from '../outlook.js';
import { runPython } from '../python.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

export const walkForwardRecomputed: AcceptanceRun = {
  name: 'walk-forward-recomputed',
  metric:
    'largest difference of a daily walk-forward return, net of costs, from what Python makes of the exported prices and weights',
  bar: { is: '<=', value: 1e-9 },
  run,
};

async function run({ folder, seed, say }: RunContext): Promise<Measured> {
  const out = join(folder, 'run');
  await outlook(['allocate', '--out', out, '--seed', String(seed)], say);
  const { allocate } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
  const output = await runPython('walk_forward.py', [join(out, 'allocation'), String(allocate.costs)]);
  const { worst, count, place, strategies } = JSON.parse(output);
  if (strategies !== 5 || count < 5 * 2000)
    throw new Error(`${strategies} strategies, ${count} returns: too few`);
  return {
    value: worst,
    artifacts: [join(out, 'allocation'), join(out, 'result.json')],
    notes: [`${count} returns of ${strategies} ways of spreading; the largest difference: ${place}`],
  };
}
