// From the start of a process to its first finished mlp step, over the time `node -e 0` takes.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { oursCommand } from './commands.js';
import { median, writeData } from './measure.js';
import type { SideCommand } from './side.js';
import { workloads } from './workloads.js';

/** The most that a first step may take over `node -e 0`. */
export const startTimeBarMs = 200;

export interface StartTime {
  /** Median ms from the start of the process to the first finished step. */
  readonly firstStepMs: number;
  /** Median ms of `node -e 0`, run in turn with it. */
  readonly nodeMs: number;
  /** firstStepMs - nodeMs. */
  readonly overMs: number;
}

/** Measures `repeats` starts of each kind in turn. Needs `buildOurs()` first. */
export async function measureStartTime(repeats = 20): Promise<StartTime> {
  const mlp = workloads.find(({ name }) => name === 'mlp');
  if (mlp === undefined) throw new Error('start-time: the workload mlp is gone');
  const folder = writeData(mlp, 1);
  try {
    const ours = oursCommand(mlp, folder);
    const firstStep = { ...ours, parameters: [...ours.parameters, '--first-step'] };
    const node = { program: process.execPath, parameters: ['-e', '0'] };
    const times = { firstStep: [] as number[], node: [] as number[] };
    await timeStart(firstStep); // warms the file cache
    for (let repeat = 0; repeat < repeats; repeat++) {
      times.node.push(await timeStart(node));
      times.firstStep.push(await timeStart(firstStep));
    }
    const firstStepMs = median(times.firstStep);
    const nodeMs = median(times.node);
    return { firstStepMs, nodeMs, overMs: firstStepMs - nodeMs };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ms until the process writes its first line, or, writing none, ends. */
function timeStart({ program, parameters, directory }: SideCommand): Promise<number> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    let elapsedMs: number | undefined;
    let errors = '';
    const child = spawn(program, parameters, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', () => {
      elapsedMs ??= performance.now() - begun;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('exit', () => {
      elapsedMs ??= performance.now() - begun;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0 && elapsedMs !== undefined) resolve(elapsedMs);
      else reject(new Error(`start-time: ${program} ended with status ${code}: ${errors.trim()}`));
    });
  });
}
