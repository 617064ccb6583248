/** A group of elementwise steps as the fused kernel's attributes: registers for values, the fewest scratch rows. */
import type { Tensor } from '../../graph/index.js';
import { type FusedCode, fusedCodes } from '../../ops/fused.js';
import { constantOf } from './elementwise.js';
import { rowLayout } from './row-layout.js';

export interface GroupStep {
  readonly code: FusedCode;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
}

export interface EncodedGroup {
  readonly inputs: readonly Tensor[];
  readonly attributes: {
    readonly outer: readonly number[];
    readonly width: number;
    readonly strides: readonly number[];
    readonly bools: readonly number[];
    readonly outputs: readonly number[];
    readonly constants: readonly number[];
    readonly code: readonly number[];
  };
}

/** @param outputs Of the steps, those that are wanted. */
export function encodeGroup(steps: readonly GroupStep[], outputs: readonly Tensor[]): EncodedGroup {
  const made = new Set(steps.map(({ output }) => output));
  const read = new Set(steps.flatMap(({ inputs }) => inputs).filter((input) => !made.has(input)));
  const constants: number[] = [];
  const indexOfConstant = (value: number) => constants.findIndex((known) => Object.is(known, value));
  for (const input of read) {
    const value = constantOf(input);
    if (value !== undefined && indexOfConstant(value) < 0) constants.push(value);
  }
  const inputs = [...read].filter((input) => constantOf(input) === undefined);
  const shape = steps[0]?.output.shape as readonly number[];
  const layout = rowLayout(
    shape,
    inputs.map((input) => input.shape as readonly number[]),
  );
  const places = new Map<Tensor, number>();
  inputs.forEach((input, index) => {
    const isRow = layout.strides[index]?.at(-1) === 1;
    places.set(input, isRow ? index : -1 - (constants.length + index));
  });
  for (const input of read) {
    const value = constantOf(input);
    if (value !== undefined) places.set(input, -1 - indexOfConstant(value));
  }
  outputs.forEach((output, index) => {
    places.set(output, inputs.length + index);
  });
  const code = assign(steps, places, inputs.length + outputs.length);
  return {
    inputs,
    attributes: {
      outer: layout.outer,
      width: layout.width,
      strides: layout.strides.flat(),
      bools: inputs.map(({ dtype }) => (dtype === 'bool' ? 1 : 0)),
      outputs: outputs.flatMap((output) => [output.rank, ...(output.shape as readonly number[]), 1]),
      constants,
      code,
    },
  };
}

/** Instructions, each value that is not wanted in a scratch row that is free again behind its last reader. */
function assign(steps: readonly GroupStep[], places: Map<Tensor, number>, firstScratch: number): number[] {
  const lastUse = new Map<Tensor, number>();
  steps.forEach(({ inputs }, index) => {
    for (const input of inputs) lastUse.set(input, index);
  });
  const free: number[] = [];
  let next = firstScratch;
  return steps.flatMap(({ code, inputs, output }, index) => {
    let to = places.get(output);
    if (to === undefined) {
      to = free.pop() ?? next++;
      places.set(output, to);
    }
    const from = inputs.map((input) => places.get(input) as number);
    // Only now: no instruction writes to a row that it reads.
    for (const input of new Set(inputs)) {
      const place = places.get(input) as number;
      if (place >= firstScratch && lastUse.get(input) === index) free.push(place);
    }
    return [fusedCodes.indexOf(code), to, ...from, ...[0, 0, 0].slice(from.length)];
  });
}
