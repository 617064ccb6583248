/** Goldens of decide that were computed from data the repository may not carry. */
import { readFileSync } from 'node:fs';

const folder = new URL('../../../packages/decide/src/goldens/', import.meta.url);

export function readDecideGolden<Golden>(name: string): Golden {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
}
