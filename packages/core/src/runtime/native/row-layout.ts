/** How tensors that broadcast to one shape lie in memory: rows along the last axes, strides along the others. */

export interface RowLayout {
  /** Sizes of the axes outside a row. */
  readonly outer: readonly number[];
  readonly width: number;
  /** For each tensor its strides in elements along the outer axes, then 1 for rows or 0 for one number a row. */
  readonly strides: readonly (readonly number[])[];
}

/** Rows as long as they can be: neighbouring axes are one where all tensors run through both without a jump, or stand still in both. */
export function rowLayout(shape: readonly number[], tensors: readonly (readonly number[])[]): RowLayout {
  const all = tensors.map((own) => stridesIn(shape, own));
  const merged: { dim: number; strides: number[] }[] = [];
  shape.forEach((dim, axis) => {
    if (dim === 1) return;
    const strides = all.map((own) => own[axis] as number);
    const last = merged.at(-1);
    const goesOn = last?.strides.every((stride, index) => stride === (strides[index] as number) * dim);
    if (last && goesOn) merged[merged.length - 1] = { dim: last.dim * dim, strides };
    else merged.push({ dim, strides });
  });
  const row = merged.pop() ?? { dim: 1, strides: tensors.map(() => 1) };
  return {
    outer: merged.map(({ dim }) => dim),
    width: row.dim,
    strides: tensors.map((_, index) => [
      ...merged.map(({ strides }) => strides[index] as number),
      row.strides[index] as number,
    ]),
  };
}

/** Strides of a tensor along the axes of a shape that it broadcasts to: 0 where it repeats itself. */
function stridesIn(shape: readonly number[], own: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(0);
  let step = 1;
  for (let axis = own.length - 1; axis >= 0; axis--) {
    const dim = own[axis] as number;
    if (dim !== 1) strides[axis + shape.length - own.length] = step;
    step *= dim;
  }
  return strides;
}
