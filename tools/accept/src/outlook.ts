/** Runs the main job as users run it, from its source. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../../../', import.meta.url));

export interface OutlookEnd {
  /** `null` where it was killed, such as at the time limit. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
}

/** @param timeLimitMs After it the job is killed. */
export function runOutlook(
  args: readonly string[],
  { say, timeLimitMs = 600_000 }: { say?: (line: string) => void; timeLimitMs?: number } = {},
): Promise<OutlookEnd> {
  const main = join(repository, 'apps/outlook/src/main.ts');
  const command = ['--import', 'tsx', '--conditions=@noosphere/source', main, ...args];
  const begun = performance.now();
  const child = spawn(process.execPath, command, {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeLimitMs,
    killSignal: 'SIGKILL',
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
    for (const line of chunk.toString().trim().split('\n')) say?.(line);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr, elapsedMs: performance.now() - begun }));
  });
}

/** The same where anything but success is an error. */
export async function outlook(args: readonly string[], say?: (line: string) => void): Promise<OutlookEnd> {
  const end = await runOutlook(args, say ? { say } : {});
  if (end.status !== 0) throw new Error(`the main job ended with ${end.status}: ${end.stderr.slice(-500)}`);
  return end;
}
