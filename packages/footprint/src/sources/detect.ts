/** Which sources this machine offers, what is missing, and the command that would give it. */
import { knownOptions } from '@noosphere/base';
import { findCgroup } from '../accounting/cgroup.js';
import { readMemory } from '../accounting/machine-load.js';
import { countProcessors } from '../accounting/proc-files.js';
import { type Host, listOr, readOr } from '../system/host.js';
import { codecarbonCpuModel, codecarbonMemoryModel } from './codecarbon-method.js';
import { type CpuModelSource, tdpModel, virtualCpuModel } from './cpu-model.js';
import { type CpuPower, findCpuPower, unknownThreadWatts } from './cpu-power.js';
import type { Component, EnergySource } from './energy-source.js';
import { type MemoryModelSource, memoryModel } from './memory-model.js';
import { NvidiaSource } from './nvidia.js';
import { PowermetricsSource } from './powermetrics.js';
import { RaplSource } from './rapl.js';
import { findRaplZones, powercapFolder, type RaplZones } from './rapl-zones.js';

export interface SourceOptions {
  /** Meters of your own; they come before those found here. */
  readonly sources?: readonly EnergySource[];
  /** Full power of all processors together, where you know it better than the table. */
  readonly cpuTdpWatts?: number;
  /** @default 0.3725 */
  readonly memoryWattsPerGigabyte?: number;
  /** Adds what the platform meter sees beyond packages and memory. @default false */
  readonly psys?: boolean;
  /**
   * `codecarbon` computes processor and memory as CodeCarbon 3 does, for comparison with older records.
   * @default 'footprint'
   */
  readonly models?: 'footprint' | 'codecarbon';
  /** Starts nvidia-smi or powermetrics where they are there. @default true */
  readonly commands?: boolean;
}

/** Something that cannot be measured here. */
export interface SourceProblem {
  readonly component: Component;
  readonly what: string;
  readonly why: string;
  /** The command that would change it; `undefined` where nothing on this machine can. */
  readonly fix?: string;
}

/** The machine as far as it matters for energy. */
export interface Machine {
  readonly cpuModel: string;
  readonly processors: number;
  /** Processors by the piece; `processors` counts threads. */
  readonly sockets: number;
  readonly isVirtual: boolean;
  readonly memoryBytes: number;
}

export interface DetectedSources {
  readonly machine: Machine;
  /** In order of preference. */
  readonly meters: readonly EnergySource[];
  readonly models: { readonly cpu: CpuModelSource; readonly memory: MemoryModelSource };
  readonly problems: readonly SourceProblem[];
}

/**
 * Looks at a machine once: meters that can be read, models for the rest, and problems with their fixes.
 *
 * @example
 * const { models } = detectSources(openHost());
 * console.log(models.memory.methods.memory.isMeasured); // → false
 */
export function detectSources(host: Host, options: SourceOptions = {}): DetectedSources {
  knownOptions('detectSources', options, 'sources cpuTdpWatts memoryWattsPerGigabyte psys models commands');
  const machine = readMachine(host);
  const problems: SourceProblem[] = [];
  const meters = [...(options.sources ?? [])];
  if (host.platform === 'linux') {
    const found = findRaplZones(host);
    if (found.zones.length > 0) meters.push(new RaplSource(host, { found, psys: options.psys ?? false }));
    problems.push(...raplProblems(host, found, machine));
  }
  if (host.platform === 'darwin' && options.commands !== false) {
    if (host.hasCommand('powermetrics')) meters.push(new PowermetricsSource(host));
    else problems.push({ component: 'cpu', what: 'powermetrics', why: 'the command is not in PATH' });
  }
  if (host.platform === 'win32') {
    const why = 'Windows shows energy meters only to drivers; the model is used';
    problems.push({ component: 'cpu', what: 'energy meter', why });
  }
  if (host.hasCommand('nvidia-smi') && options.commands !== false) meters.push(new NvidiaSource(host));
  else problems.push(...gpuProblems(host));
  return { machine, meters, models: chooseModels(host, machine, options), problems };
}

/** Processor, memory, and whether a hypervisor stands between. */
export function readMachine(host: Host): Machine {
  const cpuInfo = readOr(host, '/proc/cpuinfo') ?? '';
  return {
    cpuModel: /^model name\s*:\s*(.*)$/m.exec(cpuInfo)?.[1]?.trim() ?? host.cpuModel(),
    processors: countProcessors(readOr(host, '/proc/stat') ?? '') || host.cpuTimes().processors,
    sockets: Math.max(1, new Set(cpuInfo.match(/^physical id\s*:.*$/gm)).size),
    isVirtual: /^flags\s*:.*\bhypervisor\b/m.test(cpuInfo),
    memoryBytes: readMemory(host).totalBytes,
  };
}

function chooseModels(host: Host, machine: Machine, options: SourceOptions): DetectedSources['models'] {
  const isArm = /^CPU implementer/m.test(readOr(host, '/proc/cpuinfo') ?? '');
  const given = options.cpuTdpWatts;
  // A guest sees some threads of a processor whose whole power it does not have.
  const isGuest = machine.isVirtual && given === undefined && options.models !== 'codecarbon';
  const inTable = isGuest ? undefined : findCpuPower(machine.cpuModel);
  const power: CpuPower | undefined =
    given === undefined
      ? inTable && { ...inTable, watts: inTable.watts * machine.sockets }
      : { watts: given, from: 'given', isKnown: true };
  const perThread: CpuPower = {
    watts: unknownThreadWatts * machine.processors,
    from: `unknown processor, ${unknownThreadWatts} W a thread`,
    isKnown: false,
  };
  if (options.models === 'codecarbon')
    return {
      cpu: codecarbonCpuModel((power ?? perThread).watts),
      memory: codecarbonMemoryModel(machine.memoryBytes, { isArm }),
    };
  const memory = memoryModel(machine.memoryBytes, options.memoryWattsPerGigabyte);
  if (isGuest) return { cpu: virtualCpuModel(machine.processors), memory };
  return { cpu: tdpModel(power ?? perThread), memory };
}

function raplProblems(host: Host, found: RaplZones, machine: Machine): SourceProblem[] {
  const denied = found.lost.filter(({ problem }) => problem === 'denied');
  const problems: SourceProblem[] = [];
  if (denied.length > 0) {
    const files = denied.map(({ energyFile }) => energyFile).join(' ');
    problems.push({
      component: 'cpu',
      what: `RAPL: ${denied.map(({ id, name }) => `${id} (${name})`).join(', ')}`,
      why: 'only root may read energy_uj since CVE-2020-8694 (PLATYPUS); opening it tells local users about your work',
      fix: `sudo chmod a+r ${files}`,
    });
  }
  for (const zone of found.lost.filter(({ problem }) => problem === 'failed'))
    problems.push({ component: 'cpu', what: `RAPL: ${zone.id}`, why: 'energy_uj holds no number' });
  if (found.zones.length === 0 && denied.length === 0) {
    const isContainer = findCgroup(host) !== undefined && readOr(host, '/proc/1/sched') === undefined;
    if (machine.isVirtual)
      problems.push({
        component: 'cpu',
        what: 'RAPL',
        why: 'a virtual machine: the hypervisor does not pass the energy counters on; measure on the host',
      });
    else if (!found.hasTree)
      problems.push({
        component: 'cpu',
        what: 'RAPL',
        why: `${powercapFolder} is not there: the kernel module is not loaded${isContainer ? ' or the container hides it' : ''}`,
        fix: 'sudo modprobe intel_rapl_msr || sudo modprobe intel_rapl_common',
      });
    else
      problems.push({
        component: 'cpu',
        what: 'RAPL',
        why: `${powercapFolder} has no package or psys zone with energy_uj; containers mask it (mount it: -v /sys/class/powercap:/sys/class/powercap:ro)`,
      });
  }
  if (found.zones.every(({ kind }) => kind !== 'dram'))
    problems.push({
      component: 'memory',
      what: 'RAPL dram',
      why: 'this processor shows no readable memory meter; desktop and AMD processors have none',
    });
  return problems;
}

function gpuProblems(host: Host): SourceProblem[] {
  if (listOr(host, '/proc/driver/nvidia/gpus').length > 0)
    return [
      {
        component: 'gpu',
        what: 'nvidia-smi',
        why: 'an NVIDIA GPU is there, but not the command that reads it',
        fix: 'sudo apt-get install nvidia-utils-550-server # the number of your driver: cat /proc/driver/nvidia/version',
      },
    ];
  const cards = listOr(host, '/sys/class/drm').filter((name) => /^card\d+$/.test(name));
  const vendors = cards.map((card) => readOr(host, `/sys/class/drm/${card}/device/vendor`)?.trim());
  if (vendors.includes('0x1002'))
    return [
      { component: 'gpu', what: 'AMD GPU', why: 'AMD GPUs are not read yet; give a source of your own' },
    ];
  return [];
}
