/** The table of `million-rows`: series of hours whose values are exact in text, some with gaps. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

export const seriesLength = 1000;

/** What one table took. */
export interface Size {
  readonly rows: number;
  readonly readSeconds: number;
  readonly forecastSeconds: number;
  /** Most resident memory of the process, over what it held before it read. */
  readonly peakBytes: number;
  /** Of the frame's columns. */
  readonly frameBytes: number;
  readonly wrongForecasts: number;
}

/** The value of a row: exact in text. */
export const valueAt = (series: number, t: number) => ((series * 31 + t * 17 + (t % 24) * 5) % 1000) / 4;
/** Some rows are missing in every tenth series. */
export const isLeftOut = (series: number, t: number) => series % 10 === 3 && t % 100 === 50;

export async function writeRows(path: string, seriesCount: number): Promise<void> {
  const stream = createWriteStream(path);
  stream.write('unique_id,ds,y\n');
  const start = Date.UTC(2020, 0, 1);
  const times = Array.from(
    { length: seriesLength },
    (_, t) => `${new Date(start + t * 3_600_000).toISOString().slice(0, 16)}Z`,
  );
  for (let series = 0; series < seriesCount; series++) {
    const lines: string[] = [];
    for (let t = 0; t < seriesLength; t++)
      if (!isLeftOut(series, t)) lines.push(`series-${series},${times[t]},${valueAt(series, t)}`);
    if (!stream.write(`${lines.join('\n')}\n`)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'finish');
}
