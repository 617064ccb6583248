/** A list of numbers that grows by pieces: no copy of everything each time it doubles. */

const pieceLength = 4096;

export class NumberList {
  readonly #full: Float64Array[] = [];
  // The first piece starts small: a table may hold very many short series.
  #piece = new Float64Array(16);
  #used = 0;

  get length(): number {
    return this.#full.length * pieceLength + this.#used;
  }

  push(value: number): void {
    if (this.#used === this.#piece.length) this.#grow();
    this.#piece[this.#used++] = value;
  }

  /** NaN beyond the end. */
  at(index: number): number {
    const piece = this.#full[Math.floor(index / pieceLength)];
    return (piece ?? this.#piece)[index % pieceLength] ?? Number.NaN;
  }

  toArray(): Float64Array {
    const all = new Float64Array(this.length);
    this.#full.forEach((piece, index) => {
      all.set(piece, index * pieceLength);
    });
    all.set(this.#piece.subarray(0, this.#used), this.#full.length * pieceLength);
    return all;
  }

  #grow(): void {
    if (this.#used < pieceLength) {
      const larger = new Float64Array(Math.min(pieceLength, this.#used * 4));
      larger.set(this.#piece);
      this.#piece = larger;
      return;
    }
    this.#full.push(this.#piece);
    this.#piece = new Float64Array(pieceLength);
    this.#used = 0;
  }
}
