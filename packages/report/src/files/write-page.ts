/** The one place of this package that touches the file system. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ArgumentError, knownOptions } from '@noosphere/base';
import { type WriteOptions, writeAtomically } from '@noosphere/base/files';
import { ReportError } from '../errors.js';

/**
 * Writes a page, an SVG or a PNG; folders on the way are made. A file that is there stays as it is unless `overwrite` is set.
 *
 * @throws {@link ReportError} where the file is there already or cannot be written
 *
 * @example
 * await writePage('report.html', '<!DOCTYPE html><title>Empty</title>');
 */
export async function writePage(
  path: string,
  content: string | Uint8Array,
  options: WriteOptions = {},
): Promise<void> {
  const { overwrite = false } = knownOptions('writePage', options, 'overwrite');
  const folder = dirname(path);
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new ReportError('writePage', `the folder ${folder} cannot be made: ${(cause as Error).message}`, {
      cause,
    });
  }
  try {
    await writeAtomically(path, content, { overwrite });
  } catch (cause) {
    const what = ArgumentError.isInstance(cause)
      ? 'is there already; choose another name, or overwrite: true'
      : `cannot be written: ${(cause as Error).message}`;
    throw new ReportError('writePage', `${path} ${what}`, { cause });
  }
}
