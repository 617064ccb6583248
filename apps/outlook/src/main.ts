#!/usr/bin/env node
/** The main job: options, data, stages, page, files. */
import { relative } from 'node:path';
import {
  bold,
  dim,
  interruptedStatus,
  RunFolder,
  runProgram,
  stopSignal,
  wrap,
} from '@noosphere/command-line';
import { track } from '@noosphere/footprint';
import { writePage } from '@noosphere/report';
import { loadMarkets } from './markets.js';
import { readOptions } from './options.js';
import { outlookPage } from './page.js';
import { footprintText, introduction } from './report.js';
import { resultJson } from './result.js';
import { runStages } from './stages/stages.js';

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const tracked = track({ name: 'outlook', ...(options.place !== undefined && { place: options.place }) });
  const data = await loadMarkets(options);
  const folder = await RunFolder.create({
    ...options,
    parent: 'outlook-out',
    folders: ['models', 'forecasts', 'risk', 'allocation'],
  });
  const signal = stopSignal(() => {
    process.stderr.write('\noutlook: finishing this step, then saving; Ctrl-C again leaves at once\n');
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
  await writePage(
    folder.place('outlook.html'),
    outlookPage({ options, data, stages, summary, keyFigures, seeds, footprint }),
    folder.writeOptions,
  );
  const files = Object.assign({ page: 'outlook.html' }, ...stages.map(({ result }) => result?.files));
  const facts = { options, folder: folder.path, interrupted: signal.aborted, stages, files, footprint };
  await folder.write('result.json', resultJson(facts));
  if (options.json !== undefined) await folder.writeTo(options.json, resultJson(facts));
  if (summary.length > 0) console.log(`\n${bold('In short')}`);
  for (const sentence of summary) console.log(wrap(sentence));
  console.log(footprintText(footprint));
  console.log(dim(`\nThe whole as a page: ${relative('', folder.place('outlook.html'))}`));
  console.log(`Page, models, forecasts and result.json: ${relative('', folder.path) || '.'}`);
  if (!agrees) {
    process.stderr.write(
      'outlook: a saved file forecasts otherwise than its table says; please report this\n',
    );
    process.exitCode = 1;
  }
  if (signal.aborted) {
    process.stderr.write('outlook: stopped early; what is told above was finished\n');
    process.exitCode = interruptedStatus;
  }
}

await runProgram('outlook', main);
