/** A copy of a model that tells of each call of its layers; their forward functions run as they are. */
import { Tensor } from '@noosphere/core';

/** One call of a layer's forward function. */
export interface LayerCall {
  /** The layer of the model that was given. */
  readonly layer: object;
  readonly path: string;
  readonly inputs: readonly unknown[];
  readonly result: unknown;
}

/** An object with a forward function. */
export interface Callable {
  forward(...inputs: readonly unknown[]): unknown;
}

export function isCallable(value: unknown): value is Callable {
  return (
    typeof value === 'object' && value !== null && 'forward' in value && typeof value.forward === 'function'
  );
}

/** The copy; a layer that two paths lead to stays one, with the first of them. */
export function instrument<Model extends object>(model: Model, onCall: (call: LayerCall) => void): Model {
  const copies = new Map<object, object>();
  const copyOf = (branch: unknown, path: string): unknown => {
    if (typeof branch !== 'object' || branch === null) return branch;
    if (branch instanceof Tensor || branch instanceof Map || ArrayBuffer.isView(branch)) return branch;
    const known = copies.get(branch);
    if (known) return known;
    const at = (key: string) => (path ? `${path}.${key}` : key);
    const copy = Array.isArray(branch) ? [] : Object.create(Object.getPrototypeOf(branch));
    copies.set(branch, copy);
    for (const [key, value] of Object.entries(branch)) copy[key] = copyOf(value, at(key));
    if (isCallable(branch)) {
      const forward = branch.forward;
      const told = (...inputs: readonly unknown[]): unknown => {
        const result = forward.apply(copy, inputs as unknown[]);
        onCall({ layer: branch, path, inputs, result });
        return result;
      };
      // Hidden, so that walks over the fields of the copy see those of the model.
      Object.defineProperty(copy, 'forward', { value: told });
    }
    return copy;
  };
  // The copy has the fields and the prototype of the model, which the recursion over unknown fields cannot say.
  return copyOf(model, '') as Model;
}
