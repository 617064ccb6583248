// npm run bench -- [NAME…] [--json FILE]: train steps of ours beside those of PyTorch, JAX and tfjs-node.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { productPrecision } from '@noosphere/core';
import { toSentence, track } from '@noosphere/footprint';
import { buildOurs, peers } from './commands.js';
import { measure } from './measure.js';
import { type Row, table } from './report.js';
import { measureStartTime, startTimeBarMs } from './start-time.js';
import { workloads } from './workloads.js';

const usage = `npm run bench -- [NAME…] [--json FILE]

Times one train step (forward, backward, Adam) of each row, ours and the peers' in turn, and prints medians.
NAME: ${workloads.map(({ name }) => name).join(', ')}, start-time; all of them when none is given.
NOOSPHERE_PYTHON names a Python with tools/peers/requirements.txt installed; a missing peer is a row that says so.

--json FILE     write the rows as JSON too
--peers LIST    only these peers, separated by commas: ${peers.join(', ')}
--rounds N      blocks of each side (default 7)
--seed N        seed of weights and batches (default 1)
--source        run ours from the packages' sources, not their builds
--precision P   how exactly ours multiplies, given to it as NOOSPHERE_PRECISION (default: high with matrix units)
`;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    peers: { type: 'string' },
    rounds: { type: 'string', default: '7' },
    seed: { type: 'string', default: '1' },
    source: { type: 'boolean', default: false },
    precision: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const startTimeName = 'start-time';
const say = (line: string) => console.error(line);

async function startTimeRow(): Promise<Row> {
  const empty = {
    oursPeakMb: null,
    peerPeakMb: null,
    oursDeltaMb: null,
    peerDeltaMb: null,
    oursMillijoules: null,
    peerMillijoules: null,
  };
  const row: Row = {
    name: startTimeName,
    peer: 'node -e 0',
    precision: await productPrecision(),
    oursMs: null,
    peerMs: null,
    ratio: null,
    ...empty,
    lossMaxRel: null,
    rateShare: null,
  };
  try {
    const { firstStepMs, nodeMs, overMs } = await measureStartTime();
    const note = `${overMs.toFixed(0)} ms over node -e 0 (bar: at most ${startTimeBarMs})`;
    return { ...row, oursMs: firstStepMs, peerMs: nodeMs, note };
  } catch (error) {
    return { ...row, note: `failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function main(): Promise<void> {
  if (options.help) return console.log(usage);
  const known = [...workloads.map(({ name }) => name), startTimeName];
  const unknown = positionals.filter((name) => !known.includes(name));
  const chosenPeers = options.peers?.split(',') ?? [...peers];
  const unknownPeers = chosenPeers.filter((name) => !peers.some((peer) => peer === name));
  if (unknown.length + unknownPeers.length > 0) {
    console.error(`bench: there is no ${[...unknown, ...unknownPeers].join(', ')}\n\n${usage}`);
    process.exitCode = 2;
    return;
  }
  const chosen = (name: string) => positionals.length === 0 || positionals.includes(name);
  console.log(
    `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} logical cores, Node ${process.version}`,
  );
  buildOurs();
  // Our side inherits it with the environment; no peer reads it.
  if (options.precision !== undefined) process.env.NOOSPHERE_PRECISION = options.precision;
  const tracked = track({ name: 'bench' });
  const rows: Row[] = [];
  for (const workload of workloads.filter(({ name }) => chosen(name))) {
    const found = await measure(workload, {
      peers: peers.filter((peer) => chosenPeers.includes(peer)),
      rounds: Number(options.rounds),
      seed: Number(options.seed),
      source: options.source,
      say,
    });
    rows.push(...found);
  }
  if (chosen(startTimeName)) rows.push(await startTimeRow());
  console.log(`\n${table(rows, workloads)}\n\nAll of it: ${toSentence(await tracked.stop())}`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ rows }, null, 1)}\n`);
}

await main();
