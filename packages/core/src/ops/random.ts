/**
 * Random numbers from counters: a number depends on (seed, stream, its position) and nothing else, so that a resumed
 * run draws the same bits as one that never stopped. Not for cryptography.
 */
import { ArgumentError, requireWhole } from '@noosphere/base';
import { fromData, type HostTensor } from '../graph/index.js';
import { elementCount } from '../shape/index.js';

/** What names a stream of random numbers. */
export interface RandomOptions {
  /** A whole number from 0 up to 2^53 - 1. */
  readonly seed: number;
  /** Which of the seed's 2^32 independent streams. @default 0 */
  readonly stream?: number;
}

export interface UniformOptions extends RandomOptions {
  /** Smallest value. @default 0 */
  readonly low?: number;
  /** All values are below it. @default 1 */
  readonly high?: number;
}

export interface NormalOptions extends RandomOptions {
  /** @default 0 */
  readonly mean?: number;
  /** @default 1 */
  readonly deviation?: number;
}

/** Names one dropout mask: a seed, the step of the training, the place in the model. */
export interface MaskKey {
  readonly seed: number;
  readonly step: number;
  readonly site: number;
}

/**
 * Uniform numbers in [low, high), drawn now: inside a compiled function they are constants of the trace.
 * @example
 * const drawn = await randomUniform([2], { seed: 1 }).array();
 * console.log(String(drawn) === String(await randomUniform([2], { seed: 1 }).array())); // → true
 */
export function randomUniform(
  shape: readonly number[],
  { seed, stream = 0, low = 0, high = 1 }: UniformOptions,
): HostTensor<'float32'> {
  const words = randomWords('randomUniform', elementCount(shape), seed, stream);
  // 24 bits, as many as a float32 carries: 1 itself never comes out.
  const data = Float32Array.from(words, (word) => low + (high - low) * ((word >>> 8) * 2 ** -24));
  return fromData('float32', shape, data);
}

/**
 * Normal numbers by Box and Muller, drawn now: inside a compiled function they are constants of the trace.
 * @example
 * console.log(randomNormal([2, 3], { seed: 1 }).shape); // → [ 2, 3 ]
 */
export function randomNormal(
  shape: readonly number[],
  { seed, stream = 0, mean = 0, deviation = 1 }: NormalOptions,
): HostTensor<'float32'> {
  const count = elementCount(shape);
  const words = randomWords('randomNormal', count + (count & 1), seed, stream);
  const data = new Float32Array(count);
  for (let index = 0; index < count; index += 2) {
    // In (0, 1], so that the logarithm is finite.
    const radius = deviation * Math.sqrt(-2 * Math.log(((words[index] as number) + 1) * 2 ** -32));
    const angle = (words[index + 1] as number) * (2 * Math.PI * 2 ** -32);
    data[index] = mean + radius * Math.cos(angle);
    if (index + 1 < count) data[index + 1] = mean + radius * Math.sin(angle);
  }
  return fromData('float32', shape, data);
}

/** Uniform 32-bit words: word pair i of a stream is threefry of the counter (i, stream) under the seed. */
export function randomWords(operation: string, count: number, seed: number, stream: number): Uint32Array {
  requireWhole(operation, 'seed', seed, 0, Number.MAX_SAFE_INTEGER);
  requireWhole(operation, 'stream', stream, 0, 2 ** 32 - 1);
  const words = new Uint32Array(count + (count & 1));
  const block = new Uint32Array(2);
  for (let index = 0; index < words.length; index += 2) {
    threefry(seed >>> 0, Math.floor(seed / 2 ** 32), index / 2, stream, block);
    words.set(block, index);
  }
  return words.subarray(0, count);
}

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/** Threefry-2x32 with 20 rounds (Salmon et al., 2011): additions, rotations and exclusive ors on two words. */
export function threefry(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
  into: Uint32Array,
): void {
  const keys = [key0 | 0, key1 | 0, key0 ^ key1 ^ 0x1bd11bda] as const;
  let a = (counter0 + keys[0]) | 0;
  let b = (counter1 + keys[1]) | 0;
  for (let round = 0; round < 20; round++) {
    const turn = rotations[round % 8] as number;
    a = (a + b) | 0;
    b = ((b << turn) | (b >>> (32 - turn))) ^ a;
    if (round % 4 !== 3) continue;
    const injection = (round + 1) / 4;
    a = (a + (keys[injection % 3] as number)) | 0;
    b = (b + (keys[(injection + 1) % 3] as number) + injection) | 0;
  }
  into[0] = a;
  into[1] = b;
}

/**
 * Dropout's mask: bytes that are 1 with probability 1 - rate (to 2^-16), else 0, for `dropout` or as an input of a step.
 * The same key gives the same bits, whatever was drawn before.
 * @example
 * const mask = dropoutMask({ seed: 7, step: 0, site: 0 }, [1000], 0.5);
 * const kept = (await mask.data()).reduce((total, bit) => total + bit, 0);
 * console.log(kept > 400 && kept < 600); // → true
 */
export function dropoutMask(
  { seed, step, site }: MaskKey,
  shape: readonly number[],
  rate: number,
): HostTensor<'uint8'> {
  requireRate('dropoutMask', rate);
  requireWhole('dropoutMask', 'seed', seed, 0, Number.MAX_SAFE_INTEGER);
  requireWhole('dropoutMask', 'step', step, 0, 2 ** 32 - 1);
  requireWhole('dropoutMask', 'site', site, 0, 2 ** 32 - 1);
  const key = new Uint32Array(2);
  threefry(seed >>> 0, Math.floor(seed / 2 ** 32), step, site, key);
  const count = elementCount(shape);
  const words = new Int32Array(4 * Math.ceil(count / 16));
  // As signed words, which stay integers in the engine.
  fillMask(words, rate, (key[0] as number) | 0, (key[1] as number) | 0);
  return fromData('uint8', shape, new Uint8Array(words.buffer, 0, count));
}

export function requireRate(operation: string, rate: number): void {
  if (!(rate >= 0 && rate < 1))
    throw new ArgumentError(operation, `rate must be at least 0 and below 1, got ${rate}`);
}

const bothLanes = 0x00010001;

/**
 * Four bytes of 0 or 1 in each word. A byte is kept where its random byte is at least the limit 256 rate; the part of the
 * limit behind the point raises it by one in as many of the words, as a second hash decides.
 */
function fillMask(words: Int32Array, rate: number, key0: number, key1: number): void {
  const limit = Math.floor(256 * rate);
  const rest = Math.round(256 * (256 * rate - limit));
  // Two random bytes in 16-bit lanes: adding 256 - limit carries into bit 8 where a byte is at least the limit.
  const addend = (256 - limit) * bothLanes;
  for (let group = 0; group < words.length; group += 4) {
    const raised = hash(group, key1, key0);
    for (let index = 0; index < 4; index++) {
      const word = hash(group + index, key0, key1);
      const isRaised = (((raised >>> (8 * index)) & 0xff) - rest) >>> 31;
      const lanes = addend - isRaised * bothLanes;
      const even = (((word & 0x00ff00ff) + lanes) >>> 8) & bothLanes;
      const odd = (((word >>> 8) & 0x00ff00ff) + lanes) & 0x01000100;
      words[group + index] = even | odd;
    }
  }
}

/** A word of a counter under two keys: a bijection of 32 bits whose output bits each depend on all of the input. */
function hash(counter: number, key0: number, key1: number): number {
  let mixed = counter ^ key0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d);
  mixed = ((mixed ^ (mixed >>> 15)) + key1) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x846ca68b);
  return mixed ^ (mixed >>> 15);
}
