/**
 * Kinds of bad, odd and hard tables, each drawn from a seed: what is wrong with it, and what must come of it. A case is
 * right where the error names the place, or where the result is the one that can be worked out by hand.
 */
import {
  fillGaps,
  forecastFrame,
  gapReport,
  naive,
  nextTimes,
  parseFrame,
  weekdayCalendar,
} from '@noosphere/forecast';
import {
  csv,
  dayOf,
  equal,
  forecastOrReason,
  goodRows,
  header,
  hourOf,
  moved,
  type Row,
  refused,
  right,
  spoiledRow,
  type TableCase,
} from './table-case.js';

const cells: readonly TableCase[] = [
  spoiledRow('infinity', ([id, ds]) => [id, ds, 'inf'], "column 'y'.*'inf'"),
  spoiledRow('minus infinity', ([id, ds]) => [id, ds, '-Infinity'], "column 'y'.*'-Infinity'"),
  spoiledRow('a number beyond float64', ([id, ds]) => [id, ds, '1e400'], "column 'y'.*'1e400'"),
  spoiledRow('a word for a number', ([id, ds]) => [id, ds, 'twelve'], "column 'y'.*'twelve'"),
  spoiledRow('a decimal comma in quotes', ([id, ds]) => [id, ds, '"1,5"'], "column 'y'.*'1,5'"),
  spoiledRow('hexadecimal', ([id, ds]) => [id, ds, '0x1F'], "column 'y'.*'0x1F'"),
  spoiledRow('a day that does not exist', ([id, , y]) => [id, '2023-02-30', y], "column 'ds'.*'2023-02-30'"),
  spoiledRow('a day with the year last', ([id, , y]) => [id, '31.01.2023', y], "column 'ds'.*'31.01.2023'"),
  spoiledRow('no time', ([id, , y]) => [id, '', y], "column 'ds'.*''"),
  spoiledRow('a step among days', ([id, , y]) => [id, '17', y], 'expected a day.*step'),
  spoiledRow('a time among days', ([id, ds, y]) => [id, `${ds}T10:00`, y], 'expected a day.*time'),
  spoiledRow('no series', ([, ds, y]) => ['', ds, y], "column 'unique_id'.*is empty"),
  spoiledRow('a cell too many', ([id, ds, y]) => [id, ds, `${y},5`], 'expected 3 cells'),
  spoiledRow(
    'a cell too few',
    ([id, ds]) => [`${id}`, ds, ''].slice(0, 2) as unknown as Row,
    'expected 3 cells',
  ),
];

const orders: readonly TableCase[] = [
  moved('a row twice', (rows, at) => rows.toSpliced(at, 0, rows[at] as Row), 'comes twice', 3),
  moved(
    'a time twice with another value',
    (rows, at) => rows.toSpliced(at, 0, ['S0', dayOf(at), '0']),
    'comes twice',
    3,
  ),
  moved(
    'two rows swapped',
    (rows, at) => rows.with(at, rows[at + 1] as Row).with(at + 1, rows[at] as Row),
    'after a later row',
    3,
  ),
  refused('newest first', (random) => ({
    text: csv(goodRows(random).toReversed()),
    expected: /row 3\b.*unordered: 'sort'/,
  })),
  right('newest first, to be sorted', async (random) => {
    const rows = goodRows(random).filter(([id]) => id === 'S0');
    const frame = parseFrame(csv(rows.toReversed()), { unordered: 'sort' });
    return equal([Array.from(frame.y), frame.wasSorted], [rows.map(([, , y]) => Number(y)), true]);
  }),
  right('series whose rows are mixed', async (random) => {
    const rows = goodRows(random);
    const mixed = rows.toSorted((a, b) => a[1].localeCompare(b[1]));
    const frame = parseFrame(csv(mixed));
    return equal(Array.from(frame.y), Array.from(parseFrame(csv(rows)).y));
  }),
];

const headers: readonly TableCase[] = [
  refused('no header', (random) => ({
    text: goodRows(random)
      .map((row) => row.slice(1).join(','))
      .join('\n'),
    expected: /row 1\b.*expected a header/,
  })),
  refused('nothing at all', () => ({ text: '', expected: /is empty/ })),
  refused('a header alone', () => ({ text: `${header}\n`, expected: /no row/ })),
  refused('other columns than said', (random) => ({
    text: csv(goodRows(random), 'shop,day,sales'),
    expected: /expected the columns store, day, sales, got shop, day, sales/,
    options: { columns: ['store', 'day', 'sales'] },
  })),
  refused('a column twice', (random) => ({
    text: csv(goodRows(random), 'unique_id,y,y'),
    expected: /'y': comes twice/,
  })),
  refused('a covariate that is missing', (random) => ({
    text: csv(goodRows(random)),
    expected: /future covariate 'holiday' is missing, got the columns unique_id, ds, y/,
    options: { covariates: { future: ['holiday'] } },
  })),
  refused('a static covariate that changes', (random) => {
    const rows = goodRows(random).filter(([id]) => id === 'S0');
    const at = 1 + random.below(rows.length - 1);
    const text = `${header},size\n${rows.map((row, index) => `${row.join(',')},${index < at ? 1 : 2}`).join('\n')}\n`;
    return {
      text,
      expected: new RegExp(`row ${at + 2}\\b.*'size' of series 'S0' is 2, and 1`),
      options: { covariates: { static: ['size'] } },
    };
  }),
  refused('a quote that never ends', (random) => ({
    text: csv(goodRows(random)).replace('S0', '"S0'),
    expected: /quote/i,
  })),
  refused('a zero byte', (random) => ({
    text: csv(goodRows(random)).replace('S1', 'S\0'),
    expected: /zero byte/,
  })),
  refused('a series of gaps only', (random) => ({
    text: csv([...goodRows(random), ...Array.from({ length: 5 }, (_, t): Row => ['empty', dayOf(t), ''])]),
    expected: /series 'empty' has no value/,
  })),
];

const frequencies: readonly TableCase[] = [
  refused('half hours among hours', (random) => {
    const rows = goodRows(random, (t) => hourOf(t)).filter(([id]) => id === 'S0');
    const [id, , y] = rows.at(-1) as Row;
    return {
      text: csv([...rows, [id, `${hourOf(rows.length).slice(0, 13)}:30`, y]]),
      expected: new RegExp(`row ${rows.length + 2}\\b.*not on the grid of the frequency h`),
    };
  }),
  refused('a weekly series among daily ones', (random) => ({
    text: csv([
      ...goodRows(random),
      ...Array.from({ length: 6 }, (_, t): Row => ['weekly', dayOf(7 * t), '1']),
    ]),
    expected: /series 'weekly' has no two rows one D apart/,
  })),
  refused('days off in a calendar', (random) => ({
    text: csv(goodRows(random)),
    expected: /2023-01-07 is not on the grid of the frequency market/,
    options: { frequency: weekdayCalendar('market', { from: '2023-01-01', to: '2023-12-31' }) },
  })),
  refused('a frequency that does not exist', (random) => ({
    text: csv(goodRows(random)),
    expected: /got 'fortnight'/,
    options: { frequency: 'fortnight' },
  })),
  refused('the middle of months', () => ({
    text: csv(Array.from({ length: 9 }, (_, t): Row => ['S', `2023-0${t + 1}-15`, '1'])),
    expected: /cannot infer the frequency/,
  })),
  right('ends of months over a leap year', async (random) => {
    const ends = Array.from({ length: 14 }, (_, t) =>
      new Date(Date.UTC(2023, t + 1, 0)).toISOString().slice(0, 10),
    );
    const frame = parseFrame(csv(ends.map((ds): Row => ['S', ds, String(random.below(9))])));
    return equal(
      [frame.frequency, new Date(nextTimes(frame, 0, 1)[0] ?? 0).toISOString().slice(0, 10)],
      ['ME', '2024-03-31'],
    );
  }),
  right('a market that is closed on weekends', async () => {
    const days = Array.from({ length: 40 }, (_, t) => dayOf(t)).filter(
      (day) => ![0, 6].includes(new Date(day).getUTCDay()),
    );
    const frame = parseFrame(csv(days.map((ds): Row => ['S', ds, '1'])));
    return equal([frame.frequency, gapReport(frame).missingCount], ['B', 0]);
  }),
];

const zones: readonly TableCase[] = [
  refused('mixed offsets', (random) => {
    const rows = goodRows(random, (t) => hourOf(t, '+01:00')).filter(([id]) => id === 'S0');
    const at = 1 + random.below(rows.length - 1);
    const text = csv(rows.map(([id, ds, y], index) => [id, index >= at ? ds.replace('+01', '+02') : ds, y]));
    return {
      text,
      expected: new RegExp(`row ${at + 2}\\b.*offset \\+02:00, and row 2 has the offset \\+01:00`),
    };
  }),
  refused('times with and without an offset', (random) => {
    const rows = goodRows(random, (t) => hourOf(t, 'Z')).filter(([id]) => id === 'S0');
    const at = 1 + random.below(rows.length - 1);
    const text = csv(rows.map(([id, ds, y], index) => [id, index === at ? ds.replace('Z', '') : ds, y]));
    return { text, expected: new RegExp(`row ${at + 2}\\b.*has no offset`) };
  }),
  refused('local hours when clocks are set back', () => ({
    text: csv(['00', '01', '02', '02', '03', '04'].map((hour): Row => ['S', `2023-10-29T${hour}:00`, '1'])),
    expected: /row 5\b.*comes twice.*Europe\/Berlin/,
  })),
  refused('local hours when clocks are set forward', () => ({
    text: csv(['00', '01', '03', '04', '05'].map((hour): Row => ['S', `2023-03-26T${hour}:00`, '1'])),
    expected: /row 4\b.*lacks the hour.*Europe\/Berlin/,
  })),
  refused('an hour that its zone skips', () => ({
    text: csv(['00', '01', '02', '03'].map((hour): Row => ['S', `2023-03-12T${hour}:00`, '1'])),
    expected: /row 4\b.*does not exist in America\/New_York/,
    options: { timeZone: 'America/New_York' },
  })),
  right('both hours of its zone', async () => {
    const rows = ['00', '01', '01', '02'].map((hour): Row => ['S', `2023-11-05T${hour}:00`, '1']);
    const frame = parseFrame(csv(rows), { timeZone: 'America/New_York' });
    return equal(
      Array.from(frame.times, (time) => new Date(time).getUTCHours()),
      [4, 5, 6, 7],
    );
  }),
];

const gaps: readonly TableCase[] = [
  right('rows that are missing', async (random) => {
    const rows = goodRows(random).filter(([id]) => id === 'S0');
    const at = 1 + random.below(rows.length - 4);
    const count = 1 + random.below(2);
    const frame = parseFrame(csv(rows.toSpliced(at, count)), { frequency: 'D' });
    const report = gapReport(frame);
    const filled = fillGaps(frame, 'forward');
    return equal(
      [report.missingCount, filled.y[at], filled.y.length],
      [count, Number(rows[at - 1]?.[2]), rows.length],
    );
  }),
  right('values that are missing', async (random) => {
    const rows = goodRows(random).filter(([id]) => id === 'S0');
    const at = 1 + random.below(rows.length - 2);
    const gapTexts = ['', 'NA', 'NaN', 'null', '.', '#N/A'] as const;
    const frame = parseFrame(csv(rows.with(at, ['S0', dayOf(at), random.pick(gapTexts)])));
    const [before, after] = [Number(rows[at - 1]?.[2]), Number(rows[at + 1]?.[2])];
    const filled = fillGaps(frame, 'linear').y[at] ?? Number.NaN;
    const off = Math.abs(filled - (before + after) / 2);
    return gapReport(frame).emptyCount === 1 && off < 1e-9
      ? undefined
      : `filled ${filled} between ${before} and ${after}`;
  }),
  right('a forecast of a series with gaps is a reason, and the rest goes on', async (random) => {
    const rows = goodRows(random);
    const frame = parseFrame(csv(rows.toSpliced(3, 1)), { frequency: 'D' });
    const { columns, failures } = await forecastFrame(frame, { models: [naive()], horizon: 1, workers: 0 });
    const last = rows.filter(([id]) => id === 'S1').at(-1)?.[2];
    return equal([failures.map(({ id }) => id), columns.Naive?.[1]], [['S0'], Number(last)]);
  }),
  right('a wide table whose series begin and end apart', async () => {
    const frame = parseFrame(`day,A,B\n${dayOf(0)},1,\n${dayOf(1)},2,5\n${dayOf(2)},,6\n`);
    return equal(
      [Array.from(frame.y), Array.from(frame.offsets)],
      [
        [1, 2, 5, 6],
        [0, 2, 4],
      ],
    );
  }),
];

const hard: readonly TableCase[] = [
  forecastOrReason('a constant series', (random) => new Array<number>(40).fill(random.below(100))),
  forecastOrReason('a series of zeros', () => new Array<number>(40).fill(0)),
  forecastOrReason('a series of 5 values', (random) => Array.from({ length: 5 }, () => random.below(50))),
  forecastOrReason('a series of 2 values', (random) => Array.from({ length: 2 }, () => random.below(50))),
  forecastOrReason('a series of one value', (random) => [random.below(50)]),
  forecastOrReason('values of 1e300', (random) => Array.from({ length: 30 }, () => random.next() * 1e300)),
  forecastOrReason('values of 1e-300', (random) => Array.from({ length: 30 }, () => random.next() * 1e-300)),
  forecastOrReason('values below zero', (random) => Array.from({ length: 30 }, () => -1 - random.below(50))),
  forecastOrReason('one jump', (random) =>
    Array.from({ length: 40 }, (_, t) => (t < 20 ? 0 : 1e6 + random.below(9))),
  ),
];

export const tableCases: readonly TableCase[] = [
  ...cells,
  ...orders,
  ...headers,
  ...frequencies,
  ...zones,
  ...gaps,
  ...hard,
];
