/** Plain lines for terminals and job logs: one a row, nothing is written over. */
import { knownOptions } from '@noosphere/base';
import type { Logger } from './logger.js';

export interface ConsoleLoggerOptions {
  /** Where lines go. @default process.stderr */
  readonly stream?: { write(text: string): unknown };
  /** Significant digits of numbers. @default 4 */
  readonly digits?: number;
}

/**
 * Writes `step 20  train/loss 0.3142  learning_rate 0.001`.
 * @example
 * const logger = consoleLogger({ stream: { write: (line) => console.log(line.trimEnd()) } });
 * logger.scalars(20, { 'train/loss': 0.31415926, learning_rate: 0.001 });
 * // → step 20  train/loss 0.3142  learning_rate 0.001
 */
export function consoleLogger(options: ConsoleLoggerOptions = {}): Logger {
  const { stream = process.stderr, digits = 4 } = knownOptions('consoleLogger', options, 'stream digits');
  const line = (text: string) => void stream.write(`${text}\n`);
  const short = (value: number) => String(Number(value.toPrecision(digits)));
  const pairs = (values: Readonly<Record<string, unknown>>) =>
    Object.entries(values)
      .map(([name, value]) => `${name} ${typeof value === 'number' ? short(value) : String(value)}`)
      .join('  ');
  return {
    start: (doneSteps) => {
      if (doneSteps > 0) line(`resumed after step ${doneSteps}`);
    },
    scalars: (step, values) => line(`step ${step}  ${pairs(values)}`),
    text: (step, name, text) => line(`step ${step}  ${name}: ${text}`),
    settings: (values) => line(`settings  ${pairs(values)}`),
    close: () => {},
  };
}
