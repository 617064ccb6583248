/** From the start of a process to its first finished train step. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOurs } from '@noosphere/bench/commands';
import { measureStartTime, startTimeBarMs } from '@noosphere/bench/start-time';
import type { AcceptanceRun } from '../run.js';

export const startTime: AcceptanceRun = {
  name: 'start-time',
  metric: 'ms from process start to the first finished mlp step, over node -e 0, median of 20',
  bar: { is: '<=', value: startTimeBarMs },
  run: async ({ folder }) => {
    await buildOurs();
    const measured = await measureStartTime();
    const report = join(folder, 'start-time.json');
    writeFileSync(report, JSON.stringify(measured, null, 1));
    const notes = [`${measured.firstStepMs.toFixed(0)} ms, node -e 0 ${measured.nodeMs.toFixed(0)} ms`];
    return { value: measured.overMs, artifacts: [report], notes };
  },
};
