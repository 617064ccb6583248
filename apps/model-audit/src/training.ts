/** The training behind a model: what its folder tells, and what a command that runs it took. */

import { ArgumentError } from '@noosphere/core';
import { type Report, watch } from '@noosphere/footprint';
import type { ModelManifest } from '@noosphere/learn';
import { type Energy, energyOf } from './energy.js';
import type { AuditOptions } from './options.js';

export interface Training {
  readonly kind: string | undefined;
  readonly metrics: Readonly<Record<string, number>>;
  /** Measured while the command ran. */
  readonly measured: CommandCost | undefined;
}

export interface CommandCost extends Energy {
  readonly command: string;
  readonly elapsedSeconds: number;
  readonly peakMemoryBytes: number;
}

/** Runs the command that trains, with this terminal, and tells what it and its children took. */
export async function runCommand({ command, place }: AuditOptions): Promise<CommandCost | undefined> {
  if (command.length === 0) return undefined;
  const { exitCode, report } = await watch(command, place === undefined ? {} : { place });
  if (exitCode !== 0)
    throw new ArgumentError(
      'model-audit',
      `the command ended with ${exitCode} after ${costOf(command, report).energyJoules.toPrecision(3)} J: ${command.join(' ')}`,
    );
  return costOf(command, report);
}

function costOf(command: readonly string[], report: Report): CommandCost {
  return {
    command: command.join(' '),
    elapsedSeconds: report.elapsedSeconds,
    peakMemoryBytes: report.peakMemoryBytes,
    ...energyOf(report),
  };
}

export function trainingOf(
  manifest: ModelManifest | undefined,
  measured: CommandCost | undefined,
): Training | undefined {
  if (!manifest && !measured) return undefined;
  return { kind: manifest?.kind, metrics: manifest?.metrics ?? {}, measured };
}
