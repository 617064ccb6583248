/** Dropout masks from a counter: the same (seed, step, site) gives the same bits, whatever ran before. */

/** Bytes of 0 and 1, 1 with probability 1 - rate (to 1/65536), in the order of the elements. */
export function dropoutMask(
  seed: number,
  step: number,
  site: number,
  count: number,
  rate: number,
): Uint8Array {
  const keep = Math.round((1 - rate) * 65536);
  const mask = new Uint8Array(count + (count & 1));
  const key = hash(hash(hash(seed ^ 0x9e3779b9) ^ step) ^ (site + 1));
  for (let index = 0; index < mask.length; index += 2) {
    const word = hash(key + index);
    mask[index] = (word & 0xffff) < keep ? 1 : 0;
    mask[index + 1] = word >>> 16 < keep ? 1 : 0;
  }
  return mask.subarray(0, count);
}

/** A 32-bit mixer (lowbias32). */
function hash(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
