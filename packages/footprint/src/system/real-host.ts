/** The machine itself. This folder alone touches the file system and starts processes. */

import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { cpus, freemem, totalmem } from 'node:os';
import { delimiter, join } from 'node:path';
import { knownOptions } from '@noosphere/base';
import type { CpuTimes, Host, StreamListener } from './host.js';

export interface HostOptions {
  /**
   * Folder that stands for `/`: a recorded tree with `sys` and `proc` in it.
   * @default '/'
   */
  readonly root?: string;
  /** @default this process */
  readonly pid?: number;
}

/**
 * The machine that this program runs on, or a copy of its /proc and /sys.
 *
 * @example
 * console.log(openHost().monotonicMs() > 0); // → true
 */
export function openHost(options: HostOptions = {}): Host {
  const { root = '/', pid = process.pid } = knownOptions('openHost', options, 'root pid');
  const place = (path: string) => (root === '/' ? path : join(root, path));
  return {
    platform: process.platform,
    pid,
    readText: (path) => readFileSync(place(path), 'utf8'),
    list: (path) => readdirSync(place(path)).sort(),
    monotonicMs: () => performance.now(),
    wallMs: () => Date.now(),
    cpuTimes,
    ownCpuSeconds: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
    ownMemoryBytes: () => process.memoryUsage.rss(),
    totalMemoryBytes: totalmem,
    freeMemoryBytes: freemem,
    cpuModel: () => cpus()[0]?.model.trim() ?? '',
    hasCommand,
    run,
    stream,
  };
}

function cpuTimes(): CpuTimes {
  const all = cpus();
  let [busyMs, totalMs] = [0, 0];
  for (const { times } of all) {
    const busy = times.user + times.nice + times.sys + times.irq;
    busyMs += busy;
    totalMs += busy + times.idle;
  }
  return { busySeconds: busyMs / 1000, totalSeconds: totalMs / 1000, processors: all.length };
}

function hasCommand(name: string): boolean {
  const names = process.platform === 'win32' ? [`${name}.exe`] : [name];
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.some((folder) => names.some((file) => isExecutable(join(folder, file))));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function run(command: string, args: readonly string[]): Promise<string> {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve, reject) => {
    execFile(command, args, { timeout: 10_000, windowsHide: true }, (error, stdout) => {
      if (error) reject(error);
      else resolve(stdout);
    });
  });
}

function stream(command: string, args: readonly string[], listener: StreamListener): { close(): void } {
  let isClosed = false;
  let kill: (() => void) | undefined;
  const end = (problem: string | undefined) => {
    if (!isClosed) listener.onEnd(problem);
    isClosed = true;
  };
  void import('node:child_process').then(({ spawn }) => {
    if (isClosed) return;
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
    child.unref();
    kill = () => child.kill();
    const complaints: string[] = [];
    child.stdout.on(
      'data',
      splitLines((line) => !isClosed && listener.onLine(line)),
    );
    child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk.toString()));
    for (const pipe of [child.stdout, child.stderr]) {
      if ('unref' in pipe && typeof pipe.unref === 'function') pipe.unref();
    }
    child.on('error', (error) => end(error.message));
    child.on('close', (code) => end(complaints.join('').trim() || `${command} ended with ${code}`));
  });
  return {
    close() {
      isClosed = true;
      kill?.();
    },
  };
}

function splitLines(onLine: (line: string) => void): (chunk: Buffer) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk.toString()).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };
}
