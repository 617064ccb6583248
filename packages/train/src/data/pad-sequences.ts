/** Sequences of different length as one tensor, with a mask that says what is real. */
import { knownOptions } from '@noosphere/base';
import { ArgumentError, type DType, fromData, type HostTensor, hostData } from '@noosphere/core';
import { createData } from '@noosphere/core/operators';

/** A sequence: numbers, or a tensor [length, …features] with data. */
export type Sequence = ArrayLike<number> | HostTensor;

export interface PadOptions {
  /** Length of the result; longer sequences are cut. @default that of the longest */
  readonly length?: number;
  /** Round the length up to a multiple, so that fewer shapes occur. @default 1 */
  readonly multipleOf?: number;
  /** What fills up. @default 0 */
  readonly value?: number;
  /** Where the filling goes. @default 'right' */
  readonly side?: 'left' | 'right';
  /** Where sequences that are too long are cut. @default 'right' */
  readonly cut?: 'left' | 'right';
  /** Element type for sequences of numbers; tensors keep theirs. @default 'int32' */
  readonly dtype?: DType;
}

export interface PaddedSequences {
  /** [n, length, …features]. */
  readonly values: HostTensor;
  /** bool [n, length]: true where a sequence is, false where it was filled up. */
  readonly mask: HostTensor<'bool'>;
  /** Lengths before filling and after cutting. */
  readonly lengths: readonly number[];
}

/**
 * Fills sequences up to one length.
 *
 * Takes n sequences of numbers, or tensors [length, …features] of one dtype and equal features. Throws where there are
 * none, or they differ in features.
 * @example
 * const { values, mask } = padSequences([[5, 6, 7], [8]]);
 * console.log(await values.array()); // → [ [ 5, 6, 7 ], [ 8, 0, 0 ] ]
 * console.log(await mask.array()); // → [ [ true, true, true ], [ true, false, false ] ]
 */
export function padSequences(sequences: readonly Sequence[], options: PadOptions = {}): PaddedSequences {
  const {
    length,
    multipleOf = 1,
    value = 0,
    side = 'right',
    cut = 'right',
    dtype = 'int32',
  } = knownOptions('padSequences', options, 'length multipleOf value side cut dtype');
  for (const [name, count] of Object.entries({ length: length ?? 1, multipleOf })) {
    if (!Number.isInteger(count) || count < 1)
      throw new ArgumentError('padSequences', `${name} must be a whole number from 1, got ${count}`);
  }
  const tensors = sequences.map((sequence) => asTensor(sequence, dtype));
  const [first] = tensors;
  if (!first) throw new ArgumentError('padSequences', 'expects at least one sequence, got none');
  const features = first.shape.slice(1);
  const longest = tensors.reduce((most, { shape }) => Math.max(most, shape[0] ?? 0), 0);
  const padded = Math.max(1, Math.ceil((length ?? longest) / multipleOf)) * multipleOf;
  const width = features.reduce((product, dim) => product * dim, 1);
  const data = createData(first.dtype, tensors.length * padded * width);
  const mask = new Uint8Array(tensors.length * padded);
  if (value !== 0) (data as Float32Array).fill(numberFor(data, value));
  const lengths = tensors.map((tensor, row) => {
    requireLike(first, tensor, row);
    const own = tensor.shape[0] ?? 0;
    const kept = Math.min(own, padded);
    const from = cut === 'left' ? own - kept : 0;
    const to = row * padded + (side === 'left' ? padded - kept : 0);
    const real = (hostData(tensor) as Float32Array).subarray(from * width, (from + kept) * width);
    (data as Float32Array).set(real, to * width);
    mask.fill(1, to, to + kept);
    return kept;
  });
  return {
    values: fromData(first.dtype, [tensors.length, padded, ...features], data),
    mask: fromData('bool', [tensors.length, padded], mask),
    lengths,
  };
}

function asTensor(sequence: Sequence, dtype: DType): HostTensor {
  if ('dtype' in sequence) return sequence;
  const data = createData(dtype, sequence.length) as Float32Array;
  for (let at = 0; at < sequence.length; at++) data[at] = numberFor(data, sequence[at] ?? 0);
  return fromData(dtype, [sequence.length], data);
}

/** 64-bit arrays take bigints. */
function numberFor(data: object, value: number): number {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array)
    return BigInt(value) as unknown as number;
  return value;
}

function requireLike(first: HostTensor, tensor: HostTensor, row: number): void {
  const fits =
    tensor.shape.length > 0 &&
    tensor.dtype === first.dtype &&
    String(tensor.shape.slice(1)) === String(first.shape.slice(1));
  if (!fits) {
    throw new ArgumentError(
      'padSequences',
      `sequence ${row} is ${tensor}, but sequence 0 is ${first}; they may differ in their first size only`,
    );
  }
}
