/** JSON lines: one value a line, read one after the other. */
import { FormatError } from '@noosphere/base';
import { fileChunks } from '../files/chunks.js';
import { type LineBlock, LineBlocks } from './line-blocks.js';

/** Longest line, in characters. */
const longest = 2 ** 27;

/**
 * The values of a file of JSON lines, as it is read. Blank lines are skipped.
 *
 * Throws a `FormatError` with file and line where a line is no JSON, and where the last one is cut off: without a line
 * break behind it, it must be a closed object or list.
 * @typeParam Row What the caller expects; it is not checked here.
 * @example
 * import { writeFile } from 'node:fs/promises';
 * await writeFile('rows.jsonl', '{"text":"good","label":1}\n{"text":"bad","label":0}\n');
 * for await (const { text, label } of readJsonLines<{ text: string; label: number }>('rows.jsonl'))
 *   console.log(text, label); // → good 1
 *   //   bad 0
 */
export async function* readJsonLines<Row = unknown>(path: string): AsyncGenerator<Row> {
  const blocks = new LineBlocks('readJsonLines', path, longest);
  for await (const chunk of fileChunks('readJsonLines', path))
    yield* valuesIn<Row>(path, blocks.pushBytes(chunk), false);
  yield* valuesIn<Row>(path, blocks.end(), true);
}

function* valuesIn<Row>(path: string, block: LineBlock | undefined, isOpen: boolean): Generator<Row> {
  let line = (block?.firstLine ?? 0) - 1;
  for (const text of block?.text.split('\n') ?? []) {
    line++;
    if (text.trim() === '') continue;
    const fail = (what: string, cause?: unknown): never => {
      throw new FormatError('readJsonLines', `${path}, line ${line}`, what, { cause });
    };
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      fail(
        isOpen
          ? 'the last line is cut off; write the file again'
          : `is no JSON (${(cause as Error).message})`,
        cause,
      );
    }
    if (isOpen && (typeof value !== 'object' || value === null))
      fail('the last line has no line break, so it may be cut off; end it with one');
    yield value as Row;
  }
}
