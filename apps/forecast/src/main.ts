#!/usr/bin/env node
/** The command line `noosphere forecast`: options, data, a command, its report, its files. */
import { join, relative } from 'node:path';
import { bold, interruptedStatus, runProgram, wrap } from '@noosphere/command-line';
import { toSentence, track } from '@noosphere/footprint';
import { writePage } from '@noosphere/report';
import { compare } from './compare.js';
import { crossValidation } from './cv.js';
import { fit } from './fit.js';
import { inFlags } from './flags.js';
import { joulesByModel, manifestText } from './manifest.js';
import { allModels } from './models.js';
import { type CommandName, readOptions } from './options.js';
import { runPage } from './page.js';
import { predict } from './predict.js';
import { isUnreached } from './report.js';
import { type Outcome, openSession, type Session } from './session.js';

const commands: Readonly<Record<CommandName, (session: Session) => Promise<Outcome>>> = {
  predict,
  cv: crossValidation,
  compare,
  fit,
};

const titles: Readonly<Record<CommandName, (horizon: number) => string>> = {
  predict: (horizon) => `Forecasts ${horizon} rows ahead`,
  cv: (horizon) => `Backtest ${horizon} rows ahead`,
  compare: (horizon) => `Choice of models ${horizon} rows ahead`,
  fit: () => 'Fitted models',
};

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const tracked = track({ name: 'forecast', ...(options.place !== undefined && { place: options.place }) });
  const session = await openSession(options);
  const { data, folder, horizon, signal } = session;
  console.log(bold(`${titles[options.command](horizon)}: ${options.data}`));
  for (const note of data.notes) console.log(wrap(note));
  let outcome: Outcome;
  try {
    outcome = await commands[options.command](session);
  } finally {
    session.quiet();
  }
  const footprint = await tracked.stop();
  for (const line of outcome.lines(joulesByModel(outcome, footprint))) console.log(line);
  const manifest = manifestText(session, outcome, footprint);
  await folder.write('manifest.json', manifest);
  if (options.json !== undefined) await folder.writeTo(options.json, manifest);
  if (options.html !== undefined && outcome.page) {
    const title = titles[options.command](horizon);
    const html = await runPage(session, outcome, outcome.page, { title, footprint });
    await writePage(options.html, html, { overwrite: options.force });
  }
  console.log(`\n${wrap(`Footprint: ${toSentence(footprint)}`)}`);
  const files = [...Object.values(outcome.files), 'manifest.json'].map((file) => join(folder.path, file));
  const asked = [options.json, outcome.page && options.html].filter((path) => path !== undefined);
  console.log(`Written: ${[...files, ...asked].map((path) => relative('', path)).join(', ')}`);
  const failed = failedModels(session, outcome);
  if (failed.length > 0) {
    process.stderr.write(`noosphere forecast: ${failed.join(', ')} failed on every series; see above\n`);
    process.exitCode = 1;
  }
  if (signal.aborted) {
    process.stderr.write('noosphere forecast: stopped early; what was done is saved\n');
    process.exitCode = interruptedStatus;
  }
}

/** Models of the plan that made no forecast of any series, though none was left out by a stop. */
function failedModels({ plan, data }: Session, { failures }: Outcome): string[] {
  const all = data.frame.ids.length;
  return allModels(plan)
    .map(({ name }) => name)
    .filter((name) => {
      const own = failures.filter(({ model }) => model === name);
      return new Set(own.map(({ id }) => id)).size === all && !own.some(isUnreached);
    });
}

await runProgram('noosphere forecast', main, inFlags);
