/** A tracked run: from `track` to `stop`. */
import { knownOptions, pickOptions } from '@noosphere/base';
import { CgroupUse, findCgroup } from '../accounting/cgroup.js';
import { ProcessTree } from '../accounting/process-tree.js';
import { Factors } from '../carbon/factors.js';
import { FootprintError } from '../errors.js';
import { type DetectedSources, detectSources } from '../sources/detect.js';
import { components } from '../sources/energy-source.js';
import type { Host } from '../system/host.js';
import { openHost } from '../system/real-host.js';
import { BudgetWatch } from './budget.js';
import { buildReport, known } from './build-report.js';
import { addTotals, joulesOf, nothing, type Totals } from './ledger.js';
import type { TrackOptions } from './options.js';
import { jsonLinesSink, type RecordLine, type RecordSink } from './record.js';
import type { Report } from './report.js';
import { Sampler, type Step } from './sampler.js';
import { checkedName, type Window, WindowBook } from './windows.js';

/** A run that is being tracked. Several may run at once, in one process or many. */
export class Run implements AsyncDisposable {
  readonly #options: TrackOptions;
  readonly #host: Host;
  readonly #sources: DetectedSources;
  readonly #sampler: Sampler;
  readonly #factors: Factors;
  readonly #budget: BudgetWatch;
  readonly #windows: WindowBook;
  readonly #sink: RecordSink | undefined;
  readonly #startedMs: number;
  readonly #startedMonotonicMs: number;
  readonly #warnings: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #effects: Totals = nothing;
  #stopped: Promise<Report> | undefined;
  #isEnding = false;

  /** @internal Made by `track`. */
  constructor(options: TrackOptions) {
    const {
      host = openHost(),
      tariff,
      budget = {},
      record,
      intervalMs = 1000,
      view = 'machine',
    } = knownOptions(
      'Run',
      options,
      'name view scope pid intervalMs manual record budget idleWatts functionalUnit onWarning',
      'onStop host place gramsPerKilowattHour marginalGramsPerKilowattHour pue',
      'waterLitresPerKilowattHour tariff embodied sources cpuTdpWatts memoryWattsPerGigabyte',
      'psys models commands',
    );
    if (!(intervalMs >= 10))
      throw new FootprintError('track', `intervalMs: expected 10 or more, got ${intervalMs}`);
    this.#options = options;
    this.#host = host;
    this.#factors = new Factors('track', options);
    const hasTariff = tariff?.perKilowattHour !== undefined || tariff?.perMachineHour !== undefined;
    this.#budget = new BudgetWatch('track', budget, { hasTariff });
    this.#sources = detectSources(
      host,
      pickOptions(options, 'sources cpuTdpWatts memoryWattsPerGigabyte psys models commands'),
    );
    this.#startedMs = host.wallMs();
    this.#startedMonotonicMs = host.monotonicMs();
    this.#sampler = new Sampler({
      host,
      sources: this.#sources,
      use: this.#use(options),
      ...(options.idleWatts && { idleWatts: options.idleWatts }),
    });
    this.#windows = new WindowBook({ now: () => this.#now(), view });
    this.#sink = typeof record === 'string' ? jsonLinesSink(record) : record;
    this.#append({
      kind: 'start',
      at: new Date(this.#startedMs).toISOString(),
      name: this.name,
      view,
      methods: Object.fromEntries(
        components.flatMap((component) => {
          const method = this.#sampler.methodOf(component);
          return method === undefined ? [] : [[component, method.name]];
        }),
      ),
    });
    if (!options.manual) {
      this.#timer = setInterval(() => this.sample(), intervalMs);
      this.#timer.unref();
    }
  }

  get name(): string {
    return this.#options.name ?? 'run';
  }

  /** Takes a sample now; the timer does so by itself. */
  sample(): void {
    if (this.#isEnding) return;
    this.#join(this.#sampler.advance());
    this.#appendSample();
  }

  /** Opens a window; open nested ones in it: `epoch.window('validation')`. */
  window(name: string): Window {
    this.#mustRun('window');
    return this.#windows.open(checkedName(name));
  }

  /** Runs a function in a window. */
  async measure<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    const window = this.window(name);
    try {
      return await work();
    } finally {
      window.end();
    }
  }

  /** @internal The totals now, for `span`. */
  mark(): Totals {
    return this.#now();
  }

  /** @internal Books a window between two marks. */
  span(path: string, from: Totals, to: Totals): void {
    this.#windows.add(path, from, to);
  }

  /** Time since the start, without a sample. */
  get elapsedSeconds(): number {
    return (this.#host.monotonicMs() - this.#startedMonotonicMs) / 1000;
  }

  /** @internal What was used at an earlier moment, at the mean rates so far. */
  usedAt(elapsedSeconds: number): { energyJoules: number; carbonKilograms: number; cost?: number } {
    if (this.#sampler.totals.seconds < 0.9 * this.elapsedSeconds) this.sample();
    const totals = this.#totals();
    const share = totals.seconds > 0 ? elapsedSeconds / totals.seconds : 0;
    return {
      energyJoules: joulesOf(totals, this.#view) * share,
      carbonKilograms: totals.carbonKilograms * share,
      ...(!Number.isNaN(totals.cost) && { cost: totals.cost * share }),
    };
  }

  /** Whether a budget with `onExceeded: 'stop'` is used up, by the last sample. */
  isExhausted(): boolean {
    return this.#budget.isExhausted;
  }

  /** Numbers so far, by the last sample; what is not known is left out. */
  read(): Record<string, number> {
    const totals = this.#totals();
    const cost = known(totals.cost);
    const water = known(totals.waterLitres);
    return {
      elapsedSeconds: totals.seconds,
      energyJoules: joulesOf(totals, this.#view),
      processJoules: joulesOf(totals, 'process'),
      carbonKilograms: totals.carbonKilograms,
      peakMemoryBytes: this.#sampler.peakMemoryBytes,
      ...(cost !== null && { [`cost${this.#options.tariff?.currency ?? ''}`]: cost }),
      ...(water !== null && { waterLitres: water }),
    };
  }

  /** A report of the run so far; it goes on. */
  report(): Report {
    if (!this.#isEnding) this.#join(this.#sampler.advance());
    return this.#build();
  }

  /** Ends the run and tells what it took; a second call tells the same. */
  stop(): Promise<Report> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #end(): Promise<Report> {
    clearInterval(this.#timer);
    this.#windows.endAll();
    this.#isEnding = true;
    this.#join(await this.#sampler.finish());
    const report = this.#build();
    this.#append({ kind: 'end', at: new Date(this.#host.wallMs()).toISOString(), report });
    this.#options.onStop?.(report);
    return report;
  }

  get #view(): 'machine' | 'process' {
    return this.#options.view ?? 'machine';
  }

  #use({ scope = 'tree', pid }: TrackOptions): ProcessTree | CgroupUse {
    if (scope === 'tree') return new ProcessTree(this.#host, pid ?? this.#host.pid);
    const place = findCgroup(this.#host, pid ?? 'self');
    if (place === undefined)
      throw new FootprintError(
        'track',
        "scope: 'cgroup' expected a control group with a processor account, got none; use 'tree'",
      );
    return new CgroupUse(this.#host, place);
  }

  #now(): Totals {
    this.#mustRun('window');
    this.#join(this.#sampler.advance());
    return this.#totals();
  }

  #totals(): Totals {
    return addTotals(this.#sampler.totals, this.#effects);
  }

  /** Carbon, water and money of a step, at the moment's factors; then the budgets. */
  #join({ added }: Step): void {
    const joules = joulesOf(added, this.#view);
    const effects = this.#factors.effects(joules, added.seconds, this.#host.wallMs());
    this.#effects = addTotals(this.#effects, { ...nothing, ...effects });
    const totals = this.#totals();
    const news = this.#budget.check({
      energyJoules: joulesOf(totals, this.#view),
      carbonKilograms: totals.carbonKilograms,
      cost: totals.cost,
      minutes: totals.seconds / 60,
      memoryMegabytes: this.#sampler.peakMemoryBytes / 1e6,
    });
    for (const { limit, allowed, used } of news) {
      const text = `budget: ${limit} ${used.toPrecision(4)} of ${allowed} used`;
      this.#warnings.push(text);
      this.#options.onWarning?.(text);
    }
  }

  #build(): Report {
    const { functionalUnit } = this.#options;
    const report = buildReport({
      name: this.name,
      startedMs: this.#startedMs,
      view: this.#view,
      totals: this.#totals(),
      methodOf: (component) => this.#sampler.methodOf(component),
      factors: this.#factors,
      functionalUnit,
      windows: this.#windows.reports(),
      gaps: this.#sampler.gaps.list,
      exceeded: this.#budget.exceeded,
      peakMemoryBytes: this.#sampler.peakMemoryBytes,
      sources: this.#sources,
      platform: this.#host.platform,
    });
    return { ...report, warnings: [...report.warnings, ...this.#warnings] };
  }

  #appendSample(): void {
    const totals = this.#totals();
    this.#append({
      kind: 'sample',
      at: new Date(this.#host.wallMs()).toISOString(),
      elapsedSeconds: totals.seconds,
      energyJoules: joulesOf(totals, this.#view),
      machineJoules: joulesOf(totals, 'machine'),
      processJoules: joulesOf(totals, 'process'),
      carbonKilograms: known(totals.carbonKilograms),
      processCpuSeconds: totals.processCpuSeconds,
      peakMemoryBytes: this.#sampler.peakMemoryBytes,
      utilization: this.#sampler.utilization ?? null,
    });
  }

  /** A record that cannot be written must not end the work: it is said once, in the report. */
  #append(line: RecordLine): void {
    try {
      this.#sink?.append(line);
    } catch (error) {
      const text = `the record could not be written: ${error instanceof Error ? error.message : error}`;
      if (this.#warnings.includes(text)) return;
      this.#warnings.push(text);
      this.#options.onWarning?.(text);
    }
  }

  #mustRun(operation: string): void {
    if (this.#isEnding)
      throw new FootprintError(
        operation,
        `expected a run that goes on, got '${this.name}', which was stopped`,
      );
  }
}
