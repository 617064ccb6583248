// `npm run docs`: writes docs/ops.md. With `--check` it writes nothing and fails when the page is stale.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { operators } from '@noosphere/core/operators';
import { opsPage } from './ops-page.js';

const file = new URL('../../../docs/ops.md', import.meta.url);
const page = opsPage(Object.values(operators));

if (!process.argv.includes('--check')) {
  writeFileSync(file, page);
  console.log('docs/ops.md written');
} else if (!existsSync(file) || readFileSync(file, 'utf8') !== page) {
  console.error('docs/ops.md is stale: run `npm run docs`');
  process.exitCode = 1;
}
