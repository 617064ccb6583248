/** Plain JavaScript passes anything: what is no tensor, list or function is refused by an error of ours that says so. */
import { describe, expect, test } from 'vitest';
import * as core from '../src/index.js';

const wrong: readonly (readonly unknown[])[] = [
  [3, 3, 3],
  [[[1]], [[1]], [[1]]],
  ['a', 'a', {}],
  [undefined, undefined],
  [null, null],
];
/** Facts about element types and shapes, for those who write operators. */
const helpers = [
  'bytesPerElement',
  'formatShape',
  'sameShape',
  'requireSameShape',
  'cpuResidentBytes',
  'dropoutMask',
];
const functions = Object.entries(core).filter(
  ([name, value]) => typeof value === 'function' && /^[a-z]/.test(name) && !helpers.includes(name),
) as unknown as [string, (...given: unknown[]) => unknown][];

test.each(functions)('%s', async (_, f) => {
  for (const given of wrong) {
    try {
      const result = f(...given);
      await Promise.resolve(result).catch((error: unknown) => expectOurs(error));
      if (typeof result === 'object' && result !== null && 'close' in result)
        await (result as { close(): Promise<void> }).close();
    } catch (error) {
      expectOurs(error);
    }
  }
});

function expectOurs(error: unknown): void {
  if (!core.NoosphereError.isInstance(error)) throw error;
}

describe('what is said', () => {
  test.each<[call: () => unknown, message: string]>([
    [
      () => core.matmul([[1]] as never, [[1]] as never),
      'matmul: expects a tensor, got an array; tensor(…) makes one',
    ],
    [() => core.relu(3 as never), 'expects a tensor, got 3; tensor(…) makes one'],
    [() => core.add('a' as never, 1), 'add: expects a tensor, got a'],
    [() => core.zeros(3 as never), 'zeros: expects a shape such as [2, 3], whole sizes from 0, got 3'],
    [() => core.ones([-1]), 'ones: expects a shape such as [2, 3], whole sizes from 0, got [-1]'],
    [() => core.zeros([2], { dype: 'int8' } as never), "there is no option 'dype', only dtype"],
    [
      () => core.reshape(core.ones([1]), 1 as never),
      'reshape: the shape must be an array such as [0, 1], got 1',
    ],
    [() => core.compile(3 as never), 'compile: the first argument must be a function, got 3'],
    [() => core.importOnnx('x' as never), 'importOnnx: expects the bytes of a file as a Uint8Array, got x'],
  ])('%s', (call, message) => {
    expect(call).toThrow(message);
  });
});
