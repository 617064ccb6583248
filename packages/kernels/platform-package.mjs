// node platform-package.mjs FOLDER: writes the package of this platform's addon, @noosphere/kernels-linux-x64-gnu for example.
// node platform-package.mjs --link PLATFORM…: names such packages as optional dependencies of this one, before it is published.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addonName, platformName } from './platform-name.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const own = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
const write = (path, value) => writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);

function writePackage(folder) {
  const [addon, platform] = [addonName(), platformName()];
  if (!existsSync(join(here, addon)))
    throw new Error(`there is no ${addon}; node build-native.mjs builds it where a Rust toolchain is`);
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(here, addon), join(folder, addon));
  const { version, license, engines } = own;
  write(join(folder, 'package.json'), {
    name: `${own.name}-${platform}`,
    version,
    description: `The addon of ${own.name} for ${platform}.`,
    license,
    engines,
    os: [process.platform],
    cpu: [process.arch],
    ...(process.platform === 'linux' && { libc: ['glibc'] }),
    main: addon,
    files: [addon],
    publishConfig: { access: 'public' },
  });
  writeFileSync(
    join(folder, 'README.md'),
    `# ${own.name}-${platform}\n\nInstalled with ${own.name}, whose page says more.\n`,
  );
}

const [target, ...platforms] = process.argv.slice(2);
if (target === '--link') {
  const linked = platforms.map((platform) => [`${own.name}-${platform}`, own.version]);
  write(join(here, 'package.json'), { ...own, optionalDependencies: Object.fromEntries(linked) });
} else if (target) writePackage(target);
else {
  console.error('node platform-package.mjs FOLDER, or --link PLATFORM…');
  process.exitCode = 2;
}
