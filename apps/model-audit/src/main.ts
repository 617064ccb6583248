#!/usr/bin/env node
/** What a model costs: options, measurement, report. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { ArgumentError, NoosphereError } from '@noosphere/core';
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

// A reader that goes away (`| head`) ends the program quietly.
process.stdout.on('error', () => process.exit(0));
try {
  await main();
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  // A file or folder that cannot be written is the user's to mend.
  const isExpected = NoosphereError.isInstance(error) || (error instanceof Error && 'syscall' in error);
  process.stderr.write(
    `model-audit: ${isExpected ? '' : 'internal error, please report this: '}${message.replace(/\s*\n\s*/g, ' ')}\n`,
  );
  process.exitCode = 2;
}
