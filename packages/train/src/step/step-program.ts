/** How steps run: in an executor that writes the next state into memory of ours, or in one that hands it out at each call. */
import type { Executor, HostTensor, LoadOptions } from '@noosphere/core';
import type { StateLayout } from './state-layout.js';
import type { StateMemory } from './state-memory.js';
import { loopSteps, type StepGraph } from './step-graph.js';

/** Steps in one call. */
export interface StepRun {
  readonly state: readonly HostTensor[];
  /** What stands behind the state, with a leading axis of steps where there are several. */
  readonly inputs: readonly HostTensor[];
  readonly steps: number;
}

export interface StepProgram {
  run(
    call: StepRun,
  ): Promise<{ readonly state: readonly HostTensor[]; readonly rest: readonly HostTensor[] }>;
  dispose(): Promise<void>;
}

/** For any number of steps in a call; `undefined` where the executor hands states out. */
export async function loadStepping(
  { graph }: StepGraph,
  layout: StateLayout,
  memory: StateMemory,
  executor: Executor,
  options: LoadOptions,
): Promise<StepProgram | undefined> {
  const program = await executor.loadSteps?.(graph, layout.size, options);
  if (!program) return undefined;
  return {
    run: async ({ state, inputs, steps }) => {
      const next = memory.take(state);
      const other = steps > 1 ? memory.take(state) : [];
      const rest = await program.runSteps({ state, next, other, inputs, steps });
      const [last, unused] = steps % 2 === 1 ? [next, other] : [other, next];
      memory.free(unused);
      return { state: last, rest };
    },
    dispose: () => program.dispose(),
  };
}

/** For this number of steps in a call, as one graph. */
export async function loadLoop(
  step: StepGraph,
  layout: StateLayout,
  steps: number,
  executor: Executor,
  options: LoadOptions,
): Promise<StepProgram> {
  const { graph } = steps === 1 ? step : loopSteps(step, layout, steps);
  const program = await executor.load(graph, options);
  return {
    run: async ({ state, inputs }) => {
      const outputs = await program.run([...state, ...inputs]);
      return { state: outputs.slice(0, layout.size), rest: outputs.slice(layout.size) };
    },
    dispose: () => program.dispose(),
  };
}
