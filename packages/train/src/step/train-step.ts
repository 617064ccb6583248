/** A compiled train step and the state it moves: parameters, optimizer slots, step count. */
import {
  ArgumentError,
  cpuExecutor,
  dropoutMask,
  type Executor,
  fromData,
  fromNumbers,
  type HostTensor,
  hostData,
  mapTree,
  NoosphereError,
  type Program,
  type Tensor,
  treeSignature,
  visitTree,
} from '@noosphere/core';
import type { MaskSite } from '../context.js';
import type { Optimizer } from '../optimizers/index.js';
import { stackBatches } from './batch-inputs.js';
import { explainNonFinite } from './non-finite.js';
import { packGroup, planBuffers, planGroups, unpackGroup, zeroGroup } from './packing.js';
import {
  type LossFunction,
  loopSteps,
  type StepDefinition,
  type StepGraph,
  traceStep,
} from './step-graph.js';

export interface TrainStepOptions<Model extends object, Batch extends object> {
  readonly model: Model;
  readonly loss: LossFunction<Model, Batch>;
  readonly optimizer: Optimizer;
  /** Seed of the dropout masks. @default 0 */
  readonly seed?: number;
  /** Scale gradients down to this norm over all parameters. @default no clipping */
  readonly clipNorm?: number;
  /** Which parameters train, by path. @default all */
  readonly trainable?: (path: string) => boolean;
  /** Threads inside one operator. @default NOOSPHERE_THREADS, else the cores this process may use */
  readonly threads?: number;
  /** @default the CPU */
  readonly executor?: Executor;
}

/** Loss and metrics of one step. */
export interface StepResult {
  /** Steps done when this one was. */
  readonly step: number;
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly learningRate: number;
}

/** The whole state of a training run, by name: enough to go on with the same bits. */
export interface TrainState {
  readonly step: number;
  /** Parameters and buffers by path. */
  readonly parameters: ReadonlyMap<string, HostTensor<'float32'>>;
  /** Optimizer slots by `slot.path`. */
  readonly slots: ReadonlyMap<string, HostTensor<'float32'>>;
}

/** The loss became NaN or infinite: the state is still that of before the call. */
export class NonFiniteLossError extends NoosphereError {
  readonly step: number;
  constructor(step: number, loss: number, cause: string) {
    super(
      'runtime',
      'train',
      `the loss is ${loss} at step ${step}: ${cause}; lower the learning rate, clip gradients, or mend the data`,
    );
    this.step = step;
  }
}

interface Compiled {
  readonly step: StepGraph;
  readonly program: Program;
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
  readonly #definition: StepDefinition<Model, Batch>;
  readonly #options: TrainStepOptions<Model, Batch>;
  readonly #programs = new Map<string, Promise<Compiled>>();
  /** For each group: parameters, then slots; behind them the groups of buffers. */
  #state: HostTensor[];
  #step = 0;

  constructor(options: TrainStepOptions<Model, Batch>) {
    const { model, loss, optimizer, clipNorm, trainable = () => true } = options;
    const groups = planGroups(model, trainable);
    const buffers = planBuffers(model);
    this.#options = options;
    this.#definition = { model, loss, optimizer, groups, buffers, clipNorm };
    const named = new Map<string, Tensor>();
    visitTree(model, (leaf, path) => named.set(path, leaf));
    const initial = (path: string) => named.get(path) as Tensor;
    this.#state = [
      ...groups.flatMap((group) => [
        packGroup(group, initial),
        ...optimizer.slots.map(() => zeroGroup(group)),
      ]),
      ...buffers.map((group) => packGroup(group, initial)),
    ];
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  /** The model with the parameters and buffers of now. They are views of the state: copy what must outlive the next step. */
  get model(): Model {
    const { parameters } = this.state();
    return mapTree(this.#definition.model, (leaf, path) => parameters.get(path) ?? leaf);
  }

  /** The state of now, by name, as views. */
  state(): TrainState {
    const { groups, buffers, optimizer } = this.#definition;
    const stride = optimizer.slots.length + 1;
    const at = (group: number, slot: number) => this.#state[group * stride + slot] as HostTensor;
    const parameters = new Map([
      ...groups.flatMap((group, index) => unpackGroup(group, at(index, 0))),
      ...buffers.flatMap((group, index) => unpackGroup(group, at(groups.length, index))),
    ]);
    const slots = new Map(
      optimizer.slots.flatMap((slot, place) =>
        groups.flatMap((group, index) =>
          unpackGroup(group, at(index, place + 1)).map(([path, tensor]): [string, HostTensor<'float32'>] => [
            `${slot}.${path}`,
            tensor,
          ]),
        ),
      ),
    );
    return { step: this.#step, parameters, slots };
  }

  /** Takes a state over, e.g. from a checkpoint of the same model and optimizer. */
  restore(state: TrainState): void {
    const { groups, buffers, optimizer } = this.#definition;
    const pick = (from: ReadonlyMap<string, Tensor>, prefix: string) => (path: string) => {
      const tensor = from.get(`${prefix}${path}`);
      if (!tensor)
        throw new ArgumentError(
          'restore',
          `the state has no '${prefix}${path}'; it belongs to another model or optimizer`,
        );
      return tensor;
    };
    this.#state = [
      ...groups.flatMap((group) => [
        packGroup(group, pick(state.parameters, '')),
        ...optimizer.slots.map((slot) => packGroup(group, pick(state.slots, `${slot}.`))),
      ]),
      ...buffers.map((group) => packGroup(group, pick(state.parameters, ''))),
    ];
    this.#step = state.step;
  }

  /** One step for each batch, all in one native call; batches must have one shape. */
  async run(batches: readonly Batch[]): Promise<StepResult[]> {
    const [first] = batches;
    if (!first) throw new ArgumentError('train', 'needs at least one batch, got none');
    const { step, program } = await this.#compiledFor(first, batches.length);
    const rates = batches.map((_, index) => this.#definition.optimizer.learningRate(this.#step + index));
    const inputs = [
      ...this.#state,
      this.#scalars(rates),
      ...stackBatches(batches),
      ...this.#masks(step.sites, batches.length),
    ];
    const outputs = await program.run(inputs);
    const stateCount = this.#state.length;
    const numbers = outputs.slice(stateCount).map((tensor) => hostData(tensor) as Float32Array);
    const results = batches.map(
      (_, index): StepResult => ({
        step: this.#step + index + 1,
        loss: numbers[0]?.[index] as number,
        metrics: Object.fromEntries(
          step.metricNames.map((name, place) => [name, numbers[place + 1]?.[index] as number]),
        ),
        learningRate: rates[index] as number,
      }),
    );
    for (const result of results) {
      if (!Number.isFinite(result.loss)) await this.#explain(result, batches);
    }
    this.#state = outputs.slice(0, stateCount);
    this.#step += batches.length;
    return results;
  }

  /** Frees the loaded programs. */
  async dispose(): Promise<void> {
    const compiled = [...this.#programs.values()];
    this.#programs.clear();
    for (const each of compiled) await (await each).program.dispose();
  }

  #compiledFor(batch: Batch, steps: number): Promise<Compiled> {
    const key = `${steps} ${treeSignature(batch)}`;
    let compiled = this.#programs.get(key);
    if (!compiled) {
      compiled = this.#compile(batch, steps);
      this.#programs.set(key, compiled);
      compiled.catch(() => this.#programs.delete(key));
    }
    return compiled;
  }

  async #compile(batch: Batch, steps: number): Promise<Compiled> {
    const { executor = cpuExecutor, threads } = this.#options;
    const single = traceStep(this.#definition, batch);
    const step = steps === 1 ? single : loopSteps(single, this.#state.length, steps);
    return { step, program: await executor.load(step.graph, threads === undefined ? {} : { threads }) };
  }

  #scalars(rates: readonly number[]): HostTensor {
    const { optimizer } = this.#definition;
    const values = rates.flatMap((rate, index) => optimizer.scalars(this.#step + index, rate));
    const width = values.length / rates.length;
    return fromNumbers('float32', rates.length === 1 ? [width] : [rates.length, width], values);
  }

  /** For each dropout site its mask: those of k steps side by side. */
  #masks(sites: readonly MaskSite[], steps: number): HostTensor[] {
    const { seed = 0 } = this.#options;
    return sites.map(({ input, rate }, site) => {
      const shape = input.shape as readonly number[];
      const draw = (index: number) => dropoutMask({ seed, step: this.#step + index, site }, shape, rate);
      if (steps === 1) return draw(0);
      const all = new Uint8Array(input.size * steps);
      for (let index = 0; index < steps; index++) all.set(hostData(draw(index)), index * input.size);
      return fromData('uint8', [steps, ...shape], all);
    });
  }

  /** Says where a loss stopped being a number. Earlier steps of the same call are done again to have its parameters. */
  async #explain({ step, loss }: StepResult, batches: readonly Batch[]): Promise<never> {
    const { executor = cpuExecutor } = this.#options;
    const [state, done] = [this.#state, this.#step];
    const place = step - done - 1;
    try {
      if (place > 0) await this.run(batches.slice(0, place));
      const cause = await explainNonFinite(this.#definition, {
        batch: batches[place] as Batch,
        parameters: this.state().parameters,
        masks: (sites) => this.#masks(sites, 1),
        executor,
      });
      throw new NonFiniteLossError(step, loss, cause);
    } finally {
      this.#state = state;
      this.#step = done;
    }
  }
}
