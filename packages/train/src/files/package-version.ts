/** Which release runs: read from the package.json above this file. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** What a result was made with: versions by name, as manifests hold them. */
export function softwareVersions(): Record<'node' | 'train' | 'onnxruntime' | 'platform', string> {
  return {
    node: process.versions.node,
    train: packageVersion(),
    onnxruntime: runtimeVersion(),
    platform: `${process.platform} ${process.arch}`,
  };
}

/** The version of this package; 'unknown' where a bundler moved it away from its package.json. */
export function packageVersion(): string {
  for (let url = new URL('.', import.meta.url); ; url = new URL('..', url)) {
    const found = readManifest(new URL('package.json', url));
    if (found?.name === '@noosphere/train') return found.version ?? 'unknown';
    if (url.pathname === '/' || new URL('..', url).href === url.href) return 'unknown';
  }
}

/** The version of ONNX Runtime that a program of this process runs on; 'unknown' where it is not installed. */
export function runtimeVersion(): string {
  try {
    const core = createRequire(import.meta.url).resolve('@noosphere/core');
    return createRequire(core)('onnxruntime-node/package.json').version as string;
  } catch {
    return 'unknown';
  }
}

function readManifest(url: URL): { readonly name?: string; readonly version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(url, 'utf8')) as { name?: string; version?: string };
  } catch {
    return undefined;
  }
}
