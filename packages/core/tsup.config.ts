import { defineConfig } from 'tsup';

// tsup writes the JavaScript; `tsc -p tsconfig.build.json` writes the types beside it.
export default defineConfig({
  // The programs of the worker and of the process are files beside the entry, which start them by their address.
  entry: {
    index: 'src/index.ts',
    operators: 'src/operators.ts',
    quantize: 'src/quantize/index.ts',
    'worker-main': 'src/runtime/worker-main.js',
    'process-main': 'src/runtime/process-main.js',
  },
  // An optional dependency, which the bundler would take in: it finds its addon beside its own files.
  external: ['@noosphere/kernels'],
  format: 'esm',
  target: 'node20',
  platform: 'node',
  sourcemap: true,
  clean: true,
  silent: true,
});
