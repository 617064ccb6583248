#!/usr/bin/env node
/** The main job: options, data, tables, files. */
import { relative } from 'node:path';
import { NoosphereError } from '@noosphere/core';
import { track } from '@noosphere/footprint';
import { backtestOf, saveBacktest } from './backtest.js';
import { backtestText, nextText } from './backtest-report.js';
import { loadMarkets } from './markets.js';
import { readOptions } from './options.js';
import { footprintText, introduction, legend, seriesHead, summary, tableText } from './report.js';
import { resultJson } from './result.js';
import { filesAgree, runTables, type TableResult } from './run.js';
import { RunFolder, writeText } from './run-folder.js';
import { interruptedStatus, stopSignal } from './stop.js';

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const tracked = track({ name: 'outlook', ...(options.place !== undefined && { place: options.place }) });
  const data = await loadMarkets(options);
  const folder = await RunFolder.create(options);
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
  if (options.json !== undefined) await writeText(options.json, result, folder.writeOptions);
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

// A reader that goes away (`| head`) ends the program quietly.
process.stdout.on('error', () => process.exit(0));
try {
  await main();
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const kind = NoosphereError.isInstance(error) ? '' : 'internal error, please report this: ';
  process.stderr.write(`outlook: ${kind}${message.replace(/\s*\n\s*/g, ' ')}\n`);
  process.exitCode = 2;
}
