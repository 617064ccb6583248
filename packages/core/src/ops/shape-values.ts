/** What is known of the small integer tensors that carry shapes, before anything runs. */

import { ShapeError } from '@noosphere/base';
import { freshDim, isHostTensor, maybeNumbers, type Tensor } from '../graph/index.js';
import type { Dim } from '../shape/index.js';

/**
 * The dimensions that an int64 vector will hold: numbers where constant, the names of dimensions it was read from,
 * fresh names for what only a run can tell.
 */
export function partialShape(vector: Tensor): Dim[] {
  const known = partialValues(vector);
  if (known) return known;
  const length = vector.shape[0] ?? 1;
  if (typeof length !== 'number') {
    throw new ShapeError(
      'shape',
      `the rank of a computed shape must be known, got ${vector}; import with fixed input shapes`,
    );
  }
  return Array.from({ length }, () => freshDim('computed'));
}

/** Follows Shape, Concat and friends back to dimensions; `undefined` where values depend on data. */
function partialValues(tensor: Tensor): Dim[] | undefined {
  if (isHostTensor(tensor)) return maybeNumbers(tensor);
  if (tensor.origin.kind !== 'node') return undefined;
  const { operator, inputs, attributes } = tensor.origin.node;
  const first = inputs[0];
  switch (operator.name) {
    case 'Shape':
      return first?.shape.slice(attributes.start as number, attributes.end as number | undefined);
    case 'Concat': {
      const parts = inputs.map((input) => input && partialValues(input));
      return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
    }
    case 'Unsqueeze':
    case 'Squeeze':
    case 'Cast':
    case 'Identity':
    case 'Reshape':
      return first && partialValues(first);
    case 'Gather': {
      const data = first && partialValues(first);
      const indices = maybeNumbers(inputs[1]);
      return data && indices?.map((index) => data.at(index) as Dim);
    }
    default:
      return undefined;
  }
}
