// Reads a table of a million rows or fewer, reports its gaps, forecasts it, and prints what that took, for `million-rows`.
// Usage: node million-rows.ts PATH SERIES
import { forecastFrame, gapReport, readFrame, seasonalNaive } from '@noosphere/forecast';
import { isLeftOut, type Size, seriesLength, valueAt } from '../million-rows-table.js';

const [path = '', seriesCount = '0'] = process.argv.slice(2);
const count = Number(seriesCount);
const season = 24;
const before = process.memoryUsage.rss();
const started = performance.now();
const frame = await readFrame(path, { frequency: 'h' });
const read = performance.now();
const report = gapReport(frame);
const { columns, failures } = await forecastFrame(frame, {
  models: [seasonalNaive({ season })],
  horizon: season,
});
const ended = performance.now();
// The most that the system ever saw, in kilobytes: nothing between two samples is missed.
const peakBytes = process.resourceUsage().maxRSS * 1024 - before;
const gapped = Array.from({ length: count }, (_, series) => series).filter((series) =>
  isLeftOut(series, 50),
).length;
let wrongForecasts = Number(report.missingCount !== gapped * 10) + Number(failures.length !== gapped);
for (let series = 0; series < count; series++) {
  for (let step = 0; step < season; step++) {
    const got = columns.SeasonalNaive?.[series * season + step] ?? Number.NaN;
    const expected = isLeftOut(series, 50) ? Number.NaN : valueAt(series, seriesLength - season + step);
    if (!Object.is(got, expected)) wrongForecasts += 1;
  }
}
const size: Size = {
  rows: frame.y.length,
  readSeconds: (read - started) / 1000,
  forecastSeconds: (ended - read) / 1000,
  peakBytes,
  frameBytes: frame.y.byteLength + frame.times.byteLength + frame.offsets.byteLength,
  wrongForecasts,
};
console.log(JSON.stringify(size));
