/** A compiled train step and the state it moves: parameters, optimizer slots, step count. */
import { knownOptions, pickOptions } from '@noosphere/base';
import {
  ArgumentError,
  cpuExecutor,
  type Executor,
  fromData,
  fromNumbers,
  type HostTensor,
  hostData,
  type Precision,
  visitTree,
} from '@noosphere/core';
import { treeSignature } from '@noosphere/core/operators';
import { averageSlot, type Optimizer, type ParameterGroup } from '../optimizers/index.js';
import { problemOfBatch } from './batch-checks.js';
import { stackBatches } from './batch-inputs.js';
import { defineStep } from './define-step.js';
import type { LossFunction } from './loss-call.js';
import { drawMasks } from './masks.js';
import { explainNonFinite } from './non-finite.js';
import { NonFiniteLossError } from './non-finite-loss-error.js';
import type { NamedState, StateLayout, StepState } from './state-layout.js';
import { StateMemory } from './state-memory.js';
import { type StepDefinition, type StepGraph, stretchesOf, traceStep } from './step-graph.js';
import { loadLoop, loadStepping, type StepProgram } from './step-program.js';

export interface TrainStepOptions<Model extends object, Batch extends object> {
  readonly model: Model;
  readonly loss: LossFunction<Model, Batch>;
  /** One for all parameters, or one for each group of them. */
  readonly optimizer: Optimizer | readonly ParameterGroup[];
  /** Seed of the dropout masks. @default 0 */
  readonly seed?: number;
  /** Scale gradients down to this norm over all parameters. @default no clipping */
  readonly clipNorm?: number;
  /** Clip each element of the gradients to [-clipValue, clipValue], before the norm. @default no clipping */
  readonly clipValue?: number;
  /** Batches whose gradients are averaged for one step, in the memory of one. @default 1 */
  readonly accumulate?: number;
  /** Which parameters train, by path. @default all */
  readonly trainable?: (path: string) => boolean;
  /** Threads inside one operator. @default NOOSPHERE_THREADS, else the cores this process may use */
  readonly threads?: number;
  /** How exact products of float32 matrices are. @default NOOSPHERE_PRECISION, else what `productPrecision` says */
  readonly precision?: Precision;
  /** @default the CPU */
  readonly executor?: Executor;
}

/** The names of a step's options, for those who take more. */
export const stepOptionNames =
  'model loss optimizer seed clipNorm clipValue accumulate trainable threads precision executor';

/** Loss and metrics of one step. */
export interface StepResult {
  /** Steps done when this one was. */
  readonly step: number;
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly learningRate: number;
}

/** The whole state of a training run, by name: enough to go on with the same bits. */
export interface TrainState extends NamedState {
  readonly step: number;
  /** Factor on every learning rate. */
  readonly learningRateScale: number;
}

interface Compiled {
  readonly step: StepGraph;
  readonly program: StepProgram;
}

/**
 * A train step: forward, backward and update in one native call.
 * @example
 * const loss = (layer: Linear, { x, y }: { x: Tensor; y: Tensor }) => meanSquaredError(layer.forward(x), y);
 * const step = new TrainStep({ model: new Linear(1, 1, new Random(1)), loss, optimizer: adam() });
 * const [first, second] = await step.run([{ x: ones([4, 1]), y: zeros([4, 1]) }, { x: ones([4, 1]), y: zeros([4, 1]) }]);
 * console.log(step.step, (second?.loss ?? 1) < (first?.loss ?? 0)); // → 2 true
 */
export class TrainStep<Model extends object, Batch extends object> {
  /** Factor on every learning rate, e.g. lowered when validation stops improving. */
  learningRateScale = 1;
  readonly #definition: StepDefinition<Model, Batch>;
  readonly #options: TrainStepOptions<Model, Batch>;
  readonly #programs = new Map<string, Promise<Compiled | undefined>>();
  readonly #layout: StateLayout;
  readonly #memory = new StateMemory();
  #state: StepState<HostTensor>;
  #step = 0;

  constructor(options: TrainStepOptions<Model, Batch>) {
    knownOptions('TrainStep', options, stepOptionNames);
    this.#definition = defineStep(options);
    this.#options = options;
    this.#layout = this.#definition.layout;
    this.#state = this.#layout.initial(options.model);
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  /** The model with the parameters and buffers of now. They are views of the state: copy what must outlive the next step. */
  get model(): Model {
    return this.modelWith(this.state().parameters);
  }

  /** Whether the optimizer keeps an average of the parameters (`averaged`). */
  get keepsAverage(): boolean {
    return this.#layout.optimizers.some(({ slots }) => slots.includes(averageSlot));
  }

  /** The model with the averaged parameters of now. Throws where no average is kept. */
  get averagedModel(): Model {
    if (!this.keepsAverage)
      throw new ArgumentError('averagedModel', 'the optimizer keeps no average; wrap it with averaged()');
    const { parameters, slots } = this.state();
    const prefix = `${averageSlot}.`;
    const averages = [...slots].flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : [],
    );
    return this.modelWith(new Map([...parameters, ...averages]));
  }

  /** The model with these parameters and buffers; what they do not name stays as it was given. */
  modelWith(parameters: TrainState['parameters']): Model {
    return this.#layout.modelWith(this.#definition.model, parameters);
  }

  /** Copies of what this step changes of a model of its kind, by path. */
  weightsOf(model: Model): Map<string, HostTensor<'float32'>> {
    const wanted = new Set(this.#layout.members.map(({ path }) => path));
    const found = new Map<string, HostTensor<'float32'>>();
    visitTree(model, (leaf, path) => {
      if (wanted.has(path))
        found.set(
          path,
          fromData('float32', leaf.shape as readonly number[], (hostData(leaf) as Float32Array).slice()),
        );
    });
    return found;
  }

  /** The state of now, by name, as views. */
  state(): TrainState {
    this.#memory.keep(this.#layout.write(this.#state));
    return {
      step: this.#step,
      learningRateScale: this.learningRateScale,
      ...this.#layout.toNamed(this.#state),
    };
  }

  /** Takes a state over, e.g. from a checkpoint of the same model and optimizer. */
  restore(state: TrainState): void {
    this.#state = this.#layout.fromNamed(state);
    this.#step = state.step;
    this.learningRateScale = state.learningRateScale;
  }

  /**
   * A step for each batch, or for as many as are accumulated, all in one native call; batches must have one shape. A call of
   * one step takes fewer batches than are accumulated, and batches of other sizes: gradients are averaged over rows.
   * @returns One result a step.
   */
  async run(batches: readonly Batch[]): Promise<StepResult[]> {
    const { accumulate } = this.#definition;
    const { seed = 0 } = this.#options;
    batches.forEach(requireBatch);
    const [first] = batches;
    if (!first || (batches.length > accumulate && batches.length % accumulate !== 0))
      throw new ArgumentError(
        'train',
        `needs ${accumulate === 1 ? 'at least one batch' : `up to ${accumulate} batches (accumulate), or a multiple of them`}, got ${batches.length}`,
      );
    const steps = Math.ceil(batches.length / accumulate);
    const { step, program } = await this.#compiledFor(batches, steps);
    this.#checkBatches(step, batches);
    const rates = Array.from({ length: steps }, (_, index) => this.#rates(this.#step + index));
    const inputs = [this.#scalars(rates)];
    let place = 0;
    for (const { count, sites } of step.stretches) {
      const own = batches.slice(place, place + steps * count);
      const lead = [...(steps > 1 ? [steps] : []), ...(accumulate > 1 ? [count] : [])];
      inputs.push(
        ...stackBatches(own, lead),
        ...drawMasks(sites, { seed, first: this.#step * accumulate + place, lead }),
      );
      place += steps * count;
    }
    const before = this.#layout.write(this.#state);
    const { state, rest } = await program.run({ state: before, inputs, steps });
    const [losses, ...metrics] = rest.map((tensor) => hostData(tensor) as Float32Array);
    const results = Array.from(
      { length: steps },
      (_, index): StepResult => ({
        step: this.#step + index + 1,
        loss: losses?.[index] as number,
        metrics: Object.fromEntries(
          step.metricNames.map((name, place) => [name, metrics[place]?.[index] as number]),
        ),
        learningRate: rates[index]?.[0] as number,
      }),
    );
    for (const result of results) {
      if (!Number.isFinite(result.loss)) await this.#explain(result, batches);
    }
    this.#state = this.#layout.read(state).state;
    this.#memory.free(before);
    this.#step += steps;
    return results;
  }

  /** Frees the loaded programs. */
  async dispose(): Promise<void> {
    const compiled = [...this.#programs.values()];
    this.#programs.clear();
    for (const each of compiled) await (await each)?.program.dispose();
  }

  /** Labels and indices that the model has no place for, before the runtime sees them. */
  #checkBatches({ checks }: StepGraph, batches: readonly Batch[]): void {
    for (const [index, batch] of batches.entries()) {
      const problem = problemOfBatch(checks, batch);
      if (problem === undefined) continue;
      const step = this.#step + Math.floor(index / this.#definition.accumulate) + 1;
      throw new ArgumentError('train', `step ${step}: ${problem}`);
    }
  }

  /** Of one step the batches may differ; those of several are as the first. */
  async #compiledFor(batches: readonly Batch[], steps: number): Promise<Compiled> {
    const { accumulate } = this.#definition;
    const { executor = cpuExecutor } = this.#options;
    const [batch] = batches as [Batch];
    const stretches = steps === 1 ? stretchesOf(batches) : [{ batch, count: accumulate }];
    const shapes = stretches.map((stretch) => `${stretch.count} ${treeSignature(stretch.batch)}`).join(' ');
    const options = pickOptions(this.#options, 'threads precision');
    const traced = () => traceStep(this.#definition, batch, stretches);
    const anySteps = await this.#cached(shapes, async () => {
      if (!executor.loadSteps) return undefined;
      const step = traced();
      const program = await loadStepping(step, this.#layout, this.#memory, executor, options);
      return program && { step, program };
    });
    const compiled =
      anySteps ??
      (await this.#cached(`${steps} ${shapes}`, async () => {
        const step = traced();
        return { step, program: await loadLoop(step, this.#layout, steps, executor, options) };
      }));
    return compiled as Compiled;
  }

  #cached(key: string, make: () => Promise<Compiled | undefined>): Promise<Compiled | undefined> {
    let made = this.#programs.get(key);
    if (!made) {
      made = make();
      this.#programs.set(key, made);
      made.catch(() => this.#programs.delete(key));
    }
    return made;
  }

  /** The learning rate of each optimizer at a step. */
  #rates(step: number): number[] {
    return this.#layout.optimizers.map((optimizer) => {
      const rate = optimizer.learningRate(step) * this.learningRateScale;
      if (Number.isFinite(rate) && rate >= 0) return rate;
      throw new ArgumentError(
        'train',
        `the learning rate must be a finite number from 0, got ${rate} at step ${step + 1}; check the optimizer's learningRate or its schedule`,
      );
    });
  }

  /** What the optimizers need of each step. @param rates By step, then optimizer. */
  #scalars(rates: readonly (readonly number[])[]): HostTensor {
    const values = rates.flatMap((ofStep, index) =>
      this.#layout.optimizers.flatMap((optimizer, place) =>
        optimizer.scalars(this.#step + index, ofStep[place] as number),
      ),
    );
    const width = values.length / rates.length;
    return fromNumbers('float32', rates.length === 1 ? [width] : [rates.length, width], values);
  }

  /** Says where a loss stopped being a number. Earlier steps of the same call are done again to have its parameters. */
  async #explain({ step, loss }: StepResult, batches: readonly Batch[]): Promise<never> {
    const { executor = cpuExecutor, seed = 0 } = this.#options;
    const { accumulate } = this.#definition;
    const [state, done] = [this.#state, this.#step];
    this.#memory.keep(this.#layout.write(state));
    const place = (step - done - 1) * accumulate;
    try {
      if (place > 0) await this.run(batches.slice(0, place));
      const causes: string[] = [];
      for (let index = 0; index < Math.min(accumulate, batches.length - place); index++) {
        const cause = await explainNonFinite(this.#definition, {
          batch: batches[place + index] as Batch,
          parameters: this.state().parameters,
          masks: (sites) => drawMasks(sites, { seed, first: done * accumulate + place + index, lead: [] }),
          executor,
        });
        if (cause) causes.push(cause);
      }
      throw new NonFiniteLossError(
        step,
        loss,
        causes[0] ?? 'batch and parameters were finite before this step',
      );
    } finally {
      this.#state = state;
      this.#step = done;
    }
  }
}

function requireBatch(batch: unknown): void {
  if (typeof batch === 'object' && batch !== null) return;
  throw new ArgumentError('train', `a batch must be an object of tensors, got ${String(batch)}`);
}
