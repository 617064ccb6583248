/** Takes samples: readings in, running totals out. Knows nothing of carbon or windows. */

import type { CgroupUse } from '../accounting/cgroup.js';
import { MachineLoad, readMemory } from '../accounting/machine-load.js';
import type { ProcessTree } from '../accounting/process-tree.js';
import type { DetectedSources } from '../sources/detect.js';
import {
  type Component,
  components,
  type Delta,
  type EnergySource,
  type Interval,
  type Method,
} from '../sources/energy-source.js';
import type { Host } from '../system/host.js';
import { Clock } from './clock.js';
import { Gaps } from './gaps.js';
import { addTotals, type ComponentTotals, nothing, type Totals } from './ledger.js';

export interface SamplerOptions {
  readonly host: Host;
  readonly sources: DetectedSources;
  readonly use: ProcessTree | CgroupUse;
  /** Watts that the machine's components draw when nobody works. @default the model's, at most what is measured */
  readonly idleWatts?: Readonly<Partial<Record<Component, number>>>;
}

/** What one step of sampling added. */
export interface Step {
  readonly added: Totals;
  readonly clockChangeSeconds: number;
}

export class Sampler {
  readonly gaps = new Gaps();
  totals: Totals = nothing;
  peakMemoryBytes = 0;
  samples = 0;
  readonly #options: SamplerOptions;
  readonly #clock: Clock;
  readonly #load: MachineLoad;
  #utilization: number | undefined;
  #cpuShare: number | undefined;
  #pendingProcessCpu = 0;

  constructor(options: SamplerOptions) {
    this.#options = options;
    this.#clock = new Clock(options.host);
    this.#load = new MachineLoad(options.host);
    options.use.sample();
    for (const source of this.#sources()) source.start();
  }

  /** The share of all processors that was busy in the last sample. */
  get utilization(): number | undefined {
    return this.#utilization;
  }

  /** How each component is known: its meter, else its model. */
  methodOf(component: Component): Method | undefined {
    return this.#meterOf(component)?.methods[component] ?? this.#model(component)?.methods[component];
  }

  /** Everything since the sample before joins the totals. */
  advance(): Step {
    const { host, use } = this.#options;
    const elapsed = this.#clock.tick();
    const used = use.sample();
    const memory = readMemory(host);
    this.samples++;
    this.peakMemoryBytes = Math.max(this.peakMemoryBytes, used.memoryBytes);
    this.#pendingProcessCpu += used.cpuSeconds;
    const machine = this.#load.sample();
    if (machine !== undefined) {
      this.#utilization = machine.utilization;
      this.#cpuShare =
        machine.busySeconds > 0 ? Math.min(1, this.#pendingProcessCpu / machine.busySeconds) : 0;
      this.#pendingProcessCpu = 0;
    }
    const capacity = elapsed.seconds * Math.max(1, this.#load.processors);
    const ownLoad = capacity > 0 ? Math.min(1, used.cpuSeconds / capacity) : 0;
    const interval: Interval = {
      seconds: elapsed.seconds,
      suspendedSeconds: elapsed.suspendedSeconds,
      utilization: this.#utilization ?? ownLoad,
    };
    const shares: Partial<Record<Component, number>> = {
      cpu: this.#cpuShare ?? (used.cpuSeconds > 0 ? 1 : 0),
      memory: memory.totalBytes > 0 ? Math.min(1, used.memoryBytes / memory.totalBytes) : 0,
    };
    const usedShare = memory.totalBytes > 0 ? memory.usedBytes / memory.totalBytes : 0;
    const added: Totals = {
      ...nothing,
      seconds: elapsed.seconds,
      suspendedSeconds: elapsed.suspendedSeconds,
      machineCpuSeconds: machine?.busySeconds ?? 0,
      processCpuSeconds: used.cpuSeconds,
      components: this.#componentSteps(interval, shares, usedShare),
    };
    this.#noteClock(elapsed.suspendedSeconds, elapsed.clockChangeSeconds);
    this.totals = addTotals(this.totals, added);
    return { added, clockChangeSeconds: elapsed.clockChangeSeconds };
  }

  /** Lets meters on their own clock give what is due, then the last sample. */
  async finish(): Promise<Step> {
    await Promise.all(this.#sources().map((source) => source.settle?.()));
    const step = this.advance();
    await Promise.all(this.#sources().map((source) => source.stop()));
    return step;
  }

  #componentSteps(
    interval: Interval,
    shares: Readonly<Partial<Record<Component, number>>>,
    usedMemoryShare: number,
  ): Record<Component, ComponentTotals> {
    const read = new Map(this.#options.sources.meters.map((meter) => [meter, meter.sample(interval)]));
    const steps = { ...nothing.components };
    for (const component of components) {
      const meter = this.#meterOf(component);
      const delta = meter && read.get(meter)?.[component];
      const model = this.#model(component);
      const modelled = model?.sample(interval)[component];
      const chosen = delta === undefined ? modelled : delta;
      if (chosen === undefined) continue;
      if (!('gap' in chosen)) {
        const method = this.methodOf(component);
        const idle = this.#idleJoules(component, chosen, modelled, interval, usedMemoryShare);
        const gpuShare = component === 'gpu' ? meter?.gpuShare?.(this.#pids()) : undefined;
        const share = shares[component] ?? gpuShare ?? 1;
        steps[component] = componentStep(
          chosen.joules,
          idle,
          component === 'memory' ? share / Math.max(share, usedMemoryShare, 1e-9) : share,
          method?.rangeFactors ?? [1, 1],
          delta === undefined ? 'modelledSeconds' : 'measuredSeconds',
          interval.seconds,
        );
        continue;
      }
      steps[component] = this.#fill(component, chosen.gap, model, modelled, interval, shares[component] ?? 1);
    }
    return steps;
  }

  /** A meter failed: its model stands in, or the time is listed as unknown. */
  #fill(
    component: Component,
    reason: string,
    model: EnergySource | undefined,
    modelled: Delta | undefined,
    interval: Interval,
    share: number,
  ): ComponentTotals {
    const filled = modelled !== undefined && 'joules' in modelled ? modelled.joules : undefined;
    this.gaps.add({
      component,
      reason,
      fromSeconds: this.totals.seconds,
      toSeconds: this.totals.seconds + interval.seconds,
      filledJoules: filled,
    });
    if (filled === undefined) return { ...nothing.components.cpu, unknownSeconds: interval.seconds };
    const factors = model?.methods[component]?.rangeFactors ?? [0.5, 2];
    const idle = modelled?.idleJoules ?? 0;
    return componentStep(filled, idle, share, factors, 'modelledSeconds', interval.seconds);
  }

  #idleJoules(
    component: Component,
    delta: { readonly joules: number; readonly idleJoules?: number },
    modelled: Delta | undefined,
    interval: Interval,
    usedMemoryShare: number,
  ): number {
    const given = this.#options.idleWatts?.[component];
    if (given !== undefined) return Math.min(delta.joules, given * interval.seconds);
    // Memory is refreshed whether it holds something or not: what nobody uses is idle.
    if (component === 'memory') return delta.joules * (1 - Math.min(1, usedMemoryShare));
    if (component === 'gpu') return 0;
    if (component === 'board') return delta.joules;
    return Math.min(delta.joules, delta.idleJoules ?? modelled?.idleJoules ?? 0);
  }

  #noteClock(suspendedSeconds: number, clockChangeSeconds: number): void {
    const at = this.totals.seconds;
    const add = (reason: string) =>
      this.gaps.add({ component: 'clock', reason, fromSeconds: at, toSeconds: at, filledJoules: undefined });
    if (suspendedSeconds > 0) add(`the machine was suspended for ${suspendedSeconds.toFixed(0)} s`);
    if (clockChangeSeconds !== 0)
      add(`the wall clock was turned by ${clockChangeSeconds.toFixed(0)} s; durations do not follow it`);
  }

  #pids(): ReadonlySet<number> {
    const { use } = this.#options;
    return 'pids' in use ? use.pids : new Set();
  }

  #sources(): readonly EnergySource[] {
    const { meters, models } = this.#options.sources;
    return [...meters, models.cpu, models.memory];
  }

  #meterOf(component: Component): EnergySource | undefined {
    return this.#options.sources.meters.find(({ methods }) => methods[component] !== undefined);
  }

  #model(component: Component): EnergySource | undefined {
    const { cpu, memory } = this.#options.sources.models;
    return component === 'cpu' ? cpu : component === 'memory' ? memory : undefined;
  }
}

function componentStep(
  joules: number,
  idleJoules: number,
  share: number,
  [low, high]: readonly [number, number],
  kind: 'measuredSeconds' | 'modelledSeconds',
  seconds: number,
): ComponentTotals {
  return {
    ...nothing.components.cpu,
    joules,
    lowJoules: joules * low,
    highJoules: joules * high,
    idleJoules,
    processJoules: Math.max(0, joules - idleJoules) * share,
    [kind]: seconds,
  };
}
