import { defineConfig } from 'tsup';

// The app is run, not imported: JavaScript only, no types.
export default defineConfig({
  entry: ['src/main.ts'],
  format: 'esm',
  target: 'node20',
  platform: 'node',
  sourcemap: true,
  clean: true,
  silent: true,
});
