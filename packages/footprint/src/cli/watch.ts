/** Tracks a command from its start to its end. */

import { constants } from 'node:os';
import { knownOptions } from '@noosphere/base';
import { FootprintError } from '../errors.js';
import type { TrackOptions } from '../tracker/options.js';
import type { Report } from '../tracker/report.js';
import { track } from '../tracker/track.js';

export interface Watched {
  /** The command's exit code; 128 + the signal's number where a signal ended it, as shells tell it. */
  readonly exitCode: number;
  readonly report: Report;
}

/** From the first signal of a budget that is used up to the one that no command can ignore. */
const patienceMs = 10_000;

const forwarded: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'];

/**
 * Runs a command with this terminal and tracks it with all its children. Signals go on to the command.
 *
 * @throws where the command cannot be started
 */
export async function watch(command: readonly string[], options: TrackOptions): Promise<Watched> {
  knownOptions(
    'watch',
    options,
    'name view scope pid intervalMs manual record budget idleWatts functionalUnit onWarning',
    'onStop host place gramsPerKilowattHour marginalGramsPerKilowattHour pue',
    'waterLitresPerKilowattHour tariff embodied sources cpuTdpWatts memoryWattsPerGigabyte',
    'psys models commands',
  );
  const [program, ...args] = command;
  if (program === undefined)
    throw new FootprintError('watch', 'expected a command, got none: watch -- node train.js');
  const { spawn } = await import('node:child_process');
  const run = track({ name: command.join(' '), ...options });
  const child = spawn(program, args, { stdio: 'inherit' });
  const stops = forwarded.map((signal) => {
    // A terminal sends Ctrl-C to the whole group: the command has it already, and we must outlive it.
    const onSignal = () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    process.on(signal, onSignal);
    return () => process.off(signal, onSignal);
  });
  // A command that does not listen is not asked twice.
  let exhaustedMs: number | undefined;
  const stopOnBudget = setInterval(() => {
    if (!run.isExhausted()) return;
    exhaustedMs ??= performance.now();
    child.kill(performance.now() - exhaustedMs > patienceMs ? 'SIGKILL' : 'SIGTERM');
  }, 500);
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.on('error', (cause) => {
        const message = `expected a command that starts, got '${program}': ${cause.message}`;
        reject(new FootprintError('watch', message, { cause }));
      });
      child.on('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
    });
    return { exitCode, report: await run.stop() };
  } finally {
    clearInterval(stopOnBudget);
    for (const stop of stops) stop();
    await run.stop();
  }
}
