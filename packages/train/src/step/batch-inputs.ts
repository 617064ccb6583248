/** The batches of a call as the inputs of its program. */
import {
  ArgumentError,
  type DataOf,
  type DType,
  flattenTree,
  fromData,
  type HostTensor,
  hostData,
  isHostTensor,
  mapTree,
  type Tensor,
} from '@noosphere/core';
import { createData, placeholder } from '@noosphere/core/operators';

/** A batch of places in a graph, and these in the order of its tensors. */
export function symbolicBatch<Batch extends object>(batch: Batch): { symbolic: Batch; inputs: Tensor[] } {
  const inputs: Tensor[] = [];
  const symbolic = mapTree(batch, (leaf, path) => {
    const input = placeholder(`batch_${path || 'input'}`, leaf.dtype, leaf.shape);
    inputs.push(input);
    return input;
  });
  return { symbolic, inputs };
}

/** The batches' tensors side by side. @param lead Axes of batches before their own: none for a single one. */
export function stackBatches<Batch extends object>(
  batches: readonly Batch[],
  lead: readonly number[],
): HostTensor[] {
  const leaves = batches.map((batch) => flattenTree(batch).map(requireHost));
  const [first] = leaves;
  if (!first || lead.length === 0) return first ?? [];
  const odd = leaves.findIndex((each) => each.length !== first.length);
  if (odd >= 0)
    throw new ArgumentError(
      'train',
      `batches of one call must hold the same tensors, got ${first.length} in the first and ${leaves[odd]?.length} in batch ${odd}`,
    );
  return first.map((tensor, place) =>
    stackTensors(
      leaves.map((each) => each[place] as HostTensor),
      tensor,
      lead,
    ),
  );
}

function stackTensors<D extends DType>(
  tensors: readonly HostTensor[],
  first: HostTensor<D>,
  lead: readonly number[],
): HostTensor<D> {
  const data = createData(first.dtype, first.size * tensors.length);
  tensors.forEach((tensor, index) => {
    if (tensor.dtype !== first.dtype || tensor.size !== first.size) {
      throw new ArgumentError(
        'train',
        `batches of one call must have one shape, got ${first} and ${tensor}; drop a last batch that is not full`,
      );
    }
    (data as Float32Array).set(hostData(tensor) as Float32Array, index * first.size);
  });
  return fromData(first.dtype, [...lead, ...first.shape], data as DataOf<D>);
}

function requireHost(tensor: Tensor): HostTensor {
  if (!isHostTensor(tensor))
    throw new ArgumentError('train', `a batch must hold data, got ${tensor} (lazy); await t.data() first`);
  return tensor;
}
