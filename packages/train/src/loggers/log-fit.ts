/** The bridge from a fit to loggers: which numbers of a fit are logged, when, and under which names. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import type { FitCallback } from '../step/callback.js';
import type { Logger, LogSetting } from './logger.js';

export interface LogFitOptions {
  /** Steps between two rows; the first and the last step have theirs in any case. @default 10 */
  readonly everySteps?: number;
  /** What the run was started with, for loggers that show it. @default none */
  readonly settings?: Readonly<Record<string, LogSetting>>;
}

/**
 * A callback that hands a fit's numbers to loggers: `train/loss`, `train/<metric>`, `learning_rate`, `validation/<metric>`.
 * A row holds the numbers of its step, not a mean over the steps since the last one: a resumed run writes the same rows.
 *
 * @param loggers One or several; they are opened when the fit starts and closed when it ends, also by an error.
 * @example
 * const sink = memorySink();
 * const callback = logFit(csvLogger(sink, { now: () => 0 }), { everySteps: 2 });
 * callback.onStart?.({ steps: 4, epochs: 1, stepsPerEpoch: 4, doneSteps: 0 });
 * for (const step of [1, 2, 3, 4]) callback.onStep?.({ step, loss: 1 / step, metrics: {}, learningRate: 0.1 });
 * callback.onEnd?.('finished');
 * console.log(sink.readText());
 * // → step,time,train/loss,learning_rate
 * //   1,1970-01-01T00:00:00.000Z,1,0.1
 * //   2,1970-01-01T00:00:00.000Z,0.5,0.1
 * //   4,1970-01-01T00:00:00.000Z,0.25,0.1
 */
export function logFit(loggers: Logger | readonly Logger[], options: LogFitOptions = {}): FitCallback {
  const { everySteps = 10, settings } = knownOptions('logFit', options, 'everySteps settings');
  if (!Number.isInteger(everySteps) || everySteps < 1)
    throw new ArgumentError('logFit', `everySteps must be a whole number from 1, got ${everySteps}`);
  const all: readonly Logger[] = Array.isArray(loggers) ? loggers : [loggers];
  let lastStep = 0;
  return {
    onStart({ doneSteps, steps }) {
      lastStep = steps;
      for (const logger of all) {
        logger.start(doneSteps);
        if (settings) logger.settings?.(settings);
      }
    },
    onStep({ step, loss, metrics, learningRate }) {
      if (step % everySteps !== 0 && step !== 1 && step !== lastStep) return;
      const row = { 'train/loss': loss, ...prefixed('train', metrics), learning_rate: learningRate };
      for (const logger of all) logger.scalars(step, row);
    },
    onValidation({ step, metrics }) {
      for (const logger of all) logger.scalars(step, prefixed('validation', metrics));
    },
    onEnd(reason) {
      for (const logger of all) logger.close(reason === undefined ? 'failure' : 'success');
    },
  };
}

function prefixed(prefix: string, values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}/${name}`, value]));
}
