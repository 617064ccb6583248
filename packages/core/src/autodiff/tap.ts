/** Looking at intermediate values of a function without changing it. */
import type { Tensor } from '../graph/index.js';
import type { Tree } from './tree.js';

let collecting: Record<string, Tensor> | undefined;

/**
 * x itself; inside a function under `collectTaps` it also becomes one of the values that are handed out. Elsewhere it
 * does nothing and costs nothing, so it may stay in a model. Inside a scan's body it cannot be used.
 * @param name What the value is called; a second one of that name gets '#2' behind it.
 * @example
 * const f = collectTaps((x: Tensor) => sum(tap('squared', mul(x, x))));
 * console.log(await f(tensor([1, 2])).taps.squared?.array()); // → [ 1, 4 ]
 */
export function tap<D extends Tensor['dtype']>(name: string, x: Tensor<D>): Tensor<D> {
  if (!collecting) return x;
  let free = name;
  for (let again = 2; free in collecting; again++) free = `${name}#${again}`;
  collecting[free] = x;
  return x;
}

/**
 * A function that also gives the values tapped on its way, by name; compile it or differentiate inside it as any other.
 * @example
 * const model = (x: Tensor) => relu(tap('before', sub(x, 2)));
 * const { result, taps } = await compile(collectTaps(model))(tensor([1, 3]));
 * console.log(await result.array(), await taps.before?.array()); // → [ 0, 1 ] [ -1, 1 ]
 */
export function collectTaps<Args extends readonly Tree[], Result extends Tree>(
  f: (...args: Args) => Result,
): (...args: Args) => { result: Result; taps: Readonly<Record<string, Tensor>> } {
  return (...args) => {
    const around = collecting;
    const taps: Record<string, Tensor> = {};
    collecting = taps;
    try {
      return { result: f(...args), taps };
    } finally {
      collecting = around;
    }
  };
}
