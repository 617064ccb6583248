/** What a file format brings for the run `hostile-files`. A new format is one file here and a line in ./index.ts. */
import type { Random } from '../random.js';

/** Damages a file in one way. */
export type Damage = (bytes: Uint8Array, random: Random) => Uint8Array;

export interface HostileFormat {
  readonly name: string;
  /** With the dot. */
  readonly extension: string;
  /** Sound files to damage; each must be read without an error. */
  samples(folder: string): Promise<readonly Uint8Array[]>;
  /** Damages that only this format knows; those of any bytes come on top. */
  readonly damages: Readonly<Record<string, Damage>>;
  /** Reads a file as a user would. */
  read(path: string): Promise<unknown>;
}

/** Damages that any file may meet. */
export const byteDamages: Readonly<Record<string, Damage>> = {
  truncated: (bytes, random) => bytes.slice(0, random.below(bytes.length)),
  'flipped bits': (bytes, random) => {
    // `new`, because slice() of a Buffer is no copy.
    const damaged = new Uint8Array(bytes);
    for (let count = 1 + random.below(16); count > 0; count--) {
      const at = random.below(damaged.length);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << random.below(8));
    }
    return damaged;
  },
  'flipped bits near the start': (bytes, random) => {
    // `new`, because slice() of a Buffer is no copy.
    const damaged = new Uint8Array(bytes);
    const at = random.below(Math.min(256, damaged.length));
    damaged[at] = (damaged[at] ?? 0) ^ (1 << random.below(8));
    return damaged;
  },
  'random bytes inside': (bytes, random) => {
    // `new`, because slice() of a Buffer is no copy.
    const damaged = new Uint8Array(bytes);
    const noise = random.bytes(1 + random.below(Math.min(64, damaged.length)));
    damaged.set(noise, random.below(damaged.length - noise.length + 1));
    return damaged;
  },
  'largest numbers inside': (bytes, random) => {
    // `new`, because slice() of a Buffer is no copy.
    const damaged = new Uint8Array(bytes);
    const at = random.below(damaged.length);
    damaged.fill(random.pick([0xff, 0x7f]), at, at + random.pick([1, 4, 8]));
    return damaged;
  },
  'zeros inside': (bytes, random) => {
    // `new`, because slice() of a Buffer is no copy.
    const damaged = new Uint8Array(bytes);
    const at = random.below(damaged.length);
    return damaged.fill(0, at, at + random.pick([1, 4, 8, 64]));
  },
  'a part removed': (bytes, random) => {
    const at = random.below(bytes.length);
    return joined(bytes.slice(0, at), bytes.slice(at + 1 + random.below(32)));
  },
  'a part repeated': (bytes, random) => {
    const at = random.below(bytes.length);
    const end = at + 1 + random.below(64);
    return joined(bytes.slice(0, end), bytes.slice(at));
  },
  'more behind it': (bytes, random) => joined(bytes, random.bytes(1 + random.below(64))),
  'random bytes only': (_, random) => random.bytes(random.below(4096)),
};

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
