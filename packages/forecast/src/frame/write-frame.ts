/** Frames to files, long: what `readFrame` reads again. */
import { knownOptions } from '@noosphere/base';
import type { WriteOptions } from '@noosphere/base/files';
import { type FileColumn, writeColumns } from '../files/columns-file.js';
import { timeColumn } from './calendar.js';
import type { SeriesFrame } from './frame.js';
import { requireFrame } from './require-frame.js';
import { gridOf } from './time-grid.js';

/**
 * Writes a frame as `unique_id, ds, y` and its covariates: `.csv` (a gap is an empty cell), `.parquet` or `.json`
 * (`{ notes, columns }`). A file that is there is refused unless `overwrite`.
 * @example
 * const frame = frameOf({ unique_id: ['A', 'A'], ds: ['2024-01-01', '2024-01-02'], y: [1.5, null] });
 * await writeFrame('frame.parquet', frame);
 * console.log((await readFrame('frame.parquet')).y); // → Float64Array(2) [ 1.5, NaN ]
 */
export async function writeFrame(
  path: string,
  frame: SeriesFrame,
  options: WriteOptions = {},
): Promise<void> {
  knownOptions('writeFrame', options, 'overwrite');
  requireFrame('writeFrame', frame);
  const seriesOfRow = new Uint32Array(frame.y.length);
  frame.ids.forEach((_, series) => {
    seriesOfRow.fill(series, frame.offsets[series], frame.offsets[series + 1]);
  });
  const statics = Object.entries(frame.static).map(
    ([name, values]): FileColumn => ({
      name,
      type: 'number',
      values: Float64Array.from(seriesOfRow, (series) => values[series] as number),
    }),
  );
  const columns: FileColumn[] = [
    {
      name: 'unique_id',
      type: 'text',
      values: Array.from(seriesOfRow, (series) => frame.ids[series] as string),
    },
    timeColumn('ds', frame, frame.times),
    { name: 'y', type: 'number', values: frame.y },
    ...Object.entries({ ...frame.past, ...frame.future }).map(
      ([name, values]): FileColumn => ({ name, type: 'number', values }),
    ),
    ...statics,
  ];
  await writeColumns('writeFrame', path, columns, { frequency: gridOf(frame.frequency).name }, options);
}
