/** Checks of the sizes that layers are made with. */
import { requireWhole } from '@noosphere/base';
import { ArgumentError, formatShape, ShapeError, type Tensor } from '@noosphere/core';
import { Random } from '../random.js';

/** Whole numbers from 1. */
export function requireSizes(layer: string, sizes: Readonly<Record<string, number>>): void {
  for (const [what, size] of Object.entries(sizes)) requireWhole(layer, what, size);
}

/** The source of a layer's first weights, which plain JavaScript may leave out. */
export function requireRandom(layer: string, random: unknown): void {
  if (random instanceof Random) return;
  const got = typeof random === 'object' && random !== null ? 'an object' : String(random);
  throw new ArgumentError(
    layer,
    `needs a Random behind its sizes, to draw weights from, got ${got}; new Random(1) is one, and options come after it`,
  );
}

/** A count that another must divide. */
export function requireMultiple(
  layer: string,
  what: string,
  count: number,
  of: string,
  divisor: number,
): void {
  if (count % divisor !== 0)
    throw new ArgumentError(layer, `${what} must be a multiple of ${of}, got ${count} and ${divisor}`);
}

/** An input of one of the ranks, with the channels on axis 1. */
export function requireChannels(
  layer: string,
  x: Tensor,
  channels: number,
  ranks: readonly number[],
  expected: string,
): void {
  if (!ranks.includes(x.rank) || x.shape[1] !== channels) {
    throw new ShapeError(
      layer,
      `expects x ${expected} with ${channels} channels, got ${formatShape(x.shape)}`,
    );
  }
}
