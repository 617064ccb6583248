/**
 * Conformal 90 % intervals of the M4 competition's hourly series, and the seasonal naive's own beside them. Model, method and
 * windows were chosen on the last 48 training values; the test part is read once.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type BacktestTable,
  conformal,
  coverage,
  crossValidate,
  ensemble,
  evaluate,
  frameOf,
  type LocalModel,
  mfles,
  seasonalNaive,
} from '@noosphere/forecast';
import { horizon, readM4Hourly, season } from '../m4-hourly.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

const level = 90;
const calibration = { windows: 16, step: 24 } as const;
const overall = [88, 92] as const;
const everyStep = [84, 96] as const;

export const conformalCoverage: AcceptanceRun = {
  name: 'conformal-coverage',
  metric: `conditions that conformal ${level} % intervals on M4 Hourly break: cover ${overall.join('-')} % overall, ${everyStep.join('-')} % at every step, mean Winkler score below the seasonal naive's own`,
  bar: { is: '<=', value: 0 },
  run: measure,
};

/** Chosen on the training part. */
const chosen = (): LocalModel =>
  ensemble([seasonalNaive({ season }), mfles({ seasons: [season, 7 * season] })]);

async function measure({ folder, say }: RunContext): Promise<Measured> {
  const rows = readM4Hourly().flatMap(({ id, train, test }) =>
    [...train, ...test].map((y, ds) => ({ unique_id: id, ds, y })),
  );
  const models = [
    { ...conformal(chosen(), calibration), name: 'Chosen' },
    { ...conformal(seasonalNaive({ season }), calibration), name: 'SeasonalNaive' },
  ];
  // One window at the end: the 48 test values.
  const table = await crossValidate(frameOf(rows), {
    models,
    horizon,
    season,
    levels: [level],
    onProgress: ({ done, total }) => {
      if (done % 50 === 0) say(`${done} of ${total} series`);
    },
  });
  const { rows: scores, windowCount } = evaluate(table, {
    metrics: ['coverage', 'winkler', 'scaledWinkler', 'mase', 'smape200'],
  });
  const [own, naive] = scores;
  const steps = coverageBySteps(table, 'Chosen');
  const [least, most] = [Math.min(...steps), Math.max(...steps)];
  const covered = own?.values.coverage ?? Number.NaN;
  const broken = [
    !(covered >= overall[0] && covered <= overall[1]),
    !(least >= everyStep[0] && most <= everyStep[1]),
    !((own?.values.winkler ?? Number.NaN) < (naive?.values.winkler ?? Number.NaN)),
  ];
  const report = join(folder, 'coverage.json');
  writeFileSync(
    report,
    JSON.stringify(
      {
        scores: scores.map(({ model, values }) => ({ model, values })),
        steps,
        failures: table.failures,
        manifest: table.manifest,
      },
      null,
      1,
    ),
  );
  return {
    value: broken.filter(Boolean).length,
    artifacts: [report],
    notes: [
      `${windowCount} series; ${covered.toFixed(2)} % covered overall, ${least.toFixed(1)} to ${most.toFixed(1)} % at the ${horizon} steps`,
      ...scores.map(
        ({ model, values }) =>
          `${model}: Winkler ${values.winkler?.toFixed(1)} (scaled ${values.scaledWinkler?.toFixed(3)}), coverage ${values.coverage?.toFixed(2)} %, sMAPE200 ${values.smape200?.toFixed(3)}, MASE ${values.mase?.toFixed(3)}`,
      ),
    ],
  };
}

function coverageBySteps(table: BacktestTable, model: string): number[] {
  return Array.from({ length: horizon }, (_, step) => {
    const rows = Array.from({ length: table.y.length / horizon }, (__, window) => window * horizon + step);
    const column = (name: string) =>
      Float64Array.from(rows, (row) => (name === 'y' ? table.y : table.columns[name])?.[row] ?? Number.NaN);
    return coverage(column('y'), {
      lower: column(`${model}-lo-${level}`),
      upper: column(`${model}-hi-${level}`),
    });
  });
}
