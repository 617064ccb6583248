/**
 * A record that shows tampering: each line carries a keyed code over itself and the line before, and the head, the
 * count and code of the last line, is kept in another place.
 */
import { knownOptions } from '@noosphere/base';
import { FootprintError } from '../errors.js';
import { appendLine, fileExists, readLines, readWhole, replaceFile } from '../system/lines-file.js';
import type { RecordSink } from '../tracker/record.js';
import { nodeCrypto } from './node-crypto.js';

export interface ChainOptions {
  /** File of the lines. */
  readonly path: string;
  /** File of the head; keep it where those who can change the lines cannot. */
  readonly headPath: string;
  /** 32 bytes or more, kept apart from both. */
  readonly key: Uint8Array;
}

/** One line: its number from 1, its content, and the code. */
interface Line {
  readonly n: number;
  readonly body: unknown;
  readonly mac: string;
}

/** What the head file holds. */
interface Head {
  /** Lines up to this one were taken away by retention; 0 where none was. */
  readonly firstN: number;
  readonly firstMac: string;
  readonly n: number;
  readonly mac: string;
  /** Code over the four fields above. */
  readonly seal: string;
}

export interface ChainFault {
  /** Line in the file, from 1; `undefined` for what concerns the end or the head. */
  readonly line: number | undefined;
  readonly what: string;
}

export interface ChainCheck {
  readonly isIntact: boolean;
  readonly lines: number;
  /** Authentic lines that the head does not know yet: the process was killed between the two writes. */
  readonly unsealed: number;
  readonly faults: readonly ChainFault[];
}

/**
 * A sink that appends to a chain: `track({ record: openChain({ … }) })`. It goes on with a chain that is there, after
 * checking it.
 *
 * mac(n) = HMAC-SHA256(key, mac(n − 1) ‖ n ‖ body)
 *
 * @throws where the chain was tampered with, naming the line
 *
 * @example
 * const options = { path: 'runs.jsonl', headPath: 'runs.head', key: new Uint8Array(32).fill(7) };
 * const chain = openChain(options);
 * chain.append({ run: 'a', energyJoules: 12 });
 * chain.append({ run: 'b', energyJoules: 15 });
 * console.log(verifyChain(options).isIntact, verifyChain(options).lines); // → true 2
 */
export function openChain(options: ChainOptions): RecordSink {
  knownOptions('openChain', options, 'path headPath key');
  const { path, headPath, key } = checked('openChain', options);
  let { head, last } = start(options);
  return {
    append(body) {
      const n = last.n + 1;
      const text = JSON.stringify(body);
      last = { n, mac: code(key, last.mac, n, text) };
      appendLine(path, `{"n":${n},"body":${text},"mac":"${last.mac}"}`);
      head = sealed(key, { ...head, ...last });
      replaceFile(headPath, `${JSON.stringify(head)}\n`);
    },
  };
}

/** Where a chain goes on. */
function start(options: ChainOptions): { head: Head; last: { n: number; mac: string } } {
  const { path, headPath, key } = options;
  if (!fileExists(path) && !fileExists(headPath)) {
    const zero = { firstN: 0, firstMac: '', n: 0, mac: '' };
    return { head: sealed(key, zero), last: zero };
  }
  const check = verifyChain(options);
  const [fault] = check.faults;
  if (fault !== undefined)
    throw new FootprintError(
      'openChain',
      `expected an intact chain, got ${fault.line === undefined ? '' : `line ${fault.line}: `}${fault.what}; keep the files as evidence and begin a new chain`,
    );
  const head = readHead(headPath, key) ?? sealed(key, { firstN: 0, firstMac: '', n: 0, mac: '' });
  const lines = fileExists(path) ? readLines(path) : [];
  const line = parse(lines.at(-1) ?? '');
  return { head, last: line ?? { n: head.firstN, mac: head.firstMac } };
}

/** Checks a chain: names lines that were changed, removed, put in or moved, and an end that was cut off. */
export function verifyChain(options: ChainOptions): ChainCheck {
  knownOptions('verifyChain', options, 'path headPath key');
  const { path, headPath, key } = checked('verifyChain', options);
  const faults: ChainFault[] = [];
  const head = readHead(headPath, key);
  if (head === undefined) faults.push({ line: undefined, what: 'the head is missing or was changed' });
  const texts = fileExists(path) ? readLines(path) : [];
  let [expectedN, mac] = [(head?.firstN ?? 0) + 1, head?.firstMac ?? ''];
  for (const [index, text] of texts.entries()) {
    const line = parse(text);
    if (line === undefined) {
      faults.push({ line: index + 1, what: 'it is not a line of a chain' });
      expectedN++;
      continue;
    }
    if (line.n !== expectedN) {
      const what =
        line.n > expectedN ? `removed before it: ${expectedN} to ${line.n - 1}` : 'moved or repeated';
      faults.push({ line: index + 1, what: `expected number ${expectedN}, got ${line.n}; ${what}` });
    } else if (!equal(line.mac, code(key, mac, line.n, bodyText(text)))) {
      faults.push({ line: index + 1, what: 'its content or its code was changed' });
    }
    [expectedN, mac] = [line.n + 1, line.mac];
  }
  const lastN = expectedN - 1;
  if (head !== undefined && lastN < head.n)
    faults.push({
      line: undefined,
      what: `the end is cut off: the head knows ${head.n} lines, got ${lastN}`,
    });
  if (head !== undefined && lastN === head.n && faults.length === 0 && !equal(mac, head.mac))
    faults.push({ line: texts.length, what: 'it is not the last line that the head knows' });
  return {
    isIntact: faults.length === 0,
    lines: texts.length,
    unsealed: head === undefined ? texts.length : Math.max(0, lastN - head.n),
    faults,
  };
}

/** The contents of an intact chain, oldest first. */
export function readChain(options: ChainOptions): unknown[] {
  knownOptions('readChain', options, 'path headPath key');
  const { faults } = verifyChain(options);
  const [fault] = faults;
  if (fault !== undefined)
    throw new FootprintError(
      'readChain',
      `expected an intact chain, got ${fault.line === undefined ? '' : `line ${fault.line}: `}${fault.what}`,
    );
  return readLines(options.path).map((text) => parse(text)?.body);
}

/**
 * Retention: takes the oldest lines away for which `isOld` says so, up to the first that it keeps. The head remembers
 * where the chain now begins, so the rest still verifies.
 *
 * @returns how many lines went
 */
export function pruneChain(options: ChainOptions, isOld: (body: unknown) => boolean): number {
  const bodies = readChain(options);
  const { path, headPath, key } = knownOptions('pruneChain', options, 'path headPath key');
  const keep = bodies.findIndex((body) => !isOld(body));
  const count = keep < 0 ? bodies.length : keep;
  if (count === 0) return 0;
  const texts = readLines(path);
  const gone = parse(texts[count - 1] ?? '');
  const last = parse(texts.at(-1) ?? '');
  if (gone === undefined || last === undefined) return 0;
  // The head first: killed in between, the chain shows "removed" lines that are still there, and none is lost.
  const head = sealed(key, { firstN: gone.n, firstMac: gone.mac, n: last.n, mac: last.mac });
  const rest = texts.slice(count);
  replaceFile(headPath, `${JSON.stringify(head)}\n`);
  replaceFile(path, rest.map((text) => `${text}\n`).join(''));
  return count;
}

function checked(operation: string, options: ChainOptions): ChainOptions {
  if (!(options?.key instanceof Uint8Array) || options.key.length < 32)
    throw new FootprintError(
      operation,
      `key: expected 32 bytes or more, got ${options?.key?.length ?? 'none'}; make one with crypto.randomBytes(32)`,
    );
  return options;
}

function code(key: Uint8Array, before: string, n: number, body: string): string {
  return nodeCrypto().createHmac('sha256', key).update(`${before}\n${n}\n${body}`).digest('hex');
}

function sealed(key: Uint8Array, { firstN, firstMac, n, mac }: Omit<Head, 'seal'>): Head {
  const seal = nodeCrypto()
    .createHmac('sha256', key)
    .update(`head\n${firstN}\n${firstMac}\n${n}\n${mac}`)
    .digest('hex');
  return { firstN, firstMac, n, mac, seal };
}

function readHead(path: string, key: Uint8Array): Head | undefined {
  if (!fileExists(path)) return undefined;
  try {
    const head: Head = JSON.parse(readWhole(path));
    return equal(head.seal, sealed(key, head).seal) ? head : undefined;
  } catch {
    return undefined;
  }
}

function parse(text: string): Line | undefined {
  try {
    const line: Line = JSON.parse(text);
    const isLine = Number.isSafeInteger(line.n) && typeof line.mac === 'string' && 'body' in line;
    return isLine ? line : undefined;
  } catch {
    return undefined;
  }
}

/** The text of the body as it stands in the line: parsing and writing it again might change it. */
function bodyText(line: string): string {
  return line.slice(line.indexOf('"body":') + 7, line.lastIndexOf(',"mac":'));
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(String(a)), Buffer.from(b)];
  return left.length === right.length && nodeCrypto().timingSafeEqual(left, right);
}
