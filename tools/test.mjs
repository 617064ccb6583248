// `npm test`: install, build, and every check. All checks run even when one fails; the end lists what failed.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install, main, pnpm, root, StepError, step, turbo } from './steps.mjs';
import { reportFiles } from './test-reports.mjs';

// biome does not read NO_COLOR.
const colors = `--colors=${process.stderr.isTTY ? 'force' : 'off'}`;
const checks = [
  ['lint', 'format and lint, by biome', () => pnpm(['exec', 'biome', 'ci', colors, '.'])],
  ['layers', 'imports go the way the design gives', () => pnpm(['run', 'layers'])],
  ['typecheck', 'types of every package, tests included', () => turbo(['typecheck', '--continue'])],
  ['test', 'tests and examples of every package', testPackages],
  [
    'test:stock',
    'core and train on the stock runtime, without the native kernels',
    () => turbo(['test:stock', '--continue']),
  ],
  [
    'test:package',
    'packed packages, by publint and are-the-types-wrong',
    () => turbo(['test:package', '--continue']),
  ],
  ['test:consumer', 'packed packages in an empty folder, by npm', () => turbo(['test:consumer'])],
];

/** turbo ends with 0 when a signal stops it: only the reports show that every package was tested. */
async function testPackages() {
  await turbo(['test', '--continue']);
  const missing = reportFiles().filter((file) => !existsSync(file));
  if (missing.length > 0) throw new Error(`these packages left no report: ${missing.join(', ')}`);
}

await main(async () => {
  const results = [];
  const summary = join(root, 'test-results', 'checks.json');
  const note = (name, ok) => {
    results.push({ name, ok });
    mkdirSync(join(root, 'test-results'), { recursive: true });
    writeFileSync(summary, JSON.stringify(results));
  };
  // Reports of an earlier run must not be counted; turbo brings back those of packages that did not change.
  for (const file of [summary, ...reportFiles()]) rmSync(file, { force: true });

  await install();
  try {
    await step('build', 'all packages, apps and tools, by turbo', () => turbo(['build']));
    note('build', true);
  } catch (error) {
    note('build', false);
    throw error;
  }
  const failures = [];
  for (const [name, purpose, work] of checks) {
    try {
      await step(name, purpose, work);
      note(name, true);
    } catch (error) {
      note(name, false);
      // Ctrl-C means the whole run.
      if (error.exitCode === 130) throw error;
      failures.push(error.message);
      console.error(`✘ ${error.message}`);
    }
  }
  if (failures.length > 0) {
    throw new StepError(`${failures.length} of ${checks.length} checks failed:\n  ${failures.join('\n  ')}`);
  }
  console.error('\n✔ all checks passed');
});
