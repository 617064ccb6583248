import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { layer, norm, product, type WeightList, weight, workload } from './workload.js';

/** The sizes of a stack of layers. */
interface Stack {
  readonly layers: number;
  readonly width: number;
  readonly inner: number;
}

function stackWeights(name: string, { layers, width, inner }: Stack): WeightList {
  return Array.from({ length: layers }, (_, index) => `${name}.layers.${index}`).flatMap(
    (each): WeightList => [
      [`${each}.self_attn.in_proj_weight`, [3 * width, width], { bound: Math.sqrt(6 / (4 * width)) }],
      [`${each}.self_attn.in_proj_bias`, [3 * width], { value: 0 }],
      ...layer(`${each}.self_attn.out_proj`, [width, width]),
      ...layer(`${each}.linear1`, [inner, width]),
      ...layer(`${each}.linear2`, [width, inner]),
      ...norm(`${each}.norm1`, width),
      ...norm(`${each}.norm2`, width),
    ],
  );
}

/**
 * Products of the layers over `tokens` tokens in sequences of `length`, forward. Queries meet all keys of their sequence:
 * those that a causal mask hides are counted, too.
 */
function stackFlops({ layers, width, inner }: Stack, tokens: number, length: number): number {
  const projections = product(tokens, width, 3 * width) + product(tokens, width, width);
  const attention = 2 * product(tokens, width, length);
  return layers * (projections + attention + 2 * product(tokens, width, inner));
}

const small: Stack = { layers: 6, width: 384, inner: 1536 };
const medium: Stack = { layers: 8, width: 512, inner: 2048 };

const encoderWeights = (stack: Stack): WeightList => [
  ['token.weight', [30522, stack.width], { deviation: 1 }],
  ['position.weight', [128, stack.width], { deviation: 1 }],
  ...stackWeights('encoder', stack),
  ...layer('head', [9, stack.width]),
];
const encoderFlops = (stack: Stack): number =>
  3 * (stackFlops(stack, 16 * 128, 128) + product(16 * 128, stack.width, 9));
const encoderBatch = [
  { shape: [16, 128], classes: 30522 },
  { shape: [16, 128], classes: 9 },
] as const;

/** Whether this CPU has AVX-512: the encoder's bar depends on it. */
function hasAvx512(): boolean {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8').includes('avx512f');
  } catch {
    return cpus().some(({ model }) => /AVX-?512/i.test(model));
  }
}

export const encoder = workload('encoder', encoderWeights(small), ...encoderBatch, {
  bar: hasAvx512() ? 1.1 : 1.15,
  productFlops: encoderFlops(small),
});
export const encoderDropout = workload('encoder-dropout', encoderWeights(small), ...encoderBatch, {
  random: true,
  productFlops: encoderFlops(small),
});
export const encoderMedium = workload('encoder-medium', encoderWeights(medium), ...encoderBatch, {
  productFlops: encoderFlops(medium),
});

const decoder: Stack = { layers: 4, width: 256, inner: 1024 };
const vocabulary = 512;

// A text of tokens drawn one by one: the token that follows each position, which is its class, is drawn as well.
export const gpt = workload(
  'gpt',
  [
    ['token.weight', [vocabulary, decoder.width], { deviation: 0.02 }],
    ['position.weight', [512, decoder.width], { deviation: 0.02 }],
    ...stackWeights('decoder', decoder),
    ...norm('decoder.norm', decoder.width),
    ...weight('head', [vocabulary, decoder.width]),
  ],
  { shape: [8, 512], classes: vocabulary },
  { shape: [8, 512], classes: vocabulary },
  { productFlops: 3 * (stackFlops(decoder, 8 * 512, 512) + product(8 * 512, decoder.width, vocabulary)) },
);
