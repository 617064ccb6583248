/** Tensors as text, for people: their values, the middle of long axes left out. */
import { type AnyData, type DType, float16ToNumber } from '../shape/index.js';

/** Longer axes show so many values at either end. */
const [longest, edge] = [8, 3];

/** Values in nested brackets, each innermost row on a line of its own. */
export function valuesText(dtype: DType, shape: readonly number[], data: AnyData): string {
  const at = (index: number) => valueText(dtype, data[index] as number | bigint);
  const text = (axis: number, offset: number): string => {
    if (axis === shape.length) return at(offset);
    const size = shape[axis] as number;
    const stride = shape.slice(axis + 1).reduce((product, dim) => product * dim, 1);
    const shown =
      size <= longest
        ? Array.from({ length: size }, (_, place) => text(axis + 1, offset + place * stride))
        : [
            ...Array.from({ length: edge }, (_, place) => text(axis + 1, offset + place * stride)),
            '…',
            ...Array.from({ length: edge }, (_, place) =>
              text(axis + 1, offset + (size - edge + place) * stride),
            ),
          ];
    const isInner = axis === shape.length - 1;
    return `[${shown.join(isInner ? ', ' : `,\n${' '.repeat(axis + 1)}`)}]`;
  };
  return text(0, 0);
}

function valueText(dtype: DType, value: number | bigint): string {
  if (typeof value === 'bigint') return String(value);
  if (dtype === 'bool') return String(value !== 0);
  return String(Number((dtype === 'float16' ? float16ToNumber(value) : value).toPrecision(5)));
}
