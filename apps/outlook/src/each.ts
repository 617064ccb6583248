/** Work on many things, of which one that cannot be done does not stop the others. */
import { NoosphereError } from '@noosphere/core';

export interface EachResult<Out> {
  readonly done: readonly Out[];
  /** `IBM: why`, for those that were not. */
  readonly failures: readonly string[];
}

export function eachOf<In extends { readonly name: string }, Out>(
  items: readonly In[],
  work: (item: In) => Out,
): EachResult<Out> {
  const done: Out[] = [];
  const failures: string[] = [];
  for (const item of items) {
    try {
      done.push(work(item));
    } catch (error) {
      if (!NoosphereError.isInstance(error)) throw error;
      failures.push(`${item.name}: ${error.message}`);
    }
  }
  return { done, failures };
}
