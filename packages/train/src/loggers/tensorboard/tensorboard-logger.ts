/** A run as TensorBoard event files. It writes them; showing them is TensorBoard's: `tensorboard --logdir <folder>`. */

import { hostname } from 'node:os';
import { join } from 'node:path';
import { knownOptions } from '@noosphere/base';
import { type LogSink, newLogFile } from '../../files/log-file.js';
import type { ClockOptions, Logger } from '../logger.js';
import { type EventContent, encodeEvent, type SummaryMetadata, type SummaryValue } from './event.js';
import { histogramRows } from './histogram.js';
import { sessionEnd, sessionStart } from './hparams.js';
import { tfRecord } from './record.js';

export interface TensorBoardLoggerOptions extends ClockOptions {
  /** The host in a file's name. @default this machine's name */
  readonly host?: string;
  /** Buckets of a histogram. @default 30 */
  readonly buckets?: number;
  /** Opens a file of a name; for logs that go elsewhere than to a folder. @default a new file in the folder */
  readonly open?: (name: string) => LogSink;
}

const fileVersion = 'brain.Event:2';
const metadata = {
  scalar: { plugin: 'scalars', dataClass: 'scalar' },
  text: { plugin: 'text', dataClass: 'tensor' },
  histogram: { plugin: 'histograms', dataClass: 'tensor' },
} satisfies Record<string, SummaryMetadata>;

/**
 * Writes scalars (float32, as TensorBoard keeps them), texts (Markdown), histograms and settings (the HParams tab).
 * Every start is a new file `events.out.tfevents.<seconds>.<host>` in the folder, none is ever changed: a resumed run says in
 * its file from which step on it goes again, and TensorBoard drops what earlier files hold from there.
 *
 * @param folder The run's folder; its name is the run's name in TensorBoard, where its parent is the log directory.
 * @throws ArgumentError where no file can be made in the folder, RuntimeError where one cannot be written.
 * @example
 * const logger = tensorBoardLogger('runs/first', { host: 'here', now: () => 1_700_000_000_000 });
 * logger.scalars(1, { 'train/loss': 0.5 });
 * logger.histogram?.(1, 'fc1.weight', [-1, 0, 0.5, 1]);
 * logger.text?.(1, 'note', 'the *first* step');
 * logger.close();
 * console.log((await import('node:fs')).readdirSync('runs/first')); // → [ 'events.out.tfevents.1700000000.here' ]
 */
export function tensorBoardLogger(folder: string, options: TensorBoardLoggerOptions = {}): Logger {
  const {
    now = Date.now,
    host = hostname(),
    buckets = 30,
  } = knownOptions('tensorBoardLogger', options, 'host buckets open now');
  const { open = (name: string) => newLogFile(join(folder, name)) } = options;
  let sink: LogSink | undefined;
  let hasSettings = false;
  const known = new Set<string>();

  const start = (doneSteps: number): LogSink => {
    sink?.close();
    known.clear();
    hasSettings = false;
    const seconds = String(Math.floor(now() / 1000)).padStart(10, '0');
    const opened = open(`events.out.tfevents.${seconds}.${host}`);
    sink = opened;
    write({ fileVersion });
    // TensorBoard takes the first of a run as its beginning, and only those of later files as a restart.
    write({ restartStep: doneSteps === 0 ? 0 : doneSteps + 1 });
    return opened;
  };
  const write = (content: EventContent) => {
    const to = sink ?? start(0);
    to.write(tfRecord(encodeEvent(now() / 1000, content)));
  };
  /** A value with its metadata where it is the tag's first in this file. */
  const introduced = (value: Required<SummaryValue>): SummaryValue => {
    if (known.has(value.tag)) return { tag: value.tag, tensor: value.tensor };
    known.add(value.tag);
    return value;
  };
  const one = (step: number, value: Required<SummaryValue>) => {
    if (!sink) start(0);
    write({ step, values: [introduced(value)] });
  };

  return {
    start: (doneSteps) => void start(doneSteps),
    scalars(step, values) {
      if (!sink) start(0);
      const summary = Object.entries(values).map(([tag, value]) =>
        introduced({
          tag,
          tensor: { type: 'float32', shape: [], values: [value] },
          metadata: metadata.scalar,
        }),
      );
      write({ step, values: summary });
    },
    text: (step, name, text) =>
      one(step, {
        tag: name,
        tensor: { type: 'string', shape: [1], values: [text] },
        metadata: metadata.text,
      }),
    histogram: (step, name, values) =>
      one(step, {
        tag: name,
        tensor: { type: 'float64', shape: [buckets, 3], values: histogramRows(values, buckets) },
        metadata: metadata.histogram,
      }),
    settings(values) {
      write({ step: 0, values: [sessionStart(values, now() / 1000)] });
      hasSettings = true;
    },
    close(outcome = 'success') {
      if (hasSettings) write({ step: 0, values: [sessionEnd(outcome, now() / 1000)] });
      sink?.close();
      sink = undefined;
      hasSettings = false;
    },
  };
}
