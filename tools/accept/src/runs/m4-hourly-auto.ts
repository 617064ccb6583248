/**
 * One automatic choice for all of M4 Hourly: an ensemble whose weights come, series by series, from the errors of its members
 * on the last 48 training values. Nothing else is chosen, and the test part is scored once.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { autoEnsemble, forecastFrame, frameOf } from '@noosphere/forecast';
import { horizon, readM4Hourly, scoreAll, season } from '../m4-hourly.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

const limitSeconds = 900;
const model = autoEnsemble({ horizon, seasons: [season, 7 * season] });

export const m4HourlyAuto: AcceptanceRun = {
  name: 'm4-hourly-auto',
  metric: `MASE of the test part of M4 Hourly, by an ensemble chosen on the last 48 training values within ${limitSeconds} s; infinite where it takes longer`,
  bar: { is: '<=', value: 1 },
  run,
};

async function run({ folder, say }: RunContext): Promise<Measured> {
  const series = readM4Hourly();
  const begun = performance.now();
  const frame = frameOf(
    {
      unique_id: series.flatMap(({ id, train }) => new Array<string>(train.length).fill(id)),
      ds: series.flatMap(({ train }) => Array.from(train.keys())),
      y: Float64Array.from(series.flatMap(({ train }) => Array.from(train))),
    },
    { frequency: 'step' },
  );
  const table = await forecastFrame(frame, {
    models: [model],
    horizon,
    onProgress: ({ done, total }) => {
      if (done % 50 === 0) say(`${done} of ${total} series`);
    },
  });
  const seconds = (performance.now() - begun) / 1000;
  const column = table.columns[model.name] as Float64Array;
  const forecasts = series.map((_, index) => column.subarray(index * horizon, (index + 1) * horizon));
  const score = scoreAll(series, forecasts);
  const report = join(folder, 'forecasts.json');
  writeFileSync(
    report,
    JSON.stringify({
      settings: model.options,
      score,
      seconds,
      forecasts: Object.fromEntries(series.map(({ id }, index) => [id, Array.from(forecasts[index] ?? [])])),
    }),
  );
  return {
    value: seconds <= limitSeconds ? score.mase : Number.POSITIVE_INFINITY,
    artifacts: [report],
    notes: [
      `MASE ${score.mase.toFixed(4)}, sMAPE ${score.smape.toFixed(3)} in ${seconds.toFixed(0)} s; the competition's best were 0.801 and 8.913, its winner 0.893 and 9.328, its seasonal naive 1.193 and 13.912`,
      ...table.failures.slice(0, 5).map(({ id, message }) => `${id} failed: ${message}`),
    ],
  };
}
