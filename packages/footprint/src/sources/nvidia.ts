/** NVIDIA's GPUs through nvidia-smi: its energy counter where it prints one, else its power, sampled. */
import type { Host } from '../system/host.js';
import type { Delta, Deltas, EnergySource } from './energy-source.js';
import { HeldPower } from './held-power.js';
import { type GpuProcess, parseGpuLine, parseProcessLine, queryFields } from './nvidia-lines.js';

export interface NvidiaOptions {
  /** Only these, by index. @default all */
  readonly gpus?: readonly number[];
  /** Milliseconds between readings. @default 1000 */
  readonly intervalMs?: number;
}

/** pmon lists every process each second; one that is not listed has ended. */
const longestSilenceMs = 3000;

/**
 * Energy of NVIDIA GPUs. One nvidia-smi runs beside the tracker, a second one tells the processes apart.
 *
 * Sampled power misses what happens between samples: an A100 shows a quarter of the time (arXiv 2312.02741), so its
 * range is wide; the counter's is narrow.
 */
export class NvidiaSource implements EnergySource {
  readonly #host: Host;
  readonly #options: NvidiaOptions;
  readonly #held = new Map<number, HeldPower>();
  readonly #processes = new Map<string, GpuProcess & { readonly atMs: number }>();
  readonly #streams: { close(): void }[] = [];
  readonly #seenPids = new Set<number>();
  #hasCounter = false;
  #problem: string | undefined;
  #startMs = 0;
  #isStopped = false;
  readonly #names = new Set<string>();

  constructor(host: Host, options: NvidiaOptions = {}) {
    this.#host = host;
    this.#options = options;
  }

  get methods(): EnergySource['methods'] {
    const names = [...this.#names].join(', ') || 'NVIDIA GPU';
    return {
      gpu: this.#hasCounter
        ? {
            name: 'nvidia-energy',
            description: `${names}: energy counter of the driver`,
            isMeasured: true,
            rangeFactors: [0.95, 1.05],
          }
        : {
            name: 'nvidia-power',
            description: `${names}: power sampled through nvidia-smi`,
            isMeasured: true,
            rangeFactors: [0.7, 1.3],
          },
    };
  }

  start(): void {
    this.#startMs = this.#host.monotonicMs();
    void this.#open();
  }

  sample(): Deltas {
    const nowMs = this.#host.monotonicMs();
    if (this.#problem !== undefined) return { gpu: { gap: this.#problem } };
    if (this.#held.size === 0)
      return { gpu: nowMs - this.#startMs < 5000 ? { joules: 0 } : { gap: 'nvidia-smi gives no reading' } };
    let joules = 0;
    let gap: Delta | undefined;
    for (const held of this.#held.values()) {
      const delta = held.take(nowMs);
      if ('gap' in delta) gap = delta;
      else joules += delta.joules;
    }
    return { gpu: gap ?? { joules } };
  }

  /** Waits for the first reading, at most 2 s. */
  async settle(): Promise<void> {
    const deadline = performance.now() + 2000;
    while (this.#held.size === 0 && this.#problem === undefined && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
    if (this.#held.size === 0) this.#problem ??= 'nvidia-smi gave no reading before the end';
  }

  stop(): void {
    this.#isStopped = true;
    for (const stream of this.#streams) stream.close();
  }

  /** Σ busy of these processes / Σ busy of all; `undefined` where the driver does not show them. */
  gpuShare(pids: ReadonlySet<number>): number | undefined {
    let [own, all] = [0, 0];
    const nowMs = this.#host.monotonicMs();
    for (const { pid, utilization, atMs } of this.#processes.values()) {
      if (pid === undefined || nowMs - atMs > longestSilenceMs) continue;
      if (pids.has(pid)) this.#seenPids.add(pid);
      if (utilization === undefined) continue;
      all += utilization;
      if (pids.has(pid)) own += utilization;
    }
    // In a container the driver's process numbers are the host's: never seen is not the same as 0.
    if (this.#seenPids.size === 0) return undefined;
    return all === 0 ? 0 : own / all;
  }

  async #open(): Promise<void> {
    const help = await this.#host.run('nvidia-smi', ['--help-query-gpu']).catch(() => '');
    if (this.#isStopped) return;
    const { intervalMs = 1000, gpus } = this.#options;
    const select = gpus === undefined ? [] : ['-i', gpus.join(',')];
    this.#streams.push(
      this.#host.stream(
        'nvidia-smi',
        [
          ...select,
          `--query-gpu=${queryFields(help).join(',')}`,
          '--format=csv,noheader,nounits',
          '-lms',
          String(intervalMs),
        ],
        {
          onLine: (line) => this.#readGpu(line),
          onEnd: (problem) => {
            this.#problem = problem ?? 'nvidia-smi ended';
          },
        },
      ),
      this.#host.stream('nvidia-smi', [...select, 'pmon', '-s', 'u', '-d', '1'], {
        onLine: (line) => this.#readProcess(line),
        onEnd: () => this.#processes.clear(),
      }),
    );
  }

  #readGpu(line: string): void {
    const reading = parseGpuLine(line);
    if (reading === undefined) return;
    const { index, name, watts, counterJoules } = reading;
    if (this.#options.gpus !== undefined && !this.#options.gpus.includes(index)) return;
    this.#names.add(name);
    if (counterJoules !== undefined) this.#hasCounter = true;
    if (watts === undefined && counterJoules === undefined) {
      this.#problem = `${name} tells neither power nor energy`;
      return;
    }
    let held = this.#held.get(index);
    if (held === undefined) {
      held = new HeldPower(this.#startMs);
      this.#held.set(index, held);
    }
    held.read(this.#host.monotonicMs(), watts ?? 0, counterJoules);
  }

  #readProcess(line: string): void {
    const found = parseProcessLine(line);
    if (found === undefined) return;
    this.#processes.set(`${found.gpu}:${found.pid ?? '-'}`, { ...found, atMs: this.#host.monotonicMs() });
  }
}
