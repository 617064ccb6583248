/** Dropout masks from the seed, the batch's number and the site: the same whenever and wherever they are drawn. */
import { dropoutMask, fromData, type HostTensor, hostData } from '@noosphere/core';
import type { MaskSite } from './context.js';

export interface MaskDraw {
  readonly seed: number;
  /** Number of the first batch, counted over the whole training. */
  readonly first: number;
  /** Axes of batches before the masks' own: none for a single one. */
  readonly lead: readonly number[];
}

/** For each site its masks, those of several batches side by side. */
export function drawMasks(sites: readonly MaskSite[], { seed, first, lead }: MaskDraw): HostTensor[] {
  const count = lead.reduce((product, dim) => product * dim, 1);
  return sites.map(({ input, rate }, site) => {
    const shape = input.shape as readonly number[];
    const draw = (index: number) => dropoutMask({ seed, step: first + index, site }, shape, rate);
    if (lead.length === 0) return draw(0);
    const all = new Uint8Array(input.size * count);
    for (let index = 0; index < count; index++) all.set(hostData(draw(index)), index * input.size);
    return fromData('uint8', [...lead, ...shape], all);
  });
}
