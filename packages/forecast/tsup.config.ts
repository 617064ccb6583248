import { defineConfig } from 'tsup';

// tsup writes the JavaScript; `tsc -p tsconfig.build.json` writes the types beside it.
export default defineConfig({
  // The forecasting threads' program is a file of its own beside the entry: run/start-thread.ts starts it by its address.
  entry: { index: 'src/index.ts', 'forecast-worker': 'src/run/worker-main.ts' },
  format: 'esm',
  target: 'node20',
  platform: 'node',
  sourcemap: true,
  clean: true,
  silent: true,
});
