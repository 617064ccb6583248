/** The batches of a call as the inputs of its program. */
import {
  ArgumentError,
  createData,
  type DataOf,
  type DType,
  flattenTree,
  fromData,
  type HostTensor,
  hostData,
  isHostTensor,
  type Tensor,
} from '@noosphere/core';

/** The batches' tensors: as they are for one batch, else stacked along a new first axis. */
export function stackBatches<Batch extends object>(batches: readonly Batch[]): HostTensor[] {
  const leaves = batches.map((batch) => flattenTree(batch).map(requireHost));
  const [first] = leaves;
  if (!first || leaves.length === 1) return first ?? [];
  return first.map((tensor, place) =>
    stackTensors(
      leaves.map((each) => each[place] as HostTensor),
      tensor,
    ),
  );
}

function stackTensors<D extends DType>(tensors: readonly HostTensor[], first: HostTensor<D>): HostTensor<D> {
  const data = createData(first.dtype, first.size * tensors.length);
  tensors.forEach((tensor, index) => {
    if (tensor.dtype !== first.dtype || tensor.size !== first.size) {
      throw new ArgumentError('train', `batches of one call must have one shape, got ${first} and ${tensor}`);
    }
    (data as Float32Array).set(hostData(tensor) as Float32Array, index * first.size);
  });
  return fromData(first.dtype, [tensors.length, ...first.shape], data as DataOf<D>);
}

function requireHost(tensor: Tensor): HostTensor {
  if (!isHostTensor(tensor))
    throw new ArgumentError('train', `a batch must hold data, got ${tensor} (lazy); await t.data() first`);
  return tensor;
}
