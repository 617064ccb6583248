#!/usr/bin/env node
/** What a model costs: options, measurement, report. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { runProgram } from '@noosphere/command-line';
import { ArgumentError } from '@noosphere/core';
import { audit } from './audit.js';
import { readOptions } from './options.js';
import { commandText, reportText } from './report.js';
import { readTarget } from './target.js';
import { runCommand } from './training.js';

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const { json } = options;
  // Known before a training of hours, not after it.
  if (json !== undefined && existsSync(json))
    throw new ArgumentError('--json', `${json} is there already; choose another name`);
  const trained = await runCommand(options);
  if (trained) console.log(commandText(trained));
  const audited =
    options.target === undefined
      ? undefined
      : await audit(await readTarget(options.target), options, trained);
  if (audited) console.log(reportText(audited));
  if (json !== undefined)
    await writeFile(json, `${JSON.stringify(audited ?? trained, null, 2)}\n`, { flag: 'wx' });
}

await runProgram('model-audit', main);
