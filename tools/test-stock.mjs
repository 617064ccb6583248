// `node ../../tools/test-stock.mjs` in a package's folder: its tests without the native kernels.
import { main, pnpm } from './steps.mjs';

await main(() =>
  pnpm(['exec', 'vitest', 'run', '--outputFile.json=test-results/stock.json'], {
    cwd: process.cwd(),
    env: { NOOSPHERE_KERNELS: 'off' },
  }),
);
