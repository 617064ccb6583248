import { compile, randomNormal, slice, type Tensor } from '@noosphere/core';
import { expect, test } from 'vitest';
import { Random } from '../random.js';
import { inference } from '../step/context.js';
import type { KeyValueCache } from './key-value-cache.js';
import { TransformerDecoderLayer } from './transformer-decoder-layer.js';
import { TransformerEncoderLayer } from './transformer-encoder-layer.js';

const options = { inner: 8, keyValueHeads: 2, rotary: true, normFirst: true } as const;
const x = randomNormal([2, 6, 16], { seed: 1 });
const memory = randomNormal([2, 3, 16], { seed: 2 });
const tokens = (from: number, to: number) => slice(x, { starts: [from], ends: [to], axes: [1] });

type CachedStep = (x: Tensor, cache: KeyValueCache) => { output: Tensor; cache: KeyValueCache };

/** Two tokens first, then one by one; what each call gives must be what the whole sequence gives there. */
async function expectSameAsWhole(whole: Tensor, empty: KeyValueCache, step: CachedStep): Promise<void> {
  const expected = await whole.data();
  const program = compile(step);
  let cache = empty;
  for (const [from, to] of [
    [0, 2],
    [2, 3],
    [3, 4],
    [4, 5],
    [5, 6],
  ] as const) {
    const result = await program(tokens(from, to), cache);
    cache = result.cache;
    const got = await result.output.data();
    const width = (to - from) * 16;
    for (let sample = 0; sample < 2; sample++) {
      for (let index = 0; index < width; index++) {
        const wanted = Number(expected[sample * 96 + from * 16 + index]);
        expect(Number(got[sample * width + index])).toBeCloseTo(wanted, 5);
      }
    }
  }
  expect(await cache.length.item()).toBe(6);
  await program.dispose();
}

test('a causal encoder layer token by token is the layer over the whole sequence', async () => {
  const layer = new TransformerEncoderLayer(16, 4, new Random(1), options);
  const whole = layer.forward(x, inference, { causal: true });
  await expectSameAsWhole(whole, layer.emptyCache(2, 9), (token, cache) => layer.forwardCached(token, cache));
});

test('a decoder layer token by token is the layer over the whole sequence', async () => {
  const layer = new TransformerDecoderLayer(16, 4, new Random(1), options);
  const whole = layer.forward(x, memory, inference, { causal: true });
  await expectSameAsWhole(whole, layer.emptyCache(2, 9), (token, cache) =>
    layer.forwardCached(token, memory, cache),
  );
});
