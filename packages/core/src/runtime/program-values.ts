/** A program's inputs and outputs as its graph describes them, and the check that what is fed fits. */
import { ArgumentError } from '@noosphere/base';
import { type Graph, type HostTensor, inputName } from '../graph/index.js';
import { formatShape } from '../shape/index.js';
import type { ValueInfo } from './executor.js';

export function inputsOf(graph: Graph): ValueInfo[] {
  return graph.inputs.map((tensor) => ({
    name: inputName(tensor),
    dtype: tensor.dtype,
    shape: tensor.shape,
  }));
}

export function outputsOf(graph: Graph): ValueInfo[] {
  return graph.outputs.map((tensor, index) => ({
    name: graph.outputNames[index] ?? `output_${index}`,
    dtype: tensor.dtype,
    shape: tensor.shape,
  }));
}

/** Throws where tensors are not what the inputs expect. */
export function checkInputs(expected: readonly ValueInfo[], given: readonly HostTensor[]): void {
  if (given.length !== expected.length) {
    throw new ArgumentError('run', `expects ${expected.length} inputs, got ${given.length}`);
  }
  expected.forEach((info, index) => {
    const tensor = given[index];
    const fits =
      tensor.dtype === info.dtype &&
      tensor.shape.length === info.shape.length &&
      info.shape.every((dim, axis) => typeof dim === 'string' || dim === tensor.shape[axis]);
    if (fits) return;
    throw new ArgumentError(
      'run',
      `input '${info.name}' must be ${info.dtype}${formatShape(info.shape)}, got ${tensor.dtype}${formatShape(tensor.shape)}`,
    );
  });
}
