/** 10,000 monthly series of ten years through AutoETS on all cores: memory stays flat, and progress is told. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { autoEts, forecastFrame, frameOf } from '@noosphere/forecast';
import { Random } from '@noosphere/train';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

const seriesCount = 10_000;
const length = 120;
const season = 12;
const horizon = 12;

export const tenThousandSeries: AcceptanceRun = {
  name: 'ten-thousand-series',
  metric: `most resident memory after the first fifth of ${seriesCount} monthly series through AutoETS, over that at the fifth; infinite where a series fails or progress is not told`,
  bar: { is: '<=', value: 1.1 },
  run,
};

/** Level, trend, season and noise of each series are drawn; some seasons multiply. */
function drawSeries(random: Random): Float64Array {
  const level = 50 + 100 * random.uniform();
  const slope = random.normal() * 0.3;
  const pattern = Array.from({ length: season }, () => random.normal());
  const isRelative = random.uniform() < 0.5;
  const noise = 1 + 4 * random.uniform();
  return Float64Array.from({ length }, (_, month) => {
    const trend = level + slope * month;
    const wave = pattern[month % season] as number;
    const value = isRelative ? trend * (1 + 0.1 * wave) : trend + 10 * wave;
    return Math.max(1, value + noise * random.normal());
  });
}

async function run({ folder, seed, count = seriesCount, say }: RunContext): Promise<Measured> {
  const random = new Random(seed);
  const y = new Float64Array(count * length);
  for (let index = 0; index < count; index++) y.set(drawSeries(random), index * length);
  const frame = frameOf(
    {
      unique_id: Array.from(y, (_, row) => `S${Math.floor(row / length)}`),
      ds: Array.from(y, (_, row) => row % length),
      y,
    },
    { frequency: 'step' },
  );
  const readings: { readonly done: number; readonly residentMb: number; readonly seconds: number }[] = [];
  const begun = performance.now();
  const { columns, failures } = await forecastFrame(frame, {
    models: [autoEts({ season })],
    horizon,
    onProgress: ({ done }) => {
      if (done < ((readings.length + 1) * count) / 10) return;
      const seconds = (performance.now() - begun) / 1000;
      readings.push({ done, residentMb: process.memoryUsage.rss() / 1e6, seconds });
      say(`${done} series, ${readings.at(-1)?.residentMb.toFixed(0)} MB, ${seconds.toFixed(0)} s`);
    },
  });
  const isComplete =
    failures.length === 0 && readings.length === 10 && Boolean(columns.AutoETS?.every(Number.isFinite));
  const [, fifth, ...later] = readings;
  const most = Math.max(...later.map(({ residentMb }) => residentMb));
  const report = join(folder, 'readings.json');
  writeFileSync(report, JSON.stringify({ readings, failures }, null, 1));
  const seconds = readings.at(-1)?.seconds ?? Number.NaN;
  return {
    value: isComplete ? most / (fifth?.residentMb ?? Number.NaN) : Number.POSITIVE_INFINITY,
    artifacts: [report],
    notes: [
      `${(count / seconds).toFixed(0)} series a second, ${seconds.toFixed(0)} s in all; ${failures.length} failures`,
    ],
  };
}
