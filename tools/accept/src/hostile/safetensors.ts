/** Damaged safetensors files. */

import { readFile } from 'node:fs/promises';
import { encodeSafetensors, openSafetensors, readSafetensors, tensor } from '@noosphere/core';
import type { Random } from '../random.js';
import { type Damage, type HostileFormat, joined } from './format.js';

async function samples(): Promise<Uint8Array[]> {
  const small = encodeSafetensors(
    {
      'layer.weight': tensor([
        [1, 2],
        [3, 4],
      ]),
      'layer.bias': tensor([5, 6]),
      steps: tensor([7], { dtype: 'int32' }),
      mask: tensor([true, false]),
    },
    { metadata: { format: 'pt' } },
  );
  const large = encodeSafetensors({ weight: tensor(new Float32Array(2 ** 18), { shape: [512, 512] }) });
  return [small, large];
}

/** Another header text, its length made right. */
function header(change: (text: string, random: Random) => string): Damage {
  return (bytes, random) => {
    const length = Number(Buffer.from(bytes).readBigUInt64LE(0));
    const text = change(Buffer.from(bytes.subarray(8, 8 + length)).toString(), random);
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
    return joined(prefix, Buffer.from(text), bytes.subarray(8 + length));
  };
}

/** One of the matches of a pattern, replaced. */
function replaced(text: string, pattern: RegExp, random: Random, replacement: string): string {
  const places = [...text.matchAll(pattern)];
  if (places.length === 0) return text;
  const { index, 0: found } = random.pick(places);
  return text.slice(0, index) + replacement + text.slice(index + found.length);
}

const numbers = [
  '0',
  '-1',
  '1.5',
  '1e9',
  '9007199254740993',
  '18446744073709551615',
  '4294967296',
  'null',
  '"4"',
  '[]',
];

export const safetensorsFormat: HostileFormat = {
  name: 'safetensors',
  extension: '.safetensors',
  samples,
  damages: {
    'a number': header((text, random) => replaced(text, /\d+/g, random, random.pick(numbers))),
    'a type': header((text, random) =>
      replaced(
        text,
        /"(F32|I32|BOOL)"/g,
        random,
        random.pick(['"F64"', '"U8"', '"F8_E4M3"', '"X"', '7', 'null', '{}']),
      ),
    ),
    'a key': header((text, random) =>
      replaced(
        text,
        /"(dtype|shape|data_offsets)"/g,
        random,
        random.pick(['"dtype"', '"shape"', '"x"', '"__proto__"', '7']),
      ),
    ),
    'a name twice': header((text) =>
      text.replace('{', '{"layer.bias":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},'),
    ),
    'deep nesting': header((_, random) => random.pick(['[', '{"a":']).repeat(1 + random.below(100_000))),
    'a bracket': header((text, random) =>
      replaced(text, /[[\]{},:"]/g, random, random.pick(['', '[', '}', '"', '\\', '\u0000'])),
    ),
    'the length': (bytes, random) => {
      const damaged = Buffer.from(bytes);
      damaged.writeBigUInt64LE(random.pick([0n, 1n, 7n, 2n ** 24n, 2n ** 32n, 2n ** 53n, 2n ** 64n - 1n]));
      return damaged;
    },
  },
  read: async (path) => {
    readSafetensors(await readFile(path));
    const file = await openSafetensors(path);
    try {
      for await (const [, each] of file) await each.data();
    } finally {
      await file.close();
    }
  },
};
