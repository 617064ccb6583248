#!/usr/bin/env node
/** What a model costs: options, measurement, report. */
import { writeFile } from 'node:fs/promises';
import { NoosphereError } from '@noosphere/core';
import { audit } from './audit.js';
import { readOptions } from './options.js';
import { commandText, reportText } from './report.js';
import { readTarget } from './target.js';
import { runCommand } from './training.js';

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const trained = await runCommand(options);
  const result =
    options.target === undefined ? trained : await audit(await readTarget(options.target), options, trained);
  if (options.json !== undefined)
    await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`, { flag: 'wx' });
  if (result && 'model' in result) console.log(reportText(result));
  else if (result) console.log(commandText(result));
}

// A reader that goes away (`| head`) ends the program quietly.
process.stdout.on('error', () => process.exit(0));
try {
  await main();
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const isExpected = NoosphereError.isInstance(error) || (error as { code?: string })?.code === 'EEXIST';
  process.stderr.write(
    `model-audit: ${isExpected ? '' : 'internal error, please report this: '}${message.replace(/\s*\n\s*/g, ' ')}\n`,
  );
  process.exitCode = 2;
}
