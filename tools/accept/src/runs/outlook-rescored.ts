/**
 * The main job, judged from outside: it runs as users run it, then a Python script that shares no code with it makes every
 * forecast again, from raw prices and the saved ONNX files.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { outlook, repository } from '../outlook.js';
import { runPython } from '../python.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

/** What the script prints. */
interface Recomputed {
  readonly largestDifference: number;
  readonly largestMetricDifference: number;
  readonly worst: string | null;
  readonly forecasts: number;
  readonly tables: number;
  readonly onnxruntime: string;
}

/** Markets and horizons of the embedded data: fewer would mean that something was left out. */
const tableCount = 20;

export const outlookRescored: AcceptanceRun = {
  name: 'outlook-rescored',
  metric:
    'largest difference of a forecast or metric of the main job from what Python onnxruntime makes of raw prices',
  bar: { is: '<=', value: 1e-5 },
  run: rescore,
};

async function rescore({ folder, seed, say }: RunContext): Promise<Measured> {
  const run = join(folder, 'run');
  await outlook(['networks', '--out', run, '--seed', String(seed)], say);
  const datasets = join(repository, 'packages/datasets');
  const vega = createRequire(join(datasets, 'package.json')).resolve('vega-datasets');
  const sp500 = join(vega, '../../data/sp500-2000.csv');
  const output = await runPython('outlook.py', [run, join(datasets, 'data'), sp500]);
  const recomputed: Recomputed = JSON.parse(output);
  if (recomputed.tables !== tableCount)
    throw new Error(`${recomputed.tables} tables, expected ${tableCount}`);
  const { largestDifference, largestMetricDifference, worst, forecasts, onnxruntime } = recomputed;
  return {
    value: Math.max(largestDifference, largestMetricDifference),
    artifacts: [join(run, 'result.json'), join(run, 'forecasts'), join(run, 'models')],
    notes: [
      `${forecasts} forecasts in ${tableCount} tables made again with onnxruntime ${onnxruntime}: the largest difference is ` +
        `${largestDifference} (${worst}), that of a metric ${largestMetricDifference}`,
    ],
  };
}
