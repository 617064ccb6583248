/** Memory of states that no one reads any more, for executors that write the next state into it. */
import { fromData, type HostTensor } from '@noosphere/core';

export class StateMemory {
  /** States in memory of ours that nobody outside has seen, by their first tensor. */
  readonly #own = new Map<HostTensor, readonly HostTensor[]>();
  readonly #free: (readonly HostTensor[])[] = [];

  /** Memory for a state of the same shapes; what it holds is of no meaning. */
  take(like: readonly HostTensor[]): readonly HostTensor[] {
    const free = this.#free.pop();
    if (free) return free;
    const made = like.map(({ shape, size }) => fromData('float32', shape, new Float32Array(size)));
    const [first] = made;
    if (first) this.#own.set(first, made);
    return made;
  }

  /** A state was shown to somebody: it is never written into again. */
  keep(state: readonly HostTensor[]): void {
    const [first] = state;
    if (first) this.#own.delete(first);
  }

  /** A state is read no more. */
  free(state: readonly HostTensor[]): void {
    const [first] = state;
    const own = first && this.#own.get(first);
    if (own) this.#free.push(own);
  }
}
