/** Which loader reads which kind of model folder. */
import { ArgumentError } from '@noosphere/base';
import { readManifest } from './load-model.js';

/** Makes of a folder what its domain works with. */
export type ModelLoader = (folder: string) => Promise<unknown>;

const loaders = new Map<string, ModelLoader>();

/**
 * Names the loader of a kind, such as 'vision/classifier', or of all kinds that begin with 'vision/'. The last one counts.
 * @example
 * registerModel('example/', async (folder) => ({ from: folder }));
 * const forward = ({ x }: Record<string, Tensor>) => ({ y: neg(x as Tensor) });
 * await saveModel('minus', { kind: 'example/minus', forward, inputs: { x: { dtype: 'float32', shape: [] } }, weights: {} });
 * console.log(await openModel('minus')); // → { from: 'minus' }
 */
export function registerModel(kind: string, loader: ModelLoader): void {
  loaders.set(kind, loader);
}

/** What the loader of a folder's kind makes of it: that of the kind itself, else of the longest beginning. `loadModel` reads any kind. */
export async function openModel<Model = unknown>(folder: string): Promise<Model> {
  const { kind } = await readManifest(folder);
  const prefixes = [...loaders.keys()].filter((known) => known.endsWith('/') && kind.startsWith(known));
  const [longest = ''] = prefixes.sort((a, b) => b.length - a.length);
  const loader = loaders.get(kind) ?? loaders.get(longest);
  if (!loader)
    throw new ArgumentError(
      'openModel',
      `${folder} holds a '${kind}', for which no loader is registered, only for ${[...loaders.keys()].join(', ') || 'none'}; import the package that calls registerModel('${kind}', …), or use loadModel for bare predictions`,
    );
  return (await loader(folder)) as Model;
}
