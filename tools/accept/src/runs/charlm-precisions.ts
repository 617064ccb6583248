/** What the three precisions of products make of one training: the same model of Shakespeare, 500 steps each. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { productPrecision } from '@noosphere/core';
import { type AcceptanceRun, MissingError } from '../run.js';
import { shakespeare, trainOnce } from './charlm.js';

export const charlmPrecisions: AcceptanceRun = {
  name: 'charlm-precisions',
  metric:
    'largest difference in nats a character between highest, high and medium (Tiny Shakespeare, 500 steps of 8 windows)',
  bar: { is: '<=', value: 0.01 },
  async run({ seed, folder, say }) {
    if ((await productPrecision('medium')) !== 'medium')
      throw new MissingError(
        'no matrix units: set NOOSPHERE_MATRIX_UNITS=emulated for their arithmetic in plain code',
      );
    const text = shakespeare();
    const losses: Record<string, number> = {};
    for (const precision of ['highest', 'high', 'medium'] as const) {
      const { value, seconds } = await trainOnce(seed, text, { steps: 500, batchSize: 8, precision });
      losses[precision] = value;
      say(`${precision}: ${value.toFixed(5)} nats, ${seconds.toFixed(0)} s`);
    }
    const path = join(folder, 'losses.json');
    writeFileSync(path, JSON.stringify(losses, null, 2));
    const all = Object.values(losses);
    return { value: Math.max(...all) - Math.min(...all), artifacts: [path] };
  },
};
