/** What a layer is told besides its input: whether it trains, where its dropout masks come from, how its buffers change. */
import { ArgumentError, cast, mul, sameShape, Tensor } from '@noosphere/core';
import { placeholder } from '@noosphere/core/operators';

/**
 * A layer with buffers: tensors that no gradient trains and that a step changes, as running statistics.
 * They are float32, belong to the model's state dict, and are saved and restored with its parameters.
 */
export interface WithBuffers {
  /** The fields that hold buffers. */
  readonly bufferNames: readonly string[];
}

/** The dotted paths of a model's buffers. */
export function bufferPaths(model: unknown, path = ''): Set<string> {
  const found = new Set<string>();
  if (typeof model !== 'object' || model === null || model instanceof Tensor || ArrayBuffer.isView(model))
    return found;
  const at = (key: string) => (path ? `${path}.${key}` : key);
  const { bufferNames } = model as Partial<WithBuffers>;
  for (const name of Array.isArray(bufferNames) ? bufferNames : []) found.add(at(name));
  for (const [key, branch] of Object.entries(model))
    for (const each of bufferPaths(branch, at(key))) found.add(each);
  return found;
}

export interface ForwardContext {
  readonly training: boolean;
  /** x with elements dropped at `rate` and the rest scaled by 1 / (1 - rate); x itself when not training. */
  dropout(x: Tensor, rate: number): Tensor;
  /** What a buffer holds now: its own value until `update` gave it another. */
  current(buffer: Tensor): Tensor;
  /** Lets a buffer hold `next` from here on, through the coming steps; does nothing when not training. */
  update(buffer: Tensor, next: Tensor): void;
}

/** The context of prediction: nothing is dropped, no buffer changes. */
export const inference: ForwardContext = {
  training: false,
  dropout: (x) => x,
  current: (buffer) => buffer,
  update: () => {},
};

/** A mask that a train step must be fed: one byte an element, 1 keeps it. */
export interface MaskSite {
  readonly input: Tensor<'uint8'>;
  readonly rate: number;
}

/** The context of one traced train step; it collects the masks that the step needs and what its buffers become. */
export class TrainingContext implements ForwardContext {
  readonly training = true;
  readonly sites: MaskSite[] = [];
  readonly #updates = new Map<Tensor, Tensor>();

  dropout(x: Tensor, rate: number): Tensor {
    if (rate === 0) return x;
    // Masks are drawn outside the graph from (seed, step, site): a resumed run draws the same bits.
    const input = placeholder(`mask_${this.sites.length}`, 'uint8', x.shape);
    this.sites.push({ input, rate });
    return mul(x, mul(cast(input, x.dtype), 1 / (1 - rate)));
  }

  current(buffer: Tensor): Tensor {
    return this.#updates.get(buffer) ?? buffer;
  }

  update(buffer: Tensor, next: Tensor): void {
    if (buffer.dtype !== next.dtype || !sameShape(buffer.shape, next.shape))
      throw new ArgumentError('update', `a buffer keeps its type and shape, expected ${buffer}, got ${next}`);
    this.#updates.set(buffer, next);
  }
}
