/** A model file as a program: for measuring, with its cost before it runs. */

import {
  cpuExecutor,
  type Graph,
  type HostTensor,
  hostData,
  type ImportedModel,
  type Program,
  type Tensor,
} from '@noosphere/core';
import { costOf, type GraphCost, makeGraph, placeholder } from '@noosphere/core/operators';
import type { Feeds } from './inputs.js';

/** The model's graph for the shapes of these inputs. */
export function graphFor(model: ImportedModel, feeds: Feeds): Graph {
  const places = model.inputs.map(({ name }) => {
    const { dtype, shape } = feeds[name] as HostTensor;
    return placeholder(name, dtype, shape);
  });
  const results = model.apply(places);
  const names = model.outputs.map(({ name }) => name);
  return makeGraph(
    model.name,
    places,
    names.map((name) => results[name] as Tensor),
    names,
  );
}

export interface Latency {
  readonly runs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** A loaded model with the inputs it is measured on. */
export class Measured {
  readonly model: ImportedModel;
  readonly cost: GraphCost;
  readonly parameters: number;
  readonly #program: Program;
  readonly #inputs: readonly HostTensor[];

  private constructor(model: ImportedModel, graph: Graph, program: Program, feeds: Feeds) {
    this.model = model;
    this.cost = costOf(graph);
    this.parameters = Object.values(model.initializers).reduce((total, { size }) => total + size, 0);
    this.#program = program;
    this.#inputs = model.inputs.map(({ name }) => feeds[name] as HostTensor);
  }

  static async load(model: ImportedModel, feeds: Feeds): Promise<Measured> {
    const graph = graphFor(model, feeds);
    return new Measured(model, graph, await cpuExecutor.load(graph), feeds);
  }

  /** Wall time of one run after another. @param warmUp Runs before those, which are not counted. */
  async latency(runs: number, warmUp = Math.min(10, runs)): Promise<Latency> {
    const timesMs: number[] = [];
    for (let run = -warmUp; run < runs; run++) {
      const startedMs = performance.now();
      await this.#program.run(this.#inputs);
      if (run >= 0) timesMs.push(performance.now() - startedMs);
    }
    timesMs.sort((a, b) => a - b);
    const at = (share: number) => timesMs[Math.max(0, Math.ceil(share * runs) - 1)] as number;
    return { runs, p50Ms: at(0.5), p99Ms: at(0.99) };
  }

  /** The first result of one run. */
  async firstOutput(): Promise<Float32Array> {
    const [first] = await this.#program.run(this.#inputs);
    return Float32Array.from(hostData(first as HostTensor) as ArrayLike<number>);
  }

  async close(): Promise<void> {
    await this.#program.dispose();
  }
}
