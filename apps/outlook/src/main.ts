#!/usr/bin/env node
/** The main job and its helpers: fetch, watch, serve. */
import { interruptedStatus, runProgram, stopSignal } from '@noosphere/command-line';
import { RuntimeError } from '@noosphere/core';
import { runFetch } from './fetch/run-fetch.js';
import { runJob } from './job.js';
import { readOptions } from './options.js';
import { runServe } from './serve/run-serve.js';
import { runWatch } from './watch/run-watch.js';

const disagreement = 'a saved file forecasts otherwise than its table says; please report this';
const nothingDone = 'nothing that was asked for could be done; the reasons are told above';

/** Commands with options of their own. */
const helpers: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  fetch: runFetch,
  serve: runServe,
  watch: (args) =>
    runWatch(args, async (path, { out, runOptions, signal }) => {
      const options = readOptions([...runOptions, '--data', path]);
      const { agrees, isDone } = await runJob(options, { signal, parent: out });
      if (!agrees) throw new RuntimeError('outlook', disagreement);
      if (!isDone) throw new RuntimeError('outlook', nothingDone);
    }),
};

async function main(): Promise<void> {
  const [first = '', ...rest] = process.argv.slice(2);
  const helper = Object.hasOwn(helpers, first) ? helpers[first] : undefined;
  if (helper) return helper(rest);
  const options = readOptions(process.argv.slice(2));
  const signal = stopSignal(() => {
    process.stderr.write('\noutlook: finishing this step, then saving; Ctrl-C again leaves at once\n');
  });
  const { agrees, isDone } = await runJob(options, { signal, parent: 'outlook-out' });
  for (const fault of [agrees ? [] : [disagreement], isDone ? [] : [nothingDone]].flat()) {
    process.stderr.write(`outlook: ${fault}\n`);
    process.exitCode = 1;
  }
  if (signal.aborted) {
    process.stderr.write('outlook: stopped early; what is told above was finished\n');
    process.exitCode = interruptedStatus;
  }
}

await runProgram('outlook', main);
