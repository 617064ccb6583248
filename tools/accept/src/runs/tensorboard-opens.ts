/**
 * Event files, judged by TensorBoard: a real fit and long random series are logged, one of the runs stops without a word and is
 * resumed, and the Python package reads everything back and serves it.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ones, type Tensor, zeros } from '@noosphere/core';
import {
  adam,
  arrayBatches,
  fit,
  Linear,
  type Logger,
  logFit,
  meanSquaredError,
  Random,
  tensorBoardLogger,
} from '@noosphere/train';
import { runPython } from '../python.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

type Series<Value> = Record<string, [step: number, value: Value][]>;

/** Bucket rows of (left, right, count). */
type Histogram = readonly (readonly number[])[];

/** What one run holds, as the script prints it. */
interface RunLog {
  readonly scalars: Series<number>;
  readonly texts: Series<readonly string[]>;
  readonly histograms: Series<Histogram>;
  hparams: Record<string, number | string | boolean>;
  status: string | null;
}

interface Opened {
  readonly version: string;
  readonly runs: Record<string, RunLog>;
  readonly pages: Record<string, { scalars: Record<string, Series<number>>; hparams: string[] }>;
}

const bucketCount = 12;

export const tensorboardOpens: AcceptanceRun = {
  name: 'tensorboard-opens',
  metric:
    'scalars, texts, histogram buckets and settings that TensorBoard reads otherwise than they were logged',
  bar: { is: '<=', value: 0 },
  run: openInTensorBoard,
};

async function openInTensorBoard({ seed, count = 2000, folder, say }: RunContext): Promise<Measured> {
  const runs = join(folder, 'runs');
  const expected: Record<string, RunLog> = {
    fit: await logFitRun(join(runs, 'fit')),
    series: logSeries(join(runs, 'series'), seed, count),
    resumed: logResumed(join(runs, 'resumed')),
  };
  say('TensorBoard reads the files, then serves them');
  const opened: Opened = JSON.parse(
    (await runPython('tensorboard_opens.py', [runs])).trim().split('\n').at(-1) ?? '',
  );
  const differences = compare(expected, opened);
  const report = join(folder, 'tensorboard-opens.json');
  writeFileSync(report, JSON.stringify({ expected, opened, differences }));
  const compared = entries(expected).size;
  return {
    value: differences.length,
    artifacts: [report, runs],
    notes: [
      `TensorBoard ${opened.version} read ${compared} values, and served the scalars by its Python and its Rust loader`,
      ...differences.slice(0, 5),
    ],
  };
}

function emptyLog(): RunLog {
  return { scalars: {}, texts: {}, histograms: {}, hparams: {}, status: null };
}

/** A logger that also keeps what it was given, as TensorBoard should give it back. */
function recorded(folder: string): { logger: Logger; log: RunLog } {
  const inner = tensorBoardLogger(folder, { buckets: bucketCount });
  const log = emptyLog();
  const keep = <Value>(series: Series<Value>, name: string, step: number, value: Value) => {
    series[name] = [...(series[name] ?? []), [step, value]];
  };
  const logger: Logger = {
    start: (doneSteps) => inner.start(doneSteps),
    scalars(step, values) {
      inner.scalars(step, values);
      for (const [name, value] of Object.entries(values)) keep(log.scalars, name, step, Math.fround(value));
    },
    text(step, name, text) {
      inner.text?.(step, name, text);
      keep(log.texts, name, step, [text]);
    },
    histogram(step, name, values) {
      inner.histogram?.(step, name, values);
      keep(log.histograms, name, step, countBuckets(Array.from(values)));
    },
    settings(values) {
      inner.settings?.(values);
      log.hparams = { ...values };
    },
    close(outcome = 'success') {
      inner.close(outcome);
      if (Object.keys(log.hparams).length > 0) log.status = `STATUS_${outcome.toUpperCase()}`;
    },
  };
  return { logger, log };
}

/** Buckets counted by edges, not by division as the package does. */
function countBuckets(values: readonly number[]): Histogram {
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const edge = (index: number) => least + index * ((greatest - least) / bucketCount);
  return Array.from({ length: bucketCount }, (_, bucket) => {
    const isLast = bucket === bucketCount - 1;
    const [left, right] = [edge(bucket), isLast ? greatest : edge(bucket + 1)];
    return [left, right, values.filter((value) => value >= left && (isLast || value < right)).length];
  });
}

async function logFitRun(folder: string): Promise<RunLog> {
  const { logger, log } = recorded(folder);
  await fit({
    model: new Linear(3, 1, new Random(1)),
    loss: (layer, { x, y }: { x: Tensor; y: Tensor }) => meanSquaredError(layer.forward(x), y),
    optimizer: adam(),
    batches: arrayBatches({ x: ones([64, 3]), y: zeros([64, 1]) }, { batchSize: 8 }),
    epochs: 5,
    validate: async (layer) => ({ bias: Math.abs(Number((await layer.bias?.data())?.[0] ?? 0)) }),
    callbacks: [
      logFit(logger, {
        everySteps: 4,
        settings: { 'learning rate': 1e-3, optimizer: 'adam', shuffled: true },
      }),
    ],
  });
  return log;
}

/** Values of every size, names and texts in several scripts, steps beyond 32 bits. */
function logSeries(folder: string, seed: number, count: number): RunLog {
  const { logger, log } = recorded(folder);
  const random = new Random(seed);
  logger.settings?.({ seed, name: 'Reihe β' });
  for (let row = 0; row < count; row++) {
    const step = row === count - 1 ? 2 ** 33 : row * 3;
    logger.scalars(step, {
      'größe/δ': random.normal() * 10 ** (random.uniform() * 60 - 30),
      'train/loss': Math.exp(-row / 500) + 0.1 * random.normal(),
    });
    if (row % 50 === 0) {
      const values = Array.from({ length: 1 + row }, () => random.normal());
      logger.histogram?.(step, 'weights', values);
      logger.text?.(step, 'notes', `row ${row}: *жизнь* ${'語'.repeat(row % 7)}`);
    }
  }
  logger.close('failure');
  return log;
}

/** Steps 1 to 30, no word of an end; then again from step 21 on with other numbers, of which those must stand. */
function logResumed(folder: string): RunLog {
  const first = tensorBoardLogger(folder);
  first.start(0);
  for (let step = 1; step <= 30; step++) first.scalars(step, { loss: 1 / step });
  const second = tensorBoardLogger(folder);
  second.start(20);
  for (let step = 21; step <= 40; step++) second.scalars(step, { loss: -step });
  second.close();
  const log = emptyLog();
  log.scalars.loss = Array.from({ length: 40 }, (_, index) => [
    index + 1,
    Math.fround(index < 20 ? 1 / (index + 1) : -(index + 1)),
  ]);
  return log;
}

/** Every value with the place where it belongs. */
function entries(runs: Readonly<Record<string, RunLog>>): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [run, log] of Object.entries(runs)) {
    for (const kind of ['scalars', 'texts', 'histograms'] as const) {
      for (const [tag, series] of Object.entries<[number, unknown][]>(log[kind]))
        series.forEach(
          ([step, value], place) => void found.set(`${run} ${kind} ${tag} [${place}] step ${step}`, value),
        );
    }
    for (const [name, value] of Object.entries(log.hparams)) found.set(`${run} setting ${name}`, value);
    found.set(`${run} status`, log.status);
  }
  return found;
}

function compare(expected: Readonly<Record<string, RunLog>>, opened: Opened): string[] {
  const served = Object.entries(opened.pages).flatMap(([loader, page]) => {
    const logs = Object.entries(page.scalars).map(
      ([run, scalars]) => [run, { ...emptyLog(), scalars }] as const,
    );
    const wanted = Object.entries(expected).map(
      ([run, { scalars }]) => [run, { ...emptyLog(), scalars }] as const,
    );
    const names = [...new Set(Object.values(expected).flatMap(({ hparams }) => Object.keys(hparams)))].sort();
    const hasNames = JSON.stringify(page.hparams) === JSON.stringify(names);
    return [
      ...differencesOf(entries(Object.fromEntries(wanted)), entries(Object.fromEntries(logs))),
      ...(hasNames ? [] : [`the table of settings has ${page.hparams.join(', ')}`]),
    ].map((difference) => `${loader} page: ${difference}`);
  });
  return [...differencesOf(entries(expected), entries(opened.runs)), ...served];
}

function differencesOf(expected: ReadonlyMap<string, unknown>, got: ReadonlyMap<string, unknown>): string[] {
  const places = new Set([...expected.keys(), ...got.keys()]);
  return [...places].flatMap((place) => {
    const [wanted, found] = [JSON.stringify(expected.get(place)), JSON.stringify(got.get(place))];
    return wanted === found ? [] : [`${place}: expected ${wanted}, got ${found}`];
  });
}
