/** Where the data files lie: the same from `src` and from the bundled `dist`. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** A file in this package's `data` folder. */
export function embeddedPath(name: string): string {
  return join(dirname(require.resolve('@noosphere/datasets/package.json')), 'data', name);
}

/** A file in the `data` folder of the npm package vega-datasets, which does not export it by name. */
export function vegaPath(name: string): string {
  return join(dirname(require.resolve('vega-datasets')), '..', 'data', name);
}
