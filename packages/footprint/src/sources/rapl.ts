/**
 * Running Average Power Limit: the energy counters of Intel and AMD processors under Linux.
 *
 * cpu = Σ packages; memory = Σ dram; with `psys` also board = max(0, psys − packages − dram), so that nothing counts
 * twice.
 */
import { type Host, readOr } from '../system/host.js';
import { counterGrowth } from './counter.js';
import type { Delta, Deltas, EnergySource, Interval, Method } from './energy-source.js';
import { findRaplZones, type RaplZone, type RaplZones } from './rapl-zones.js';

export interface RaplOptions {
  /**
   * Whether to add what the platform meter sees beyond packages and memory. Some boards give nonsense there.
   * @default false; a machine with psys alone is measured by it in any case
   */
  readonly psys?: boolean;
  /** Zones found before. @default searched */
  readonly found?: RaplZones;
}

/** A zone without a stated limit draws less than this; a counter that says more was reset. */
const mostPossibleWatts = 2000;
/** Two meters that differ by less may be one, read one after the other. */
const mirrorMicrojoules = 1e6;

interface ZoneState {
  readonly zone: RaplZone;
  /** `undefined` after a reading that failed. */
  last: number | undefined;
}

/**
 * A source over the RAPL zones of a machine.
 *
 * RAPL models AMD and older Intel dram; against external meters package energy is right to some 5 % (Khan et al. 2018,
 * "RAPL in Action").
 */
export class RaplSource implements EnergySource {
  readonly methods: EnergySource['methods'];
  readonly #host: Host;
  readonly #hasPsys: boolean;
  #states: ZoneState[];
  /** Packages that may be the same meter as an earlier one, until an interval tells. */
  #suspects = new Map<ZoneState, ZoneState>();

  constructor(host: Host, { psys = false, found = findRaplZones(host) }: RaplOptions = {}) {
    this.#host = host;
    const of = (kind: RaplZone['kind']) => found.zones.filter((zone) => zone.kind === kind);
    const hasPackages = of('package').length > 0;
    this.#hasPsys = of('psys').length > 0 && (psys || !hasPackages);
    const used = [...of('package'), ...of('dram'), ...(this.#hasPsys ? of('psys') : [])];
    this.#states = used.map((zone) => ({ zone, last: undefined }));
    this.methods = {
      ...(hasPackages && { cpu: method('package', of('package')) }),
      ...(!hasPackages && this.#hasPsys && { cpu: method('psys, the whole platform', of('psys')) }),
      ...(of('dram').length > 0 && { memory: method('dram', of('dram')) }),
      ...(hasPackages && this.#hasPsys && { board: method('psys less package and dram', of('psys')) }),
    };
  }

  start(): void {
    for (const state of this.#states) state.last = this.#read(state.zone);
    this.#suspects = suspectMirrors(this.#states.filter(({ zone }) => zone.kind === 'package'));
  }

  sample(interval: Interval): Deltas {
    const growths = new Map(this.#states.map((state) => [state, this.#grow(state, interval)]));
    this.#judgeSuspects(growths);
    const total = (kind: RaplZone['kind']): Delta => {
      let joules = 0;
      for (const [state, delta] of growths) {
        if (state.zone.kind !== kind || this.#suspects.has(state) || !this.#states.includes(state)) continue;
        if ('gap' in delta) return delta;
        joules += delta.joules;
      }
      return { joules };
    };
    const hasPackages = this.methods.board !== undefined || !this.#hasPsys;
    const [cpu, memory] = [total(hasPackages ? 'package' : 'psys'), total('dram')];
    return {
      ...(this.methods.cpu && { cpu }),
      ...(this.methods.memory && { memory }),
      ...(this.methods.board && { board: rest(total('psys'), cpu, memory) }),
    };
  }

  stop(): void {}

  #read(zone: RaplZone): number | undefined {
    const text = readOr(this.#host, zone.energyFile);
    return text !== undefined && /^\s*\d+\s*$/.test(text) ? Number(text) : undefined;
  }

  #grow(state: ZoneState, interval: Interval): Delta {
    const { zone, last } = state;
    const now = this.#read(zone);
    state.last = now;
    if (now === undefined) return { gap: `${zone.id} (${zone.name}) can no longer be read` };
    if (last === undefined) return { gap: `${zone.id} (${zone.name}) could not be read before` };
    const watts = zone.limitWatts === undefined ? mostPossibleWatts : 4 * zone.limitWatts;
    const seconds = Math.max(0.01, interval.seconds + interval.suspendedSeconds);
    const step = counterGrowth({
      last,
      now,
      maximum: zone.maximumMicrojoules,
      mostPossible: seconds * Math.min(mostPossibleWatts, watts) * 1e6 + mirrorMicrojoules,
    });
    return 'gap' in step ? { gap: `${zone.id} (${zone.name}): ${step.gap}` } : { joules: step.growth / 1e6 };
  }

  /** A suspect that grew as its original did is dropped for good; one that did not is a meter of its own. */
  #judgeSuspects(growths: ReadonlyMap<ZoneState, Delta>): void {
    for (const [suspect, original] of this.#suspects) {
      const [a, b] = [growths.get(suspect), growths.get(original)];
      if (a === undefined || b === undefined || 'gap' in a || 'gap' in b) continue;
      if (a.joules <= 0 && b.joules <= 0) continue;
      this.#suspects.delete(suspect);
      if (Math.abs(a.joules - b.joules) <= mirrorMicrojoules / 1e6)
        this.#states = this.#states.filter((state) => state !== suspect);
    }
  }
}

/** AMD processors of several dies may show the meter of the socket once a die. */
function suspectMirrors(states: readonly ZoneState[]): Map<ZoneState, ZoneState> {
  const suspects = new Map<ZoneState, ZoneState>();
  const originals: ZoneState[] = [];
  for (const state of states) {
    const { last } = state;
    if (last === undefined || last === 0) continue;
    const original = originals.find((other) => Math.abs((other.last ?? 0) - last) <= mirrorMicrojoules);
    if (original === undefined) originals.push(state);
    else suspects.set(state, original);
  }
  return suspects;
}

function rest(whole: Delta, ...parts: readonly Delta[]): Delta {
  if ('gap' in whole) return whole;
  let joules = whole.joules;
  for (const part of parts) {
    if ('gap' in part) return part;
    joules -= part.joules;
  }
  return { joules: Math.max(0, joules) };
}

function method(what: string, zones: readonly RaplZone[]): Method {
  return {
    name: 'rapl',
    description: `RAPL energy counters (${what}): ${zones.map(({ id }) => id).join(', ')}`,
    isMeasured: true,
    rangeFactors: [0.95, 1.05],
  };
}
