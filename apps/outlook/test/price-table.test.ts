/** A Parquet table gives the histories of the same table as CSV. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { frameOf, writeFrame } from '@noosphere/forecast';
import { afterAll, expect, test } from 'vitest';
import { readPriceTable, tableEndings } from '../src/price-table.js';

const folder = mkdtempSync(join(tmpdir(), 'noosphere-prices-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Weekdays of a few weeks, one of them a holiday, one price missing, the second series later. */
const rows = ['A', 'B'].flatMap((unique_id, series) =>
  Array.from({ length: 40 }, (_, day) => new Date(Date.UTC(2024, 0, 1 + day)))
    .filter((date) => date.getUTCDay() % 6 !== 0 && date.getUTCDate() !== 15)
    .slice(10 * series)
    .map((date, place) => ({
      unique_id,
      ds: date.toISOString().slice(0, 10),
      y: series === 0 && place === 4 ? Number.NaN : 100 + place / 7,
    })),
);

test('series, days and values are those of the CSV', async () => {
  const [csv, parquet] = tableEndings.map((ending) => join(folder, `prices${ending}`)) as [string, string];
  const text = rows.map(({ unique_id, ds, y }) => `${unique_id},${ds},${Number.isNaN(y) ? '' : y}`);
  writeFileSync(csv, ['unique_id,ds,y', ...text].join('\n'));
  await writeFrame(parquet, frameOf(rows));
  const [one, other] = await Promise.all([
    readPriceTable(csv, { layout: undefined }),
    readPriceTable(parquet, { layout: undefined }),
  ]);
  expect(other.series).toEqual(one.series);
  expect([other.layout, other.rowCount, other.gapCount]).toEqual(['long', rows.length, 1]);
  await expect(readPriceTable(parquet, { layout: 'wide' })).rejects.toThrow('reads long Parquet files only');
  writeFileSync(join(folder, 'broken.parquet'), 'no');
  await expect(readPriceTable(join(folder, 'broken.parquet'), { layout: undefined })).rejects.toThrow(
    'is not a Parquet file that can be read',
  );
});
