/** What a backtest was: enough to do it again and to read its numbers right. */
import { availableParallelism, cpus, totalmem } from 'node:os';
import type { ModelSettings } from '../local/local-model.js';

export interface BacktestManifest {
  /** How rows are split, for people. */
  readonly split: string;
  readonly horizon: number;
  /** Rows from one origin to the next. */
  readonly step: number;
  /** Origins a series. */
  readonly windows: number;
  /** true: a fit at every origin; false: one fit at the first; n: a fit every n origins. */
  readonly refit: boolean | number;
  /** m of MASE, RMSSE and the seasonal naive forecast. */
  readonly season: number;
  readonly frequency: string;
  readonly seriesCount: number;
  /** Names, kinds and options, seeds among them: each model can be made again. */
  readonly models: readonly ModelSettings[];
  readonly hardware: Hardware;
  /** What the meters read by the end, by names with their unit: `energyJoules`. */
  readonly readings: Readonly<Record<string, number>>;
  /** ISO 8601. */
  readonly finishedAt: string;
}

export interface Hardware {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
  readonly platform: string;
}

export function hardwareHere(): Hardware {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
}
