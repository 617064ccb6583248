/** The most memory seen at any sample. */
export class PeakMemory {
  #bytes = process.memoryUsage.rss();

  sample(): void {
    this.#bytes = Math.max(this.#bytes, process.memoryUsage.rss());
  }

  /** Resident set of the whole process, the runtime's native memory included. */
  get bytes(): number {
    return this.#bytes;
  }
}
