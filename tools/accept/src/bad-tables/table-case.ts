/** Good tables from a seed, ways to spoil them, and what must come of each. */
import {
  autoEts,
  dynamicOptimizedTheta,
  forecastFrame,
  frameOf,
  naive,
  parseFrame,
  type ReadFrameOptions,
  seasonalNaive,
} from '@noosphere/forecast';
import type { Random } from '../random.js';

/** A kind of table: gives what is wrong with what came, `undefined` where all is right. */
export interface TableCase {
  readonly name: string;
  readonly check: (random: Random) => Promise<string | undefined>;
}

/** Rows of a long table, without the header. */
export type Row = readonly [id: string, ds: string, y: string];

export const header = 'unique_id,ds,y';
const dayMs = 86_400_000;
export const dayOf = (index: number) =>
  new Date(Date.UTC(2023, 0, 2) + index * dayMs).toISOString().slice(0, 10);
export const hourOf = (index: number, zone = '') =>
  `${new Date(Date.UTC(2023, 0, 2) + index * 3_600_000).toISOString().slice(0, 16)}${zone}`;
export const csv = (rows: readonly Row[], top = header) =>
  `${top}\n${rows.map((row) => row.join(',')).join('\n')}\n`;

/** Two or three series of days, with values of one decimal. */
export function goodRows(random: Random, timeOf: (index: number) => string = dayOf): Row[] {
  return Array.from({ length: 2 + random.below(2) }, (_, series) => `S${series}`).flatMap((id) =>
    Array.from(
      { length: 20 + random.below(30) },
      (_, t): Row => [id, timeOf(t), (random.below(1000) / 10).toFixed(1)],
    ),
  );
}

/** The table must be refused, by a message that matches. */
export function refused(
  name: string,
  make: (random: Random) => { text: string; expected: RegExp; options?: ReadFrameOptions },
): TableCase {
  return {
    name,
    check: async (random) => {
      const { text, expected, options } = make(random);
      try {
        parseFrame(text, options);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        return expected.test(message) ? undefined : `expected ${expected}, got: ${message}`;
      }
      return `expected ${expected}, got a frame`;
    },
  };
}

/** The table must be read, and what is made of it must be right. */
export function right(name: string, check: (random: Random) => Promise<string | undefined>): TableCase {
  return {
    name,
    check: async (random) => {
      try {
        return await check(random);
      } catch (error) {
        return `expected a result, got: ${error instanceof Error ? error.message : String(error)}`;
      }
    },
  };
}

/** One row of a good table is replaced; the error must name its line. */
export function spoiledRow(name: string, spoil: (row: Row) => Row, expected: string): TableCase {
  return refused(name, (random) => {
    const rows = goodRows(random);
    const place = 1 + random.below(rows.length - 1);
    const spoiled = rows.map((row, index) => (index === place ? spoil(row) : row));
    return { text: csv(spoiled), expected: new RegExp(`row ${place + 2}\\b.*${expected}`) };
  });
}

/** A row is put in twice, or rows change places. */
export function moved(
  name: string,
  move: (rows: Row[], place: number) => Row[],
  expected: string,
  shift: number,
): TableCase {
  return refused(name, (random) => {
    const rows = goodRows(random).filter(([id]) => id === 'S0');
    const place = 2 + random.below(rows.length - 5);
    return { text: csv(move(rows, place)), expected: new RegExp(`row ${place + shift}\\b.*${expected}`) };
  });
}

async function forecastOf(
  y: readonly number[],
  make: () => Parameters<typeof forecastFrame>[1]['models'][number],
  levels: readonly number[],
) {
  const frame = frameOf({ ds: y.map((_, t) => t), y });
  const table = await forecastFrame(frame, { models: [make()], horizon: 3, levels, workers: 0 });
  return {
    values: Object.values(table.columns).flatMap((column) => Array.from(column)),
    failures: table.failures,
  };
}

/** A short or flat series: a finite forecast, or a failure that says what it needs; never silence. */
export function forecastOrReason(name: string, yOf: (random: Random) => number[]): TableCase {
  return right(name, async (random) => {
    const y = yOf(random);
    const models = [
      naive,
      () => seasonalNaive({ season: 12 }),
      () => autoEts({ season: 4 }),
      () => dynamicOptimizedTheta({ season: 4 }),
    ];
    for (const make of models) {
      const { values, failures } = await forecastOf(y, make, [80]);
      const isNumber = values.every(Number.isFinite);
      const isNamed = failures.length === 1 && /\d/.test(failures[0]?.message ?? '');
      if (isNumber === failures.length > 0 || (!isNumber && !isNamed))
        return `${make().name} on ${y.length} values: ${isNumber ? 'finite' : 'not finite'}, failures: ${failures.map(({ message }) => message).join('; ') || 'none'}`;
    }
    // An interval of the largest numbers there are is infinite, and refused; the point forecast is not.
    const { values } = await forecastOf(y, naive, []);
    return values[0] === y.at(-1) ? undefined : `naive gives ${values[0]}, expected ${y.at(-1)}`;
  });
}

export const equal = (got: unknown, expected: unknown) =>
  JSON.stringify(got) === JSON.stringify(expected)
    ? undefined
    : `expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`;
