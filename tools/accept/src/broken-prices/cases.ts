/** Tables of prices that are broken, odd or hard, each drawn from a seed, and what the main job must make of them. */
import type { Random } from '../random.js';

export interface BrokenCase {
  readonly name: string;
  /** CSV. */
  readonly text: string;
  /** Further arguments of the job. */
  readonly args?: readonly string[];
  /**
   * `refused`: status 2 and one line that matches. `told`: the job ends well, and what it prints matches. `either`: one of
   * both, as long as nothing is left unsaid.
   */
  readonly expected: 'refused' | 'told' | 'either';
  readonly message: RegExp;
}

type Cells = string[][];

const days = 640;
const names = ['Alpha', 'Beta', 'Gamma'];

/** Random walks with a heading. */
function walks(random: Random, columns: readonly string[] = names, length = days): Cells {
  const prices = columns.map(() => 50 + 100 * random.next());
  const rows = Array.from({ length }, (_, day) => [
    new Date(Date.UTC(2015, 0, 1 + day)).toISOString().slice(0, 10),
    ...prices.map((price, place) => {
      prices[place] = price * Math.exp(0.02 * (random.next() + random.next() + random.next() - 1.5));
      return (prices[place] as number).toFixed(4);
    }),
  ]);
  return [['date', ...columns], ...rows];
}

const csv = (cells: Cells) => `${cells.map((row) => row.join(',')).join('\n')}\n`;

function spoil(random: Random, change: (row: string[], at: number) => void): { text: string; row: number } {
  const cells = walks(random);
  const row = 5 + random.below(days - 10);
  change(cells[row] as string[], 1 + random.below(names.length));
  return { text: csv(cells), row: row + 1 };
}

/** Every kind of case, by name. */
export const brokenCases: Readonly<Record<string, (random: Random) => Omit<BrokenCase, 'name'>>> = {
  'a word for a price': (random) => {
    const { text, row } = spoil(random, (cells, at) => cells.splice(at, 1, 'n.a.x'));
    return { text, expected: 'refused', message: new RegExp(`row ${row}, column .*got 'n.a.x'`) };
  },
  'an infinite price': (random) => {
    const { text, row } = spoil(random, (cells, at) => cells.splice(at, 1, 'inf'));
    return { text, expected: 'refused', message: new RegExp(`row ${row}, column .*'inf'`) };
  },
  'a negative price': (random) => {
    const { text } = spoil(random, (cells, at) => cells.splice(at, 1, '-3'));
    return {
      text,
      expected: 'told',
      message: /Left out: (Alpha|Beta|Gamma), because .*above zero, got -3 on/s,
    };
  },
  'a price of zero': (random) => {
    const { text } = spoil(random, (cells, at) => cells.splice(at, 1, '0'));
    return {
      text,
      expected: 'told',
      message: /Left out: (Alpha|Beta|Gamma), because .*above zero, got 0 on/s,
    };
  },
  'a day twice': (random) => {
    const cells = walks(random);
    const row = 5 + random.below(days - 10);
    cells.splice(row, 0, [...(cells[row] as string[])]);
    return { text: csv(cells), expected: 'refused', message: /twice|again|duplicate/ };
  },
  'a day that does not exist': (random) => {
    const { text, row } = spoil(random, (cells) => cells.splice(0, 1, '2016-02-31'));
    return { text, expected: 'refused', message: new RegExp(`row ${row}.*2016-02-31`) };
  },
  'a cell too many': (random) => {
    const { text, row } = spoil(random, (cells) => cells.push('1'));
    return { text, expected: 'refused', message: new RegExp(`row ${row}`) };
  },
  'no rows': () => ({ text: 'date,Alpha\n', expected: 'refused', message: /no row/ }),
  'nothing at all': () => ({ text: '', expected: 'refused', message: /empty|header|no/i }),
  'wrong columns': (random) => ({
    text: csv(walks(random).map(([, ...rest]) => rest)),
    expected: 'refused',
    message: /date|column/,
  }),
  'one asset': (random) => ({
    text: csv(walks(random, ['Alone'])),
    expected: 'told',
    message: /Alone 100.%/,
  }),
  'constant prices beside others': (random) => ({
    text: csv(walks(random).map((row, at) => (at === 0 ? row : row.with(2, '7')))),
    expected: 'told',
    message: /Left out: Beta: its price never moves/,
  }),
  'all prices constant': () => {
    const cells = walks({ next: () => 0.5 } as Random).map((row, at) =>
      at === 0 ? row : [row[0] ?? '', '7', '7', '7'],
    );
    return {
      text: csv(cells),
      expected: 'told',
      message: /not done: .*never moves/s,
    };
  },
  'two assets that are one': (random) => ({
    text: csv(walks(random).map((row, at) => (at === 0 ? row : row.with(2, row[1] ?? '')))),
    expected: 'told',
    message: /Minimum variance/,
  }),
  'calendars that hardly meet': (random) => {
    const cells = walks(random);
    const text = csv(
      cells.map((row, at) => (at === 0 ? row : row.with(1 + (at % 3), '').with(1 + ((at + 1) % 3), ''))),
    );
    return { text, expected: 'either', message: /not done: .*share \d+ days|Left out|can be used/s };
  },
  'one asset with a short life': (random) => {
    const cells = walks(random).map((row, at) => (at > 0 && at < days - 200 ? row.with(3, '') : row));
    return { text: csv(cells), expected: 'told', message: /Alpha/ };
  },
  'too few days': (random) => ({
    text: csv(walks(random, names, 300)),
    expected: 'told',
    message: /not done: outlook: the series share \d+ days, and risk and allocation need 500/,
  }),
  'huge and tiny prices': (random) => ({
    text: csv(
      walks(random).map((row, at) =>
        at === 0 ? row : row.with(1, String(Number(row[1]) * 1e12)).with(2, String(Number(row[2]) * 1e-9)),
      ),
    ),
    expected: 'told',
    message: /Minimum CVaR/,
  }),
  'a price that jumps a thousandfold': (random) => {
    const cells = walks(random);
    const from = 100 + random.below(400);
    const text = csv(
      cells.map((row, at) => (at < from || at === 0 ? row : row.with(1, String(1000 * Number(row[1]))))),
    );
    return { text, expected: 'told', message: /Left out: Alpha: its price changes more than tenfold on/ };
  },
  'names that look like formulas and markup': (random) => ({
    text: csv(walks(random, ['<b>x</b>', '=1+1', 'a;b'])),
    expected: 'told',
    message: /Minimum CVaR/,
  }),
  'a column without values': (random) => ({
    text: csv(walks(random).map((row, at) => (at === 0 ? row : row.with(3, '')))),
    expected: 'refused',
    message: /series 'Gamma': has no value at all; leave it out/,
  }),
  'a budget below any price': (random) => ({
    text: csv(walks(random)),
    args: ['--budget', '1'],
    expected: 'told',
    message: /Minimum CVaR/,
  }),
  'a budget that is no number': (random) => ({
    text: csv(walks(random)),
    args: ['--budget', 'much'],
    expected: 'refused',
    message: /--budget.*much.*Expected an amount/,
  }),
  'a base that is no currency': (random) => ({
    text: csv(walks(random)),
    args: ['--base', 'gold!'],
    expected: 'refused',
    message: /--base.*currency code/,
  }),
  'a series that is not there': (random) => ({
    text: csv(walks(random)),
    args: ['--series', 'Delta'],
    expected: 'refused',
    message: /there is no 'Delta'; expected Alpha/,
  }),
};
