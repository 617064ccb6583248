// The table of who may import whom, read from layers.json.
import { readFileSync } from 'node:fs';

export interface Layers {
  /** Each package and the packages it may import. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
  /** Folders of a package's src, in order: each imports only from those before it. */
  readonly folders: Readonly<Record<string, readonly string[]>>;
  /** Libraries that one folder alone may import. */
  readonly owners: Readonly<Record<string, string>>;
}

export const layersFile = new URL('../layers.json', import.meta.url);

export function readLayers(): Layers {
  return JSON.parse(readFileSync(layersFile, 'utf8'));
}
