/** What a processor may draw, where nothing measures it. */
import type { Range } from '../range.js';
import { embeddedRows } from '../system/tables.js';

/** Full power of a processor, and how sure that is. */
export interface CpuPower {
  readonly watts: number;
  /** The name in the table, or how the number came about. */
  readonly from: string;
  readonly isKnown: boolean;
}

let byName: ReadonlyMap<string, { readonly name: string; readonly watts: number }> | undefined;

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
  byName ??= new Map(
    embeddedRows('cpu-power.csv')
      .map(([name = '', watts]) => [plain(name), { name, watts: Number(watts) }] as const)
      .filter(([name, { watts }]) => name !== '' && watts > 0),
  );
  const name = plain(model);
  const whole = byName.get(name);
  // A name with more words than the table's (`… 64-Core Processor`) is cut at its end, word by word.
  const words = name.split(' ');
  for (let count = words.length; count >= 2; count--) {
    const found = byName.get(words.slice(0, count).join(' '));
    if (found !== undefined && /\d/.test(found.name))
      return { watts: found.watts, from: found.name, isKnown: true };
  }
  return whole && { watts: whole.watts, from: whole.name, isKnown: true };
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
