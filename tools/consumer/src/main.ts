// Packs every public package, installs the tarballs with plain npm in an empty folder outside the workspace, and
// type-checks and runs the examples of their READMEs there.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  compareOutput,
  type ExampleProgram,
  expectedOutput,
  markdownExamples,
  typeErrors,
  writeExamples,
} from '@noosphere/tool-examples/reading';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const toolFolder = join(root, 'tools', 'consumer');

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

interface PublicPackage {
  readonly name: string;
  readonly folder: string;
}

const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

function publicPackages(): PublicPackage[] {
  const known = readManifest(toolFolder).devDependencies ?? {};
  return readdirSync(join(root, 'packages'))
    .map((name) => join(root, 'packages', name))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => ({ folder, manifest: readManifest(folder) }))
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ folder, manifest: { name } }) => {
      if (known[name] === undefined) {
        throw new Error(
          `consumer: ${name} is not in tools/consumer/package.json; add "${name}": "workspace:*"`,
        );
      }
      return { name, folder };
    });
}

const quiet = ['--prefer-offline', '--no-audit', '--no-fund'];

/** Runs a command to its end and gives what it printed; throws with it when the command fails. */
function runCommand(
  command: string,
  args: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
): string {
  const shell = process.platform === 'win32' && command !== process.execPath;
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    shell,
    env: { ...process.env, ...environment },
  });
  if (error !== undefined) throw error;
  if (status === 0) return stdout;
  throw new Error(`\`${command} ${args.join(' ')}\` ended with exit code ${status}\n${stdout}${stderr}`);
}

/** The package of this platform's addon, as releases have it; none where it was not built. */
function platformAddon(packages: readonly PublicPackage[], folder: string): [string, string][] {
  const kernels = packages.find(({ name }) => name === '@noosphere/kernels')?.folder;
  if (!kernels || !readdirSync(kernels).some((file) => file.endsWith('.node'))) return [];
  const platform = join(folder, 'platform');
  runCommand(process.execPath, [join(kernels, 'platform-package.mjs'), platform], kernels);
  const [{ filename }] = JSON.parse(
    runCommand('npm', ['pack', '--json', '--pack-destination', folder], platform),
  ) as [{ filename: string }];
  return [[readManifest(platform).name, `file:${join(folder, filename)}`]];
}

/** The packages' tarballs, installed by npm in `folder`, which afterwards looks like a user's project. */
function installPacked(packages: readonly PublicPackage[], folder: string): void {
  const dependencies = packages.map(({ name, folder: packageFolder }) => {
    const printed = runCommand('pnpm', ['pack', '--json', '--pack-destination', folder], packageFolder);
    const { filename }: { filename: string } = JSON.parse(printed);
    return [name, `file:${filename}`];
  });
  dependencies.push(...platformAddon(packages, folder));
  // Those who serve install fastify; of its cookie parsers the one that takes Node 20, as engines are strict here.
  const manifest = {
    private: true,
    type: 'module',
    dependencies: { ...Object.fromEntries(dependencies), fastify: '^5.0.0' },
    overrides: { 'light-my-request': { cookie: '^1.1.1' } },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  runCommand('npm', ['install', '--ignore-scripts', ...quiet], folder);
  // A stranger's settings: strict, no types of Node, and our declarations are checked too.
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    target: 'es2023',
    lib: ['es2023', 'dom'],
    module: 'nodenext',
    types: [],
    skipLibCheck: false,
    noEmit: true,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
}

/**
 * The other way that READMEs name: install scripts run, but for onnxruntime-node's download of CUDA libraries. Whatever a script may
 * still fetch fails by a proxy that is not there, as it would where only the registry can be reached.
 */
function installWithScripts(packed: string, folder: string): void {
  const { dependencies } = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8'));
  const own = Object.entries<string>(dependencies).filter(([name]) =>
    ['@noosphere/core', '@noosphere/base'].includes(name),
  );
  const manifest = { private: true, type: 'module', dependencies: Object.fromEntries(own) };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const nowhere = 'http://127.0.0.1:9';
  runCommand('npm', ['install', '--onnxruntime-node-install=skip', ...quiet], folder, {
    GLOBAL_AGENT_HTTP_PROXY: nowhere,
    GLOBAL_AGENT_HTTPS_PROXY: nowhere,
  });
  const program =
    "import { add, tensor } from '@noosphere/core'; console.log(await add(tensor([1]), 2).array());";
  const printed = runCommand(process.execPath, ['--input-type=module', '--eval', program], folder).trim();
  if (printed !== '[ 3 ]') throw new Error(`consumer: installed with scripts, core printed ${printed}`);
}

/** The example, its types taken off, run by Node alone; undefined when it printed what it claims. */
function runExample({ example, file }: ExampleProgram): string | undefined {
  const printed = runCommand(process.execPath, [file.replace(/\.ts$/, '.js')], join(file, '..'));
  const claimed = expectedOutput(example);
  return claimed === undefined ? undefined : compareOutput(printed, claimed);
}

function removeTypes({ file }: ExampleProgram): void {
  const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
  });
  writeFileSync(file.replace(/\.ts$/, '.js'), outputText);
}

const packages = publicPackages();
const folder = mkdtempSync(join(tmpdir(), 'noosphere-consumer-'));
const withScripts = mkdtempSync(join(tmpdir(), 'noosphere-consumer-scripts-'));
try {
  installPacked(packages, folder);
  installWithScripts(folder, withScripts);
  const examples = packages.flatMap(({ name, folder: packageFolder }) => {
    const page = join(packageFolder, 'README.md');
    if (!existsSync(page)) throw new Error(`consumer: ${name} has no README.md; it is what users see first`);
    return markdownExamples(`${name} README.md`, readFileSync(page, 'utf8'));
  });
  const programs = writeExamples(examples, join(folder, 'examples'));
  const problems = typeErrors(programs, folder);
  for (const program of programs) removeTypes(program);
  const runnable = programs.filter(({ example }) => example.savedAs === undefined);
  for (const program of runnable) {
    const problem = runExample(program);
    const place = `${program.example.path}:${program.example.line}`;
    if (problem === undefined) console.log(`${place} ok`);
    else problems.push(`${place}: ${problem}`);
  }
  if (problems.length > 0) throw new Error(`consumer:\n${problems.join('\n')}`);
  mkdirSync(join(toolFolder, 'test-results'), { recursive: true });
  writeFileSync(
    join(toolFolder, 'test-results', 'consumer.json'),
    JSON.stringify({ examples: runnable.length }),
  );
  console.log(`consumer: ${packages.length} packages installed by npm, ${runnable.length} examples ran`);
} finally {
  for (const each of [folder, withScripts]) rmSync(each, { recursive: true, force: true });
}
