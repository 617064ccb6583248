import { defineConfig } from 'tsup';

// tsup writes the JavaScript; `tsc -p tsconfig.build.json` writes the types beside it.
export default defineConfig({
  entry: ['src/index.ts'],
  format: 'esm',
  target: 'node20',
  platform: 'node',
  sourcemap: true,
  clean: true,
  silent: true,
});
