/** What can be measured on this machine, what not and why, and the command that would change it. */
import { findCgroup } from '../accounting/cgroup.js';
import { carbonText, digits } from '../reports/quantities.js';
import { detectSources } from '../sources/detect.js';
import { type Component, components, type EnergySource } from '../sources/energy-source.js';
import type { Host } from '../system/host.js';

export interface Diagnosis {
  readonly machine: ReturnType<typeof detectSources>['machine'];
  readonly methods: readonly {
    readonly component: Component;
    readonly method: string;
    readonly isMeasured: boolean;
    readonly description: string;
    readonly rangeFactors: readonly [number, number];
  }[];
  readonly accounting: string;
  readonly problems: ReturnType<typeof detectSources>['problems'];
}

/**
 * Looks at a machine and tells how each component would be known.
 *
 * @example
 * const { methods } = diagnose(openHost());
 * console.log(methods.some(({ component }) => component === 'cpu')); // → true
 */
export function diagnose(host: Host): Diagnosis {
  const { machine, meters, models, problems } = detectSources(host);
  const sources: readonly EnergySource[] = [...meters, models.cpu, models.memory];
  const methods = components.flatMap((component) => {
    const method = sources.find(({ methods }) => methods[component] !== undefined)?.methods[component];
    if (method === undefined) return [];
    const { name, isMeasured, description, rangeFactors } = method;
    return [{ component, method: name, isMeasured, description, rangeFactors }];
  });
  const cgroup = findCgroup(host);
  const tree =
    host.platform === 'linux'
      ? 'process tree by /proc, ended children included'
      : 'this process alone: only Linux tells about children';
  const accounting = `${tree}${cgroup === undefined ? '' : `; control group version ${cgroup.version} (${cgroup.cpuFile})`}`;
  return { machine, methods, accounting, problems };
}

/** A diagnosis as text. */
export function diagnosisText({ machine, methods, accounting, problems }: Diagnosis): string {
  const { cpuModel, processors, sockets, isVirtual, memoryBytes } = machine;
  const lines = [
    `machine     ${cpuModel || 'unknown processor'}, ${processors} threads, ${sockets} socket${sockets > 1 ? 's' : ''}, ${digits(memoryBytes / 1e9)} GB${isVirtual ? ', virtual' : ''}`,
    ...methods.map(
      ({ component, isMeasured, description, rangeFactors: [low, high] }) =>
        `${component.padEnd(11)} ${isMeasured ? 'measured' : 'modelled'}, x${low} to x${high}: ${description}`,
    ),
    ...(methods.some(({ component }) => component === 'gpu') ? [] : ['gpu         none found']),
    `processes   ${accounting}`,
  ];
  const faults = problems.flatMap(({ component, what, why, fix }) => [
    '',
    `${component}: ${what} is not used: ${why}`,
    ...(fix === undefined ? [] : [`  fix: ${fix}`]),
  ]);
  return [...lines, ...faults].join('\n');
}

/** The line that `watch` ends with. */
export function summaryText(energy: string, kilograms: number, time: string, how: string): string {
  return `footprint: ${time}, ${energy}, ${carbonText(kilograms)}; ${how}`;
}
