/** Operators whose CPU kernel lacks element types: they run in a wider type that holds every value of the narrow one. */
import { apply1, type RewriteRule, type Tensor } from '../graph/index.js';
import { cast, Where } from '../ops/index.js';
import type { DType } from '../shape/index.js';

/** uint64 through int64 keeps its bits: the choice moves elements and never reads them. */
const widerForWhere: Readonly<Partial<Record<DType, DType>>> = {
  bool: 'uint8',
  int8: 'int32',
  int16: 'int32',
  uint16: 'int32',
  uint32: 'int64',
  uint64: 'int64',
};

const whereInWiderType: RewriteRule = ({ operator, inputs }) => {
  const [condition, a, b] = inputs as readonly Tensor[];
  const wider = operator.name === 'Where' && a ? widerForWhere[a.dtype] : undefined;
  if (!wider || !condition || !a || !b) return undefined;
  return [cast(apply1(Where, [condition, cast(a, wider), cast(b, wider)], {}), a.dtype)];
};

export const cpuTypes: readonly RewriteRule[] = [whereInWiderType];
