// `node ../../tools/test-stock.mjs` in a package's folder: its tests without the native kernels.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { main, pnpm, root } from './steps.mjs';

const hasAddon = readdirSync(join(root, 'packages/kernels')).some((name) => name.endsWith('.node'));

await main(async () => {
  if (!hasAddon) return console.log('no native kernels were built: `test` ran on the stock runtime already');
  await pnpm(['exec', 'vitest', 'run', '--outputFile.json=test-results/stock.json'], {
    cwd: process.cwd(),
    env: { NOOSPHERE_KERNELS: 'off' },
  });
});
