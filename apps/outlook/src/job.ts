/** The job: data, stages, page, files. */
import { relative } from 'node:path';
import { bold, dim, RunFolder, wrap } from '@noosphere/command-line';
import { track } from '@noosphere/footprint';
import { writePage } from '@noosphere/report';
import { baseOf, loadMarkets } from './markets.js';
import type { OutlookOptions } from './options.js';
import { outlookPage } from './page.js';
import { footprintText, introduction } from './report.js';
import { resultJson } from './result.js';
import { runStages } from './stages/stages.js';

export interface JobContext {
  readonly signal: AbortSignal;
  /** Folder of the runs that have no `--out`. */
  readonly parent: string;
}

/** How a run ended: `agrees` where every saved network forecasts what its table says, `isDone` unless every part that was asked for failed. */
export interface JobEnd {
  readonly agrees: boolean;
  readonly isDone: boolean;
}

export async function runJob(options: OutlookOptions, { signal, parent }: JobContext): Promise<JobEnd> {
  const tracked = track({ name: 'outlook', ...(options.place !== undefined && { place: options.place }) });
  const data = await loadMarkets(options);
  const folder = await RunFolder.create({
    ...options,
    parent,
    folders: ['models', 'forecasts', 'risk', 'allocation'],
  });
  console.log(introduction(data, options.seed));
  const { stages, summary, keyFigures, seeds, agrees } = await runStages({
    options,
    data,
    folder,
    signal,
    tracked,
  });
  const footprint = await tracked.stop();
  const page = outlookPage({ options, data, stages, summary, keyFigures, seeds, footprint });
  await writePage(folder.place('outlook.html'), page, folder.writeOptions);
  const files = Object.assign({ page: 'outlook.html' }, ...stages.map(({ result }) => result?.files));
  const interrupted = signal.aborted;
  const result = resultJson({
    options,
    base: baseOf(options.base, data),
    folder: folder.path,
    interrupted,
    stages,
    files,
    footprint,
  });
  await folder.write('result.json', result);
  if (options.json !== undefined) await folder.writeTo(options.json, result);
  if (summary.length > 0) console.log(`\n${bold('In short')}`);
  for (const sentence of summary) console.log(wrap(sentence));
  console.log(footprintText(footprint));
  console.log(dim(`\nThe whole as a page: ${relative('', folder.place('outlook.html'))}`));
  console.log(`Page, models, forecasts and result.json: ${relative('', folder.path) || '.'}`);
  return { agrees, isDone: signal.aborted || stages.some(({ result }) => result !== undefined) };
}
