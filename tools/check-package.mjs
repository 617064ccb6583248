// `node ../../tools/check-package.mjs` in a package's folder: packs it and checks the tarball as users get it.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { main, pnpm, StepError } from './steps.mjs';

/** Are the types wrong? Quiet when they are not, otherwise the tool's whole table. */
async function checkTypes(tarball) {
  const attw = ['exec', 'attw', tarball, '--profile', 'esm-only', '--no-emoji', '--no-color'];
  try {
    await pnpm([...attw, '--quiet'], { cwd: packageFolder });
  } catch {
    await pnpm(attw, { cwd: packageFolder });
  }
}

const packageFolder = process.cwd();
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const workFolder = mkdtempSync(join(tmpdir(), 'noosphere-pack-'));

await main(async () => {
  try {
    await pnpm(['--silent', 'pack', '--pack-destination', workFolder], { cwd: packageFolder });
    const tarball = join(workFolder, readdirSync(workFolder)[0]);
    const bytes = readFileSync(tarball);
    const { messages } = await publint({
      pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
      strict: true,
    });
    if (messages.length > 0) {
      const list = messages.map((message) => `  ${formatMessage(message, manifest, { color: false })}`);
      throw new StepError(`publint of ${manifest.name}:\n${list.join('\n')}`);
    }
    await checkTypes(tarball);
    mkdirSync('test-results', { recursive: true });
    writeFileSync('test-results/packed.json', JSON.stringify({ name: manifest.name, bytes: bytes.length }));
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
});
