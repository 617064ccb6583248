/**
 * Bytes to blocks of whole lines, with their line numbers. Refuses what is not text, and lines that never end,
 * before they cost memory. What the lines mean is for others.
 */
import { FormatError } from '@noosphere/base';

/** Whole lines, without the last line break. */
export interface LineBlock {
  readonly text: string;
  /** Number of the block's first line, from 1. */
  readonly firstLine: number;
  readonly lineCount: number;
}

/** Longest line that is accepted where nothing else is said, in characters. */
export const maxLineLength = 1 << 20;

/** Collects pieces of text until they hold whole lines. */
export class LineBlocks {
  readonly #operation: string;
  readonly #name: string;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #rest = '';
  #line = 1;
  readonly #longest: number;

  constructor(operation: string, name: string, longest = maxLineLength) {
    this.#longest = longest;
    this.#operation = operation;
    this.#name = name;
  }

  /** Takes the next bytes; gives the lines that are complete now. */
  pushBytes(bytes: Uint8Array): LineBlock | undefined {
    return this.pushText(this.#decode(bytes, true));
  }

  /** Takes the next text; gives the lines that are complete now. */
  pushText(text: string): LineBlock | undefined {
    if (text.includes('\0')) this.#refuse(this.#lineOf(text, '\0'), 'holds a zero byte, expected text');
    const end = text.lastIndexOf('\n');
    if (end < 0) {
      this.#rest += text;
      this.#checkLength(this.#rest);
      return undefined;
    }
    const block = this.#take(this.#rest + text.slice(0, end));
    this.#rest = text.slice(end + 1);
    this.#checkLength(this.#rest);
    return block;
  }

  /** The last line, where the text does not end in a line break. */
  end(): LineBlock | undefined {
    this.#rest += this.#decode(new Uint8Array(), false);
    return this.#rest === '' ? undefined : this.#take(this.#rest);
  }

  #decode(bytes: Uint8Array, stream: boolean): string {
    try {
      return this.#decoder.decode(bytes, { stream });
    } catch (cause) {
      throw new FormatError(
        this.#operation,
        `${this.#name}, after line ${this.#line - 1}`,
        'is not UTF-8 text; save it as UTF-8',
        { cause },
      );
    }
  }

  #take(text: string): LineBlock {
    const firstLine = this.#line;
    const lines = text.includes('\r') ? text.replaceAll('\r\n', '\n').replace(/\r$/, '') : text;
    let lineCount = 0;
    for (let start = 0; start <= lines.length; lineCount++) {
      const next = lines.indexOf('\n', start);
      const stop = next < 0 ? lines.length : next;
      if (stop - start > this.#longest) this.#refuseLength(firstLine + lineCount);
      start = stop + 1;
    }
    this.#line += lineCount;
    return { text: lines, firstLine, lineCount };
  }

  #checkLength(line: string): void {
    if (line.length > this.#longest) this.#refuseLength(this.#line);
  }

  #refuseLength(line: number): never {
    this.#refuse(line, `is longer than ${this.#longest} characters; is this a text of lines?`);
  }

  #lineOf(text: string, mark: string): number {
    return this.#line + text.slice(0, text.indexOf(mark)).split('\n').length - 1;
  }

  #refuse(line: number, message: string): never {
    throw new FormatError(this.#operation, `${this.#name}, line ${line}`, message);
  }
}
