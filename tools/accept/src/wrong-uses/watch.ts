/** Watches a process that carries out wrong uses: what it prints, and whether it crashes or hangs. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Attempt, longestMs } from './attempt.js';
import { wrongUses } from './index.js';

/** What stands in both streams behind the output of a case. */
export const markOf = (index: number) => `\u0001end of case ${index}\u0001\n`;

type Message =
  | { readonly kind: 'begin'; readonly index: number }
  | { readonly kind: 'end'; readonly index: number; readonly attempt: Attempt };

/** A case may prepare files besides what is timed. */
const hangMs = 4 * longestMs;

/** Carries out all cases; behind one that crashes or hangs a new process goes on with the next. */
export async function watchAll(folder: string, say: (line: string) => void): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  while (attempts.length < wrongUses.length) {
    const { finished, printed, ended } = await watchFrom(folder, attempts.length);
    for (const [place, each] of finished.entries()) {
      const text = printed[place] ?? '';
      attempts.push(
        text === ''
          ? each
          : { ...each, problems: [...each.problems, `printed ${JSON.stringify(text.slice(0, 300))}`] },
      );
    }
    const next = wrongUses[attempts.length];
    if (next) attempts.push({ name: next.name, outcome: ended, milliseconds: hangMs, problems: [ended] });
  }
  for (const { name, problems, outcome } of attempts)
    if (problems.length > 0) say(`${name}: ${problems.join('; ')}\n    ${outcome.slice(0, 400)}`);
  return attempts;
}

interface Watched {
  readonly finished: readonly Attempt[];
  /** What was printed during each finished case. */
  readonly printed: readonly string[];
  /** How the process ended. */
  readonly ended: string;
}

function watchFrom(folder: string, first: number): Promise<Watched> {
  const script = fileURLToPath(new URL('../children/wrong-uses.ts', import.meta.url));
  const child = fork(script, [folder, String(first)], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const finished: Attempt[] = [];
  const streams = ['', ''];
  [child.stdout, child.stderr].forEach((stream, place) => {
    stream?.on('data', (chunk: Buffer) => {
      streams[place] += chunk.toString();
    });
  });
  let isHung = false;
  let timer: NodeJS.Timeout | undefined;
  child.on('message', (message: Message) => {
    clearTimeout(timer);
    if (message.kind === 'end') finished.push(message.attempt);
    else
      timer = setTimeout(() => {
        isHung = true;
        child.kill('SIGKILL');
      }, hangMs);
  });
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const parts = streams.map((text) => split(text, first, finished.length));
      const printed = finished.map((_, place) => parts.map((texts) => texts[place] ?? '').join(''));
      resolve({ finished, printed, ended: isHung ? 'hung' : `the process ended with ${signal ?? code}` });
    });
  });
}

/** A stream cut at the marks of its cases. */
function split(text: string, first: number, count: number): string[] {
  const parts: string[] = [];
  let rest = text;
  for (let place = 0; place < count; place++) {
    const [before = '', ...after] = rest.split(markOf(first + place));
    parts.push(before);
    rest = after.join(markOf(first + place));
  }
  return parts;
}
