import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StepResult } from '../step/train-step.js';
import { consoleLogger } from './console-logger.js';
import { csvLogger } from './csv-logger.js';
import { jsonLinesLogger } from './json-lines-logger.js';
import { logFit } from './log-fit.js';
import type { Logger } from './logger.js';
import { memorySink } from './memory-sink.js';
import { tensorBoardLogger } from './tensorboard/tensorboard-logger.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'noosphere-loggers-'));
});
afterEach(() => rm(folder, { recursive: true }));

const now = () => 0;
const time = '1970-01-01T00:00:00.000Z';
const stepResult = (step: number): StepResult => ({
  step,
  loss: 1 / step,
  metrics: { accuracy: 0.5 },
  learningRate: 0.1,
});

describe('a fit', () => {
  /** Runs the callbacks as fit does: a validation at the steps 2 and 4. */
  function train(logger: Logger | Logger[], doneSteps = 0, lastStep = 4): void {
    const callback = logFit(logger, { everySteps: 2, settings: { rate: 0.1 } });
    callback.onStart?.({ steps: 4, epochs: 2, stepsPerEpoch: 2, doneSteps });
    for (let step = doneSteps + 1; step <= lastStep; step++) {
      callback.onStep?.(stepResult(step));
      if (step % 2 === 0) callback.onValidation?.({ step, metrics: { mae: 1 }, isBest: true });
    }
    callback.onEnd?.('finished');
  }

  test('a run that is resumed leaves the same rows as one that was not', async () => {
    for (const [extension, make] of [
      ['csv', csvLogger],
      ['jsonl', jsonLinesLogger],
    ] as const) {
      const [whole, torn] = [join(folder, `a/whole.${extension}`), join(folder, `torn.${extension}`)];
      train(make(whole, { now }));
      // The process ends after step 4 while it writes, but its last checkpoint is that of step 2.
      train(make(torn, { now }));
      await writeFile(torn, `${await readFile(torn, 'utf8')}5,19`);
      train(make(torn, { now }), 2);
      expect(await readFile(torn, 'utf8')).toBe(await readFile(whole, 'utf8'));
    }
  });

  test('a validation adds its column', async () => {
    const path = join(folder, 'log.csv');
    train(csvLogger(path, { now }));
    expect((await readFile(path, 'utf8')).split('\n')).toEqual([
      'step,time,train/loss,train/accuracy,learning_rate,validation/mae',
      `1,${time},1,0.5,0.1,`,
      `2,${time},0.5,0.5,0.1,`,
      `2,${time},,,,1`,
      `4,${time},0.25,0.5,0.1,`,
      `4,${time},,,,1`,
      '',
    ]);
  });

  test('several loggers get the same', async () => {
    const lines: string[] = [];
    const stream = { write: (text: string) => lines.push(text) };
    train([consoleLogger({ stream }), jsonLinesLogger(join(folder, 'log.jsonl'), { now })]);
    expect(lines.slice(0, 3)).toEqual([
      'settings  rate 0.1\n',
      'step 1  train/loss 1  train/accuracy 0.5  learning_rate 0.1\n',
      'step 2  train/loss 0.5  train/accuracy 0.5  learning_rate 0.1\n',
    ]);
    const rows = (await readFile(join(folder, 'log.jsonl'), 'utf8')).trim().split('\n');
    expect(rows.map((row) => JSON.parse(row).step)).toEqual([undefined, 1, 2, 2, 4, 4]);
  });

  test('everySteps is checked', () => {
    expect(() => logFit([], { everySteps: 0 })).toThrow(/logFit: everySteps must be a whole number/);
  });
});

describe.each([
  ['csvLogger', csvLogger],
  ['jsonLinesLogger', jsonLinesLogger],
] as const)('%s', (name, make) => {
  test('refuses to write over a log unless told to', () => {
    const sink = memorySink();
    make(sink, { now }).scalars(1, { loss: 1 });
    const before = sink.readText();
    expect(() => make(sink).scalars(1, { loss: 2 })).toThrow(`${name}: expects no log at memory`);
    expect(sink.readText()).toBe(before);
    make(sink, { now, overwrite: true }).scalars(1, { loss: 1 });
    expect(sink.readText()).toBe(before);
  });

  test('does not go on in a file that is no log', () => {
    const sink = memorySink('name,price\nbread,2\n');
    expect(() => make(sink).start(5)).toThrow(/no log of a run; choose another name/);
    expect(sink.readText()).toBe('name,price\nbread,2\n');
  });
});

describe('csvLogger', () => {
  test('columns that were named are all there are', () => {
    const sink = memorySink();
    const logger = csvLogger(sink, { now, columns: ['loss', 'a "b", c'] });
    logger.scalars(1, { 'a "b", c': Number.NaN });
    expect(sink.readText()).toBe(`step,time,loss,"a ""b"", c"\n1,${time},,NaN\n`);
    expect(() => logger.scalars(2, { mae: 1 })).toThrow(/got mae at step 2; name all columns/);
    const resumed = csvLogger(sink, { now });
    resumed.start(1);
    resumed.scalars(2, { 'a "b", c': 1 });
    expect(sink.readText()?.split('\n')[2]).toBe(`2,${time},,1`);
  });

  test('a name that would break the table is refused', () => {
    for (const name of ['step', 'a\nb'])
      expect(() => csvLogger(memorySink()).scalars(1, { [name]: 1 })).toThrow(/rename it/);
  });
});

test('jsonLinesLogger keeps what JSON has no numbers for, and its own names', () => {
  const sink = memorySink();
  const logger = jsonLinesLogger(sink, { now });
  logger.scalars(1, { a: Number.NaN, b: Number.NEGATIVE_INFINITY });
  logger.text?.(1, 'note', 'two\nlines');
  const [first = '', second = ''] = sink.readText()?.split('\n') ?? [];
  expect(JSON.parse(first)).toEqual({ step: 1, time, a: 'NaN', b: '-Infinity' });
  expect(JSON.parse(second).note).toBe('two\nlines');
  expect(() => logger.scalars(2, { time: 1 })).toThrow(/'time' is the row's own/);
});

test('event files of one second have names of their own, in order, and none is changed', async () => {
  const options = { host: 'here', now: () => 1_700_000_000_000 };
  for (const doneSteps of [0, 5, 7]) {
    const logger = tensorBoardLogger(folder, options);
    logger.start(doneSteps);
    logger.scalars(doneSteps + 1, { loss: 1 });
    logger.close();
  }
  const name = 'events.out.tfevents.1700000000.here';
  expect((await readdir(folder)).sort()).toEqual([name, `${name}.1`, `${name}.2`]);
});

test('a log that cannot be written says which and what to do', async () => {
  const path = join(folder, 'file');
  await writeFile(path, 'mine');
  expect(() => csvLogger(join(path, 'log.csv')).scalars(1, { a: 1 })).toThrow(/log: cannot .*log\.csv/);
  expect(() => tensorBoardLogger(path).start(0)).toThrow(/log: cannot make/);
});
