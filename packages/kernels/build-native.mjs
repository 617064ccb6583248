// Builds the addon with cargo where a Rust toolchain is; elsewhere says so in a line. Never fails: everything runs without it.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addonName } from './platform-name.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const crate = join(here, 'native');
const addon = join(here, addonName());
const library = { win32: 'noosphere_kernels.dll', darwin: 'libnoosphere_kernels.dylib' };
const built = join(crate, 'target/release', library[process.platform] ?? 'libnoosphere_kernels.so');

const without = (why) => console.log(`kernels: no native operators (${why}); everything runs without them`);

const version = spawnSync('cargo', ['--version'], { encoding: 'utf8' });
if (version.status !== 0) without('there is no Rust toolchain; https://rustup.rs installs one');
else {
  const build = spawnSync('cargo', ['build', '--release', '--quiet'], { cwd: crate, encoding: 'utf8' });
  if (build.status === 0 && existsSync(built)) {
    // A loaded addon is not written over: its file is replaced.
    rmSync(addon, { force: true });
    copyFileSync(built, addon);
  } else {
    const line = build.stderr?.split('\n').find((text) => text.startsWith('error'));
    without(line ?? `cargo ended with ${build.status ?? build.signal}`);
  }
}
