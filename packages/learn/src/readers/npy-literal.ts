/** The Python dictionary in an NPY header, read without running it. */
import { FormatError } from '@noosphere/core';

/** The three fields that a header must have. */
export interface HeaderFields {
  readonly descr: string;
  readonly isFortranOrder: boolean;
  readonly shape: readonly number[];
}

/** Reads exactly the dictionary that a header may be: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }. */
export class LiteralReader {
  readonly #text: string;
  readonly #place: string;
  #at = 0;

  constructor(text: string, place: string) {
    this.#text = text;
    this.#place = place;
  }

  read(): HeaderFields {
    const found: { descr?: string; isFortranOrder?: boolean; shape?: number[] } = {};
    this.#take(/\{/y, 'a dictionary');
    while (!this.#skip(/\}/y)) {
      const key = this.#quoted();
      this.#take(/:/y, "':'");
      if (key === 'descr' && found.descr === undefined) found.descr = this.#descr();
      else if (key === 'fortran_order' && found.isFortranOrder === undefined)
        found.isFortranOrder = this.#take(/True|False/y, 'True or False') === 'True';
      else if (key === 'shape' && !found.shape) found.shape = this.#shape();
      else this.#fail(`the keys descr, fortran_order and shape once each, got '${key.slice(0, 40)}'`);
      if (!this.#skip(/,/y) && !/^\s*\}/.test(this.#text.slice(this.#at, this.#at + 100)))
        this.#fail("',' or '}'");
    }
    if (this.#text.slice(this.#at).trim() !== '') this.#fail('the end');
    const { descr, isFortranOrder, shape } = found;
    if (descr === undefined || isFortranOrder === undefined || !shape)
      return this.#fail('descr, fortran_order and shape');
    return { descr, isFortranOrder, shape };
  }

  #descr(): string {
    if (/^\s*\[/.test(this.#text.slice(this.#at, this.#at + 100))) {
      throw new FormatError(
        'npy',
        this.#place,
        "holds a table with named columns; save each one: numpy.savez('x.npz', **{name: x[name] for name in x.dtype.names})",
      );
    }
    return this.#quoted();
  }

  #quoted(): string {
    return this.#take(/'[^'\\]*'|"[^"\\]*"/y, 'a text').slice(1, -1);
  }

  #shape(): number[] {
    this.#take(/\(/y, "'('");
    const shape: number[] = [];
    while (!this.#skip(/\)/y)) {
      const dim = Number(this.#take(/\d{1,16}(?!\d)/y, 'a size').replace('L', ''));
      this.#skip(/L/y);
      shape.push(dim);
      if (shape.length > 64) this.#fail('at most 64 sizes');
      if (!this.#skip(/,/y)) {
        this.#take(/\)/y, "',' or ')'");
        break;
      }
    }
    return shape;
  }

  #skip(pattern: RegExp): string | undefined {
    while (/[ \t\n\r]/.test(this.#text[this.#at] ?? '')) this.#at++;
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [];
    this.#at += found?.length ?? 0;
    return found;
  }

  #take(pattern: RegExp, expected: string): string {
    return this.#skip(pattern) ?? this.#fail(expected);
  }

  #fail(expected: string): never {
    const got = this.#text.slice(this.#at, this.#at + 20);
    throw new FormatError(
      'npy',
      this.#place,
      `has a header with ${JSON.stringify(got)} at character ${this.#at}, expected ${expected}; it is damaged`,
    );
  }
}
