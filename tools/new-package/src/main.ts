// `pnpm new:package NAME`: writes packages/NAME, links it into the workspace, and says what comes next.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { generatePackage } from './generate.js';
import { pnpmCommand } from './pnpm.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const [name, ...rest] = process.argv.slice(2);

function link(): void {
  const [command, ...first] = pnpmCommand(root);
  const shell = process.platform === 'win32' && command === 'npm';
  const { status } = spawnSync(command, [...first, 'install', '--no-frozen-lockfile'], {
    cwd: root,
    stdio: 'inherit',
    shell,
  });
  if (status !== 0)
    throw new Error('new:package: the package is written, but `pnpm install` failed; run it again');
}

try {
  if (name === undefined || rest.length > 0)
    throw new Error('new:package: expected one name: pnpm new:package audio');
  for (const file of generatePackage(root, name)) console.log(file);
  link();
  console.log(`\nNext: pnpm --filter @noosphere/${name} test, then docs/add-a-package.md.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
