// Steps of `npm start` and `npm test`. Plain JavaScript over Node alone, because it runs before anything is
// installed. Steps talk on stderr, so that stdout belongs to the job.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** A step that failed: which, and how. */
export class StepError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Refuses a Node that is too old before it fails somewhere less clear. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new StepError(
      `Node ${manifest.engines.node} is needed, this is ${process.version}; see nodejs.org`,
    );
  }
}

/** Announces a step, runs it, and says how long it took; its error names the step. */
export async function step(name, purpose, work) {
  console.error(`\n▶ ${name}: ${purpose}`);
  const startMs = performance.now();
  try {
    const result = await work();
    console.error(`✔ ${name} (${((performance.now() - startMs) / 1000).toFixed(1)} s)`);
    return result;
  } catch (error) {
    const { message = String(error), exitCode } = error;
    throw new StepError(`${name} failed: ${message}`, exitCode);
  }
}

// Colours are for terminals: a log file gets plain text from every tool.
const plain = process.stderr.isTTY ? {} : { NO_COLOR: '1', FORCE_COLOR: '0' };

/** Runs a command in the repository; `output: 'inherit'` lets it write to stdout, otherwise it writes to stderr. */
export async function run(command, args, { output = 2, cwd = root, env = {} } = {}) {
  const child = spawn(command, args, {
    cwd,
    stdio: ['inherit', output, 'inherit'],
    env: { ...process.env, ...plain, ...env },
    shell: needsShell(command),
  });
  // Ctrl-C reaches the child as well: let it finish tidily and end with it.
  let interrupted = false;
  const stay = () => {
    interrupted = true;
  };
  const pass = () => child.kill('SIGTERM');
  process.on('SIGINT', stay).on('SIGTERM', pass);
  try {
    const [code, signal] = await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (...ended) => resolve(ended));
    });
    if (code !== 0) {
      const line = [basename(command), ...args].join(' ');
      throw new StepError(
        `\`${line}\` ended with ${signal ?? `exit code ${code}`}`,
        interrupted ? 130 : (code ?? 1),
      );
    }
  } finally {
    process.off('SIGINT', stay).off('SIGTERM', pass);
  }
}

/** Runs the pinned pnpm, which npm fetches: nothing but Node and npm is expected on the machine. */
export async function pnpm(args, options) {
  const caller = process.env.npm_execpath ?? '';
  if (basename(caller).startsWith('pnpm')) return await run(process.execPath, [caller, ...args], options);
  pathWithPnpm ??= findPnpm(caller);
  return await run('pnpm', args, { ...options, env: { ...options?.env, PATH: pathWithPnpm } });
}
let pathWithPnpm;

/** The PATH under which npm, having fetched pnpm, runs programs. */
function findPnpm(caller) {
  const [command, first] = basename(caller) === 'npm-cli.js' ? [process.execPath, [caller]] : ['npm', []];
  const fetch = ['exec', '--yes', '--prefer-offline', `--package=${manifest.packageManager}`, '--'];
  const { status, stdout } = spawnSync(command, [...first, ...fetch, 'node', '-p', 'process.env.PATH'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: needsShell(command),
  });
  if (status !== 0)
    throw new StepError(`npm could not fetch ${manifest.packageManager}; is the registry reachable?`);
  return stdout.trim();
}

// npm and pnpm are scripts on Windows, which only a shell starts.
function needsShell(command) {
  return process.platform === 'win32' && (command === 'npm' || command === 'pnpm');
}

/** Runs turbo tasks; what has not changed since the last run comes from its cache. */
export async function turbo(args) {
  const quiet = { TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1', DO_NOT_TRACK: '1' };
  // More compilers than processors only wait for each other, and for memory.
  const concurrency = `--concurrency=${Math.max(2, availableParallelism())}`;
  await pnpm(['exec', 'turbo', 'run', concurrency, '--output-logs=new-only', ...args], { env: quiet });
}

export async function install() {
  await step('install', 'packages of the lockfile, by pnpm', () =>
    pnpm(['install', '--frozen-lockfile', '--prefer-offline']),
  );
}

/** Runs `work` and ends the process: 0, or with the code and the reason of the step that failed. */
export async function main(work) {
  try {
    requireNode();
    await work();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.error(`\n✘ ${error.message}`);
    process.exitCode = error.exitCode;
  }
}
