// Counts what the last `npm test` found. Run by itself it prints `N passed, N failed`.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './steps.mjs';

/** Folders of the workspace whose package.json has a `test` script. */
function testedFolders() {
  return ['packages', 'apps', 'tools'].flatMap((group) =>
    readdirSync(join(root, group), { withFileTypes: true })
      .map((entry) => join(root, group, entry.name))
      .filter((folder) => {
        const file = join(folder, 'package.json');
        return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).scripts?.test !== undefined;
      }),
  );
}

/** Where each tested package leaves its report. */
export function reportFiles() {
  return testedFolders().map((folder) => join(folder, 'test-results', 'vitest.json'));
}

/**
 * Tests passed and failed over all packages. Each check that is no test (build, lint, layers, …) counts as one; a
 * package whose tests left no report, and a check that never ran, count as one failed.
 */
export function countTests() {
  let passed = 0;
  let failed = 0;
  for (const file of reportFiles()) {
    if (existsSync(file)) {
      const report = JSON.parse(readFileSync(file, 'utf8'));
      passed += report.numPassedTests;
      // A test file that cannot be loaded fails without a failed test in it.
      const brokenFiles = report.testResults.filter(
        (result) =>
          result.status === 'failed' && result.assertionResults.every(({ status }) => status !== 'failed'),
      );
      failed += report.numFailedTests + brokenFiles.length;
    } else failed++;
  }
  const file = join(root, 'test-results', 'checks.json');
  const checks = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [{ name: 'install', ok: false }];
  const failedTests = failed;
  for (const { name, ok } of checks) {
    // The packages' tests are counted above; a run can fail without a failed test, by an error outside of all tests.
    if (name === 'test') failed += ok || failedTests > 0 ? 0 : 1;
    else if (ok) passed++;
    else failed++;
  }
  return { passed, failed };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { passed, failed } = countTests();
  console.log(`${passed} passed, ${failed} failed`);
}
