/** What a processor may draw, where nothing measures it. */
import type { Range } from '../quantities/range.js';
import { embeddedRows } from '../system/tables.js';

/** Full power of a processor, and how sure that is. */
export interface CpuPower {
  readonly watts: number;
  /** The name in the table, or how the number came about. */
  readonly from: string;
  readonly isKnown: boolean;
}

/**
 * Thermal design power by a processor's name, as /proc/cpuinfo gives it; the embedded table has some 4,900.
 *
 * @param model - e.g. `AMD EPYC 7763 64-Core Processor`
 * @returns watts and the table's name, or `undefined` where the table has no such processor
 *
 * @example
 * console.log(findCpuPower('AMD EPYC 7763 64-Core Processor')); // → { watts: 280, from: 'AMD EPYC 7763', isKnown: true }
 */
export function findCpuPower(model: string): CpuPower | undefined {
  const words = plain(model).split(' ');
  const numbers = words.filter((word) => /\d/.test(word));
  // Only rows that share a number: writing all 4,900 names plainly takes too long for a start.
  const near = new Map<string, CpuPower>();
  for (const [name = '', watts] of embeddedRows('cpu-power.csv')) {
    const lower = name.toLowerCase();
    if (Number(watts) > 0 && numbers.some((number) => lower.includes(number)))
      near.set(plain(name), { watts: Number(watts), from: name, isKnown: true });
  }
  // A name with more words than the table's (`… 64-Core Processor`) is cut at its end, word by word.
  for (let count = words.length; count >= 1; count--) {
    const found = near.get(words.slice(0, count).join(' '));
    if (found !== undefined) return found;
  }
  return undefined;
}

function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/\((r|tm)\)/g, ' ')
    .replace(/@.*$/, ' ')
    .replace(/\b(cpu|processor|\d+th gen)\b/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Watts a virtual processor, idle and busy: means of AWS's machines (Cloud Carbon Footprint, methodology). */
export const virtualProcessorWatts: Range = [0.74, 3.5];

/** Watts a thread of a processor that no table knows (CodeCarbon). */
export const unknownThreadWatts = 4;
