/** A run as JSON lines: one object a call, for programs that follow it. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError } from '@noosphere/core';
import { type LogSink, logFile } from '../files/log-file.js';
import type { ClockOptions, Logger } from './logger.js';
import { openRows, type RowLogOptions } from './row-log.js';

export interface JsonLinesLoggerOptions extends RowLogOptions, ClockOptions {}

/**
 * Writes `{"step":1,"time":"…","loss":0.5}` a row. JSON has no NaN and no infinity: they are the texts "NaN", "Infinity" and
 * "-Infinity". Settings are a row `{"time":"…","settings":{…}}`. Resumes and refuses as `csvLogger` does.
 *
 * @param target A file's path, or a sink.
 * @throws ArgumentError where the log is there already, or a number is called `step` or `time`.
 * @example
 * const sink = memorySink();
 * jsonLinesLogger(sink, { now: () => 0 }).scalars(1, { loss: Number.NaN });
 * console.log(sink.readText()); // → {"step":1,"time":"1970-01-01T00:00:00.000Z","loss":"NaN"}
 */
export function jsonLinesLogger(target: string | LogSink, options: JsonLinesLoggerOptions = {}): Logger {
  const { now = Date.now } = knownOptions('jsonLinesLogger', options, 'overwrite now');
  const sink = typeof target === 'string' ? logFile(target) : target;
  let isOpen = false;
  let hasLines = false;

  const start = (doneSteps: number) => {
    hasLines = openRows('jsonLinesLogger', sink, doneSteps, stepOfLine, options).length > 0;
    isOpen = true;
  };
  const time = () => new Date(now()).toISOString();
  const row = (step: number, values: Readonly<Record<string, number | string>>) => {
    if (!isOpen) start(0);
    const taken = ['step', 'time'].find((name) => name in values);
    if (taken !== undefined)
      throw new ArgumentError('jsonLinesLogger', `'${taken}' is the row's own; give the value another name`);
    sink.write(`${JSON.stringify({ step, time: time(), ...values })}\n`);
  };

  return {
    start,
    scalars(step, values) {
      const texts = Object.entries(values).map(([name, value]) => [
        name,
        Number.isFinite(value) ? value : String(value),
      ]);
      row(step, Object.fromEntries(texts));
    },
    text: (step, name, text) => row(step, { [name]: text }),
    settings(values) {
      if (!isOpen) start(0);
      if (!hasLines) sink.write(`${JSON.stringify({ time: time(), settings: values })}\n`);
    },
    close() {
      sink.close();
      isOpen = false;
    },
  };
}

/** The step of a line, `undefined` for the line of settings, NaN for what is no line of ours. */
function stepOfLine(line: string): number | undefined {
  try {
    const row: unknown = JSON.parse(line);
    if (typeof row !== 'object' || row === null) return Number.NaN;
    if ('settings' in row && !('step' in row)) return undefined;
    return 'step' in row && typeof row.step === 'number' ? row.step : Number.NaN;
  } catch {
    return Number.NaN;
  }
}
