/** Apple's powermetrics: mean power of processors, GPU and neural engine, second by second. */
import type { Host } from '../system/host.js';
import type { Deltas, EnergySource, Method } from './energy-source.js';
import { HeldPower } from './held-power.js';

/** What one line says. */
export type PowermetricsLine =
  | { readonly kind: 'sample'; readonly elapsedMs: number }
  | { readonly kind: 'cpu' | 'gpu' | 'ane'; readonly watts: number };

/**
 * A line of powermetrics' text: `*** Sampled system activity (…) (1002.90ms elapsed) ***` opens a sample, `CPU Power:
 * 823 mW` belongs to it. Intel Macs tell the package in watts.
 */
export function parsePowermetricsLine(line: string): PowermetricsLine | undefined {
  const elapsed = /Sampled system activity.*\(([\d.]+)ms elapsed\)/.exec(line)?.[1];
  if (elapsed !== undefined) return { kind: 'sample', elapsedMs: Number(elapsed) };
  const apple = /^(CPU|GPU|ANE) Power:\s*([\d.]+)\s*(mW|W)\s*$/.exec(line);
  if (apple !== null) {
    const [, part = '', power, unit] = apple;
    const kind = part === 'CPU' ? 'cpu' : part === 'GPU' ? 'gpu' : 'ane';
    return { kind, watts: Number(power) / (unit === 'mW' ? 1000 : 1) };
  }
  const intel = /derived package power.*:\s*([\d.]+)\s*W/.exec(line)?.[1];
  return intel === undefined ? undefined : { kind: 'cpu', watts: Number(intel) };
}

/** The command that doctor names where a password is asked for. */
export const powermetricsFix =
  'echo "$(id -un) ALL=(root) NOPASSWD: /usr/bin/powermetrics" | sudo tee /etc/sudoers.d/powermetrics';

/**
 * Energy of Apple's processors and GPU; the neural engine counts with the processors.
 *
 * The numbers are Apple's model of the chip: the manual warns against comparing different machines by them.
 */
export class PowermetricsSource implements EnergySource {
  readonly methods: { readonly cpu: Method; readonly gpu: Method } = {
    cpu: appleMethod('processors and neural engine'),
    gpu: appleMethod('GPU'),
  };
  readonly #host: Host;
  #cpu = new HeldPower(0);
  #gpu = new HeldPower(0);
  #stream: { close(): void } | undefined;
  #problem: string | undefined;
  #elapsedMs = 1000;

  constructor(host: Host) {
    this.#host = host;
  }

  start(): void {
    const nowMs = this.#host.monotonicMs();
    this.#cpu = new HeldPower(nowMs);
    this.#gpu = new HeldPower(nowMs);
    const args = ['-n', 'powermetrics', '--samplers', 'cpu_power,gpu_power', '-i', '1000'];
    this.#stream = this.#host.stream('sudo', args, {
      onLine: (line) => this.#read(line),
      onEnd: (problem) => {
        this.#problem = `powermetrics: ${problem ?? 'ended'}; allow it with: ${powermetricsFix}`;
      },
    });
  }

  sample(): Deltas {
    if (this.#problem !== undefined) return { cpu: { gap: this.#problem }, gpu: { gap: this.#problem } };
    const nowMs = this.#host.monotonicMs();
    return { cpu: this.#cpu.take(nowMs), gpu: this.#gpu.take(nowMs) };
  }

  async settle(): Promise<void> {
    const deadline = performance.now() + 2500;
    while (!this.#cpu.hasReading && this.#problem === undefined && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
    if (!this.#cpu.hasReading) this.#problem ??= 'powermetrics gave no reading before the end';
  }

  stop(): void {
    this.#stream?.close();
  }

  #read(line: string): void {
    const found = parsePowermetricsLine(line);
    if (found === undefined) return;
    if (found.kind === 'sample') {
      this.#elapsedMs = found.elapsedMs;
      return;
    }
    const nowMs = this.#host.monotonicMs();
    if (found.kind === 'ane') this.#cpu.addMean(found.watts, this.#elapsedMs / 1000);
    else {
      const held = found.kind === 'cpu' ? this.#cpu : this.#gpu;
      held.readMean(nowMs, found.watts, this.#elapsedMs / 1000);
    }
  }
}

function appleMethod(part: string): Method {
  return {
    name: 'powermetrics',
    description: `Apple powermetrics: mean power of the ${part} each second`,
    isMeasured: true,
    rangeFactors: [0.85, 1.15],
  };
}
