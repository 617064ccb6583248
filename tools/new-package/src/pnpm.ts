// How to call the pinned pnpm: the one that runs this script, or the one npm fetches.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Command and first arguments; pnpm's own arguments follow. */
export function pnpmCommand(root: string): [string, ...string[]] {
  const caller = process.env.npm_execpath ?? '';
  if (basename(caller).startsWith('pnpm')) return [process.execPath, caller];
  const { packageManager }: { packageManager: string } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  return ['npm', 'exec', '--yes', `--package=${packageManager}`, '--', 'pnpm'];
}
