import { defineConfig } from 'tsup';

// tsup writes the JavaScript; `tsc -p tsconfig.build.json` writes the types beside it.
export default defineConfig({
  // The worker's program is a file of its own beside the entry: runtime/worker.ts starts it by its address.
  entry: {
    index: 'src/index.ts',
    operators: 'src/operators.ts',
    quantize: 'src/quantize/index.ts',
    'worker-main': 'src/runtime/worker-main.js',
  },
  format: 'esm',
  target: 'node20',
  platform: 'node',
  sourcemap: true,
  clean: true,
  silent: true,
});
