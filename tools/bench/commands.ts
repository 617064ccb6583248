// How each side is started: ours by Node, the peers by the Python that NOOSPHERE_PYTHON names, tfjs-node by
// Node in the folder where it was built.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import type { SideCommand } from './side.js';
import type { Workload } from './workloads.js';

const here = dirname(fileURLToPath(import.meta.url));
const peersFolder = join(here, '../peers');

/** The peers a row is compared with, in the order they are printed. */
export const peers = ['torch', 'torch-best', 'jax', 'tfjs-node'] as const;
export type Peer = (typeof peers)[number];

const oursFiles = ['ours.ts', 'models.ts', 'exchange.ts', 'product-rate.ts'];

/**
 * Translates our side to JavaScript in `dist`, so that its process is plain Node with the built packages, as
 * a user's is: no loader in its memory or its start.
 */
export function buildOurs(): void {
  mkdirSync(join(here, 'dist/models'), { recursive: true });
  const models = readdirSync(join(here, 'models')).map((name) => join('models', name));
  for (const file of [...oursFiles, ...models]) {
    const { outputText } = ts.transpileModule(readFileSync(join(here, file), 'utf8'), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    });
    writeFileSync(join(here, 'dist', file.replace(/ts$/, 'js')), outputText);
  }
}

/** Our side; from the packages' sources instead of their builds when `source` is set. */
export function oursCommand(workload: Workload, data: string, source = false): SideCommand {
  const script = source
    ? ['--conditions=@noosphere/source', '--import', 'tsx', join(here, 'ours.ts')]
    : [join(here, 'dist/ours.js')];
  return { program: process.execPath, parameters: [...script, ...shared(workload, data)], directory: here };
}

/** What starts a peer, or the reason why it cannot be started. */
export function peerCommand(peer: Peer, workload: Workload, data: string): SideCommand | string {
  const options = shared(workload, data);
  if (peer === 'tfjs-node') {
    const folder = process.env.NOOSPHERE_TFJS;
    if (folder === undefined)
      return 'missing: NOOSPHERE_TFJS names no folder with tfjs-node (tools/peers/README.md)';
    return {
      program: process.execPath,
      parameters: [join(peersFolder, 'tfjs-peer.mjs'), ...options],
      directory: folder,
    };
  }
  const python = process.env.NOOSPHERE_PYTHON;
  if (python === undefined) return 'missing: NOOSPHERE_PYTHON names no Python (tools/peers/README.md)';
  if (!existsSync(python)) return `missing: there is no ${python}`;
  const script =
    peer === 'jax' ? ['jax_peer.py'] : ['torch_peer.py', '--variant', peer === 'torch' ? 'eager' : 'best'];
  return { program: python, parameters: [...script, ...options], directory: peersFolder };
}

function shared({ name, stepsPerCall }: Workload, data: string): string[] {
  return ['--model', name, '--data', data, '--steps-per-call', String(stepsPerCall)];
}
