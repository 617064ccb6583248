#!/usr/bin/env node
/** What a model costs: options, measurement, report. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { runProgram } from '@noosphere/command-line';
import { ArgumentError } from '@noosphere/core';
import { toSentence, track } from '@noosphere/footprint';
import { writePage } from '@noosphere/report';
import { audit } from './audit.js';
import { readOptions } from './options.js';
import { auditPage } from './page.js';
import { commandText, reportText } from './report.js';
import { readTarget } from './target.js';
import { runCommand } from './training.js';

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const { json, html, place } = options;
  // Known before a training of hours, not after it.
  for (const [option, file] of Object.entries({ '--json': json, '--html': html })) {
    if (file !== undefined && existsSync(file))
      throw new ArgumentError(option, `${file} is there already; choose another name`);
  }
  const tracked = track({ name: 'model-audit', ...(place !== undefined && { place }) });
  const trained = await runCommand(options);
  if (trained) console.log(commandText(trained));
  const audited =
    options.target === undefined
      ? undefined
      : await audit(await readTarget(options.target), options, trained);
  if (audited) console.log(reportText(audited));
  if (json !== undefined)
    await writeFile(json, `${JSON.stringify(audited ?? trained, null, 2)}\n`, { flag: 'wx' });
  const footprint = toSentence(await tracked.stop());
  if (html !== undefined)
    await writePage(html, await auditPage({ audit: audited, trained, seed: options.seed, footprint }));
}

await runProgram('model-audit', main);
