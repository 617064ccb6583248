/**
 * Kill -9 at random moments, some of them while a checkpoint is being written: no saved checkpoint is lost, and the
 * resumed training ends with the bits of one that was never stopped.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openSafetensors } from '@noosphere/core';
import { Random } from '../random.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

const kills = 20;
const killsWhileSaving = 8;

export const resumeAfterKill: AcceptanceRun = {
  name: 'resume-after-kill',
  metric: `kills (-9) of ${kills} survived with every saved checkpoint and the final weights bit for bit, k = 1 and 32`,
  bar: { is: '>=', value: kills },
  run,
};

interface Kill {
  readonly stepsPerCall: number;
  readonly moment: 'saving' | 'random';
  /** A half-written checkpoint was there when the process died. */
  readonly whileSaving: boolean;
  readonly lost: readonly string[];
}

async function run(context: RunContext): Promise<Measured> {
  const random = new Random(context.seed);
  const records: Kill[] = [];
  const weights: Record<string, { whole: string; resumed: string }> = {};
  for (const stepsPerCall of [1, 32]) {
    const whole = await untilEnd(folderOf(context, `whole-${stepsPerCall}`), stepsPerCall);
    const folder = folderOf(context, `killed-${stepsPerCall}`);
    for (let index = 0; index < kills / 2; index++) {
      const moment = index < killsWhileSaving / 2 ? 'saving' : 'random';
      const kill = await killOnce(folder, stepsPerCall, moment, random);
      records.push(kill);
      context.say(
        `k = ${stepsPerCall}, kill ${index + 1}: ${kill.whileSaving ? 'while saving' : 'between saves'}, ${kill.lost.length} lost`,
      );
    }
    weights[`k=${stepsPerCall}`] = { whole, resumed: await untilEnd(folder, stepsPerCall) };
  }
  const report = join(context.folder, 'kills.json');
  writeFileSync(report, JSON.stringify({ weights, records }, null, 1));
  const equal = Object.values(weights).every(({ whole, resumed }) => whole === resumed);
  const saving = records.filter(({ whileSaving }) => whileSaving).length;
  const survived = records.filter(({ lost }) => lost.length === 0).length;
  const notes = [
    `${saving} kills fell into the writing of a checkpoint (at least 5 are asked for); final weights ${equal ? 'equal' : 'differ'}`,
  ];
  return { value: equal && saving >= 5 ? survived : 0, artifacts: [report], notes };
}

function folderOf(context: RunContext, name: string): string {
  const folder = join(context.folder, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function start(folder: string, stepsPerCall: number): { child: ChildProcess; lines: AsyncIterable<string> } {
  const script = fileURLToPath(new URL('../children/train-until-killed.ts', import.meta.url));
  const parameters = [
    '--import',
    'tsx',
    '--conditions=@noosphere/source',
    script,
    folder,
    String(stepsPerCall),
  ];
  const child = spawn(process.execPath, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
  return { child, lines: createInterface({ input: child.stdout }) };
}

/** Lets the training end and gives the hash of its weights. */
async function untilEnd(folder: string, stepsPerCall: number): Promise<string> {
  const { lines } = start(folder, stepsPerCall);
  let hash = '';
  for await (const line of lines) if (line.startsWith('weights ')) hash = line.slice(8);
  if (!hash) throw new Error(`the training in ${folder} ended without weights`);
  return hash;
}

/** Starts the training where it stands, kills it, and checks that what it had saved can be read. */
async function killOnce(
  folder: string,
  stepsPerCall: number,
  moment: Kill['moment'],
  random: Random,
): Promise<Kill> {
  const { child, lines } = start(folder, stepsPerCall);
  const died = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const saved: string[] = [];
  let whileSaving = false;
  let isKilled = false;
  const kill = () => {
    if (isKilled) return;
    isKilled = true;
    child.kill('SIGKILL');
  };
  // Not before it has started: a kill during start-up tests nothing.
  const watch = async () => {
    if (moment === 'random') await new Promise((resolve) => setTimeout(resolve, 4 * random.below(100)));
    while (moment === 'saving' && !isKilled && !isHalfWritten(folder))
      await new Promise((resolve) => setImmediate(resolve));
    kill();
  };
  for await (const line of lines) {
    if (line.startsWith('start ')) void watch();
    if (line.startsWith('saved ')) saved.push(line.slice(6));
    if (line.startsWith('weights ')) isKilled = true;
  }
  await died;
  whileSaving = isHalfWritten(folder);
  const there = complete(folder);
  // Older ones are removed on purpose; the newest that was announced must be there, and whatever is there must be whole.
  const newest = saved.at(-1);
  const lost = newest !== undefined && !there.includes(basename(newest)) ? [newest] : [];
  for (const name of there) await openSafetensors(join(folder, name)).then((file) => file.close());
  for (const name of readdirSync(folder).filter(isPart)) halfWritten.add(join(folder, name));
  return { stepsPerCall, moment, whileSaving, lost };
}

const isPart = (name: string) => name.endsWith('.part');

/** Halves left behind by earlier kills. */
const halfWritten = new Set<string>();

function isHalfWritten(folder: string): boolean {
  return readdirSync(folder).some((name) => isPart(name) && !halfWritten.has(join(folder, name)));
}

function complete(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
}
