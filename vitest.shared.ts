// The one test configuration of all packages: workspace packages are read from their source, and each run
// leaves a report that `npm test` counts.
import { defineConfig } from 'vitest/config';

const conditions = ['@noosphere/source', 'module', 'node', 'development|production'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['@noosphere/source', 'node'] } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // A child process per file: the runtime's native library must not meet a terminated worker thread.
    pool: 'forks',
    reporters: ['default', 'json'],
    outputFile: { json: 'test-results/vitest.json' },
    testTimeout: 30_000,
  },
});
