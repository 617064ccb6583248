#!/usr/bin/env node
// Linked when the workspace is installed, before anything is built.
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  process.stderr.write('noosphere: not built yet; run `npx pnpm run build` in the repository, then again\n');
  process.exitCode = 2;
}
