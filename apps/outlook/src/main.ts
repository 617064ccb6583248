#!/usr/bin/env node
/** The main job: options, data, tables, files. */
import { relative } from 'node:path';
import { interruptedStatus, RunFolder, runProgram, stopSignal } from '@noosphere/command-line';
import { track } from '@noosphere/footprint';
import { backtestOf, saveBacktest } from './backtest.js';
import { backtestText, nextText } from './backtest-report.js';
import { loadMarkets } from './markets.js';
import { readOptions } from './options.js';
import { footprintText, introduction, legend, seriesHead, summary, tableText } from './report.js';
import { resultJson } from './result.js';
import { filesAgree, runTables, type TableResult } from './run.js';

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const tracked = track({ name: 'outlook', ...(options.place !== undefined && { place: options.place }) });
  const data = await loadMarkets(options);
  const folder = await RunFolder.create({
    ...options,
    parent: 'outlook-out',
    folders: ['models', 'forecasts'],
  });
  const signal = stopSignal(() => {
    process.stderr.write('\noutlook: finishing this step, then saving; Ctrl-C again leaves at once\n');
  });
  console.log(introduction(data, options.seed));
  let lastMarket: TableResult['market'] | undefined;
  const tables = await runTables({
    markets: data.markets,
    options,
    folder,
    signal,
    onTable: (table) => {
      if (table.market !== lastMarket) console.log(seriesHead(table, lastMarket?.origin));
      lastMarket = table.market;
      console.log(tableText(table));
    },
  });
  console.log(summary(tables));
  const backtest = signal.aborted ? undefined : await backtestOf(data.markets, signal);
  if (backtest) {
    console.log(backtestText(backtest));
    console.log(nextText(backtest));
    await saveBacktest(backtest, folder);
  }
  const footprint = await tracked.stop();
  const result = resultJson(tables, {
    options,
    folder: folder.path,
    interrupted: signal.aborted,
    backtest,
    footprint,
  });
  await folder.write('result.json', result);
  if (options.json !== undefined) await folder.writeTo(options.json, result);
  console.log(legend());
  console.log(footprintText(footprint));
  console.log(`\nModels, forecasts and result.json: ${relative('', folder.path) || '.'}`);
  if (!tables.every(({ rescored }) => filesAgree(rescored))) {
    process.stderr.write(
      'outlook: a saved file forecasts otherwise than its table says; please report this\n',
    );
    process.exitCode = 1;
  }
  if (signal.aborted) {
    process.stderr.write('outlook: stopped early; the tables above are what was finished\n');
    process.exitCode = interruptedStatus;
  }
}

await runProgram('outlook', main);
