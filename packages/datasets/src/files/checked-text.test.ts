import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { DatasetError } from '../errors.js';
import { readCheckedText } from './checked-text.js';

const folder = mkdtempSync(join(tmpdir(), 'noosphere-datasets-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: Uint8Array) {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return { path, sha256: createHash('sha256').update(bytes).digest('hex') };
}

test('a file with the right hash is read, gunzipped where it is gzip', async () => {
  expect(await readCheckedText('load', file('a.csv', Buffer.from('a,b\n')))).toBe('a,b\n');
  expect(await readCheckedText('load', file('b.csv.gz', gzipSync('c,d\n')))).toBe('c,d\n');
});

test('one changed byte is refused, with both hashes', async () => {
  const checked = file('c.csv', Buffer.from('1,2\n'));
  file('c.csv', Buffer.from('1,3\n'));
  const refusal = readCheckedText('load', checked);
  await expect(refusal).rejects.toThrow(`expected SHA-256 ${checked.sha256}, got `);
  await expect(refusal).rejects.toSatisfy((error) => DatasetError.isInstance(error));
});

test('a missing file is named', async () => {
  const missing = { path: join(folder, 'none.csv'), sha256: '' };
  await expect(readCheckedText('load', missing)).rejects.toThrow(/load: .*none.csv: cannot be read/);
});
