/** The whole main job from a clean clone: `npm start` twice, the second time with everything installed and built. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from '../outlook.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

const limitSeconds = 180;

export const outlookWhole: AcceptanceRun = {
  name: 'outlook-whole',
  metric: `seconds of the whole main job after the install, from a clean clone, over ${limitSeconds}; 9 where a part of it failed`,
  bar: { is: '<=', value: 1 },
  run,
};

async function run({ seed, say }: RunContext): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'outlook-whole-'));
  try {
    const clone = join(folder, 'clone');
    command('git', ['clone', '--quiet', repository, clone], folder);
    const [first, second] = ['first', 'second'].map((name) => {
      const out = join(folder, name);
      const begun = performance.now();
      command('npm', ['start', '--', '--out', out, '--seed', String(seed)], clone);
      const seconds = (performance.now() - begun) / 1000;
      const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
      say(`${name}: ${seconds.toFixed(0)} s, of it the job ${result.footprint.elapsedSeconds.toFixed(0)} s`);
      return { out, seconds, result };
    }) as [Started, Started];
    const page = join(second.out, 'outlook.html');
    const failed = second.result.failures.length > 0 || !existsSync(page);
    const parts = second.result.footprint.windows.map(
      ({ path, elapsedSeconds, energyJoules }: Record<string, number>) =>
        `${path} ${elapsedSeconds?.toFixed(1)} s ${energyJoules?.toFixed(0)} J`,
    );
    return {
      value: failed ? 9 : second.result.footprint.elapsedSeconds / limitSeconds,
      artifacts: [],
      notes: [
        `first npm start ${first.seconds.toFixed(0)} s with install and build, second ${second.seconds.toFixed(0)} s, of it the job ${second.result.footprint.elapsedSeconds.toFixed(0)} s`,
        `parts: ${parts.join(', ')}`,
        `page ${(statSync(page).size / 1e6).toFixed(2)} MB; failures: ${JSON.stringify(second.result.failures)}`,
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Started {
  readonly out: string;
  readonly seconds: number;
  readonly result: {
    readonly failures: readonly unknown[];
    readonly footprint: {
      readonly elapsedSeconds: number;
      readonly windows: readonly Record<string, number>[];
    };
  };
}

function command(name: string, args: readonly string[], cwd: string): void {
  const { status, stderr } = spawnSync(name, args, {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 1_800_000,
  });
  if (status !== 0)
    throw new Error(`${name} ${args.join(' ')} ended with ${status}: ${String(stderr).slice(-800)}`);
}
