/**
 * Tables of FlatBuffers, read with every offset checked: what lies outside the bytes is a RangeError, and lists cannot be
 * longer than the bytes they lie in. Source: FlatBuffers' internals page.
 */

/** A table: fields by number, each present or not. */
export class FlatTable {
  readonly #view: DataView;
  readonly #at: number;

  private constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
  }

  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, view.getUint32(0, true));
  }

  uint8(field: number): number {
    const at = this.#find(field);
    return at === 0 ? 0 : this.#view.getUint8(at);
  }

  int16(field: number): number {
    const at = this.#find(field);
    return at === 0 ? 0 : this.#view.getInt16(at, true);
  }

  int64(field: number): number {
    const at = this.#find(field);
    return at === 0 ? 0 : Number(this.#view.getBigInt64(at, true));
  }

  table(field: number): FlatTable | undefined {
    const at = this.#find(field);
    return at === 0 ? undefined : this.#tableAt(at);
  }

  /** Checks that a text lies inside the bytes. */
  text(field: number): void {
    this.#list(field, 1);
  }

  /** Checks a list of tables whose fields 0 and 1 are texts. */
  texts(field: number): void {
    for (const pair of this.tables(field)) {
      pair.text(0);
      pair.text(1);
    }
  }

  tables(field: number): FlatTable[] {
    const { start, length } = this.#list(field, 4);
    return Array.from({ length }, (_, index) => this.#tableAt(start + 4 * index));
  }

  /** A list of pairs of 64-bit integers. */
  pairs(field: number): [number, number][] {
    const { start, length } = this.#list(field, 16);
    const number = (at: number) => Number(this.#view.getBigInt64(at, true));
    return Array.from({ length }, (_, index) => [number(start + 16 * index), number(start + 16 * index + 8)]);
  }

  /** A list of where messages lie: offset, length of the metadata, length of the body. */
  blocks(field: number): { offset: number; lengthBytes: number }[] {
    const { start, length } = this.#list(field, 24);
    return Array.from({ length }, (_, index) => {
      const at = start + 24 * index;
      const bodyBytes = Number(this.#view.getBigInt64(at + 16, true));
      return {
        offset: Number(this.#view.getBigInt64(at, true)),
        lengthBytes: this.#view.getInt32(at + 8, true) + bodyBytes,
      };
    });
  }

  #list(field: number, elementBytes: number): { start: number; length: number } {
    const at = this.#find(field);
    if (at === 0) return { start: 0, length: 0 };
    const list = at + this.#view.getUint32(at, true);
    const length = this.#view.getUint32(list, true);
    if (list + 4 + length * elementBytes > this.#view.byteLength)
      throw new RangeError(`a list of ${length} at ${list}`);
    return { start: list + 4, length };
  }

  #tableAt(at: number): FlatTable {
    const table = new FlatTable(this.#view, at + this.#view.getUint32(at, true));
    table.#find(0);
    return table;
  }

  /** Where a field's value lies; 0 where it is absent. */
  #find(field: number): number {
    const index = this.#at - this.#view.getInt32(this.#at, true);
    const indexBytes = this.#view.getUint16(index, true);
    this.#view.getUint8(index + indexBytes - 1);
    const entry = 4 + 2 * field;
    if (entry + 2 > indexBytes) return 0;
    const offset = this.#view.getUint16(index + entry, true);
    return offset === 0 ? 0 : this.#at + offset;
  }
}
