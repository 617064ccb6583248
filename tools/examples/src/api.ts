// The names a package exports as a file beside it, so that a change of them is seen in review.
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { entriesOf, exportsOf } from './entries.js';

/** Registers a test that api.txt lists what the package's entries export. */
export function testApi(testFileUrl: string): void {
  const testFile = fileURLToPath(testFileUrl);
  const packageFolder = resolve(dirname(testFile), '..');
  test('api.txt lists what the entries export', async () => {
    const update = `npx vitest run ${relative(packageFolder, testFile)} --update`;
    const hint = `api.txt is not what the entries export; if that is meant: cd ${packageFolder} && ${update}`;
    await expect(apiOf(packageFolder), hint).toMatchFileSnapshot(join(packageFolder, 'api.txt'));
  });
}

/** A line for each name of each entry: the entry, the kind, the name. */
export function apiOf(packageFolder: string): string {
  const entries = entriesOf(packageFolder);
  const exported = exportsOf(entries);
  const lines = entries.flatMap(({ specifier }, index) =>
    (exported[index] ?? []).map(({ kind, name }) => `${specifier} ${kind} ${name}\n`),
  );
  return lines.join('');
}
