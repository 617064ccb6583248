/** Damaged tables of series. */
import { readSeries } from '@noosphere/forecast';
import type { Random } from '../random.js';
import { type Damage, type HostileFormat, joined } from './format.js';

const dayCount = 400;

function day(index: number): string {
  return new Date(Date.UTC(2020, 0, 1 + index)).toISOString().slice(0, 10);
}

async function samples(): Promise<Uint8Array[]> {
  const rows = Array.from({ length: dayCount }, (_, index) => index);
  const price = (index: number) => (100 + 10 * Math.sin(index)).toFixed(2);
  const wide = [
    'date,A,B',
    ...rows.map((index) => `${day(index)},${price(index)},${index % 9 ? price(2 * index) : ''}`),
  ];
  const long = [
    'unique_id,ds,y',
    ...['A', '"B, quoted"'].flatMap((name) => rows.map((index) => `${name},${day(index)},${price(index)}`)),
  ];
  return [wide, long].map((lines) => Buffer.from(`${lines.join('\n')}\n`));
}

/** One cell of one row, replaced; the header is row 0. */
function cell(choose: (random: Random) => string, row?: number): Damage {
  return lines((all, random) => {
    const at = row ?? 1 + random.below(all.length - 1);
    const cells = (all[at] ?? '').split(',');
    cells[random.below(cells.length)] = choose(random);
    return all.with(at, cells.join(','));
  });
}

function lines(change: (lines: readonly string[], random: Random) => readonly string[]): Damage {
  return (bytes, random) =>
    Buffer.from(`${change(Buffer.from(bytes).toString().trimEnd().split('\n'), random).join('\n')}\n`);
}

const values = [
  'NaN',
  '-NaN',
  'inf',
  '-Infinity',
  '1e999',
  '0x10',
  '1_000',
  '12,5',
  "'1",
  'null',
  '{}',
  '-',
  '1e-400',
];
const dates = [
  '2020-02-30',
  '0000-00-00',
  '9999-99-99',
  '1/2/2020',
  '2020-01-01T99:99',
  '17',
  '-1',
  '١٢',
  'NaT',
];
const names = [
  '',
  '__proto__',
  'constructor',
  'A',
  'A'.repeat(100_000),
  '\u0000',
  '\u001b[2J',
  '"',
  '2020-01-01',
];

export const csvFormat: HostileFormat = {
  name: 'csv',
  extension: '.csv',
  samples,
  damages: {
    'a value': cell((random) => random.pick(values)),
    'a date': cell((random) => random.pick(dates)),
    'a name': cell((random) => random.pick(names), 0),
    'a ragged row': lines((all, random) => {
      const at = random.below(all.length);
      return all.with(
        at,
        random.pick(['', ',', `${all[at]},`, `${all[at]}${',1'.repeat(1 + random.below(99))}`, '1']),
      );
    }),
    'a row twice': lines((all, random) => [...all, random.pick(all)]),
    'an open quote': lines((all, random) => {
      const at = random.below(all.length);
      return all.with(at, `"${all[at]}`);
    }),
    'a line that does not end': (bytes, random) =>
      joined(bytes, Buffer.alloc(2 ** 20 + random.below(2 ** 22), random.pick(['1', ',', '"', 'x']))),
    'very many columns': (_, random) => {
      const count = 10_000 + random.below(300_000);
      return Buffer.from(`date${',c'.repeat(count)}\n2020-01-01${',1'.repeat(count)}\n`);
    },
    'another line end': (bytes, random) =>
      Buffer.from(
        Buffer.from(bytes)
          .toString()
          .replaceAll('\n', random.pick(['\r', '\r\n', '\n\r', '\u2028', '\0'])),
      ),
    'another encoding': (bytes) => Buffer.from(Buffer.from(bytes).toString(), 'utf16le'),
  },
  read: (path) => readSeries(path),
};
