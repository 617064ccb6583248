// Carries out wrong uses from one on: the process whose prints, crashes and hangs the run `wrong-uses` watches.
// Usage: wrong-uses.ts FOLDER FIRST; tells of each attempt by message, and marks both streams behind it.
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from '../wrong-uses/attempt.js';
import { wrongUses } from '../wrong-uses/index.js';
import { markOf } from '../wrong-uses/watch.js';

const [folder = '.', first = '0'] = process.argv.slice(2);
for (let index = Number(first); index < wrongUses.length; index++) {
  const use = wrongUses[index];
  if (!use) break;
  process.send?.({ kind: 'begin', index });
  const result = await attempt(use, join(folder, String(index)));
  for (const stream of [1, 2]) writeSync(stream, markOf(index));
  process.send?.({ kind: 'end', index, attempt: result });
}
process.disconnect?.();
