/** The header of an NPY file: how the numbers lie. */
import { type DType, FormatError } from '@noosphere/core';
import { refuseForeignFormat } from './foreign-formats.js';
import { LiteralReader } from './npy-literal.js';

export interface NpyHeader {
  readonly dtype: DType;
  readonly isBigEndian: boolean;
  readonly isFortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the numbers begin. */
  readonly offset: number;
}

/** Element types by NumPy's code without the byte order. */
const dtypesByCode: Readonly<Record<string, DType>> = {
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  b1: 'bool',
};

const magic = '\x93NUMPY';
/** What a header of numbers can need is far less; longer ones are of tables with named columns, or no headers. */
const longestHeader = 64 * 1024;

export function codeOf(dtype: DType): string {
  const [code] = Object.entries(dtypesByCode).find(([, each]) => each === dtype) ?? [''];
  return `${/1$/.test(code) ? '|' : '<'}${code}`;
}

/** Reads the header at the start of `bytes`, which may be only the beginning of a file. */
export function readNpyHeader(bytes: Uint8Array, place: string): NpyHeader {
  const fail = (what: string): never => {
    throw new FormatError('npy', place, what);
  };
  if (String.fromCharCode(...bytes.subarray(0, 6)) !== magic) {
    refuseForeignFormat(place, bytes);
    fail(
      "does not begin as an NPY file; it is another format, or damaged (numpy.save('x.npy', x) writes one)",
    );
  }
  const [major = 0] = bytes.subarray(6);
  const prefix = major === 1 ? 10 : 12;
  if (major < 1 || major > 3) fail(`has version ${major}, expected 1 to 3; save it again with a known NumPy`);
  if (bytes.byteLength < prefix)
    fail(`ends after ${bytes.byteLength} bytes, inside its header; it is cut off`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, prefix);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > longestHeader)
    fail(`claims a header of ${length} bytes, expected at most ${longestHeader}; it is damaged`);
  if (prefix + length > bytes.byteLength)
    fail(`claims a header of ${length} bytes, ${bytes.byteLength - prefix} are there; it is cut off`);
  const text = new TextDecoder(major === 3 ? 'utf-8' : 'latin1').decode(
    bytes.subarray(prefix, prefix + length),
  );
  const fields = new LiteralReader(text, place).read();
  return { ...elementType(fields.descr, place), ...fields, offset: prefix + length };
}

function elementType(descr: string, place: string): Pick<NpyHeader, 'dtype' | 'isBigEndian'> {
  const [, order = '', code = ''] = /^([<>|=])(.+)$/.exec(descr) ?? [];
  const dtype = Object.hasOwn(dtypesByCode, code) ? dtypesByCode[code] : undefined;
  if (dtype && (order !== '|' || code.endsWith('1'))) return { dtype, isBigEndian: order === '>' };
  throw new FormatError(
    'npy',
    place,
    `holds elements of type ${descr}, which are not carried; ${wayOut(code)}`,
  );
}

function wayOut(code: string): string {
  if (code.startsWith('O'))
    return "they are pickled Python objects; in Python, and only on files you trust: numpy.save('numbers.npy', numpy.stack([numpy.asarray(e) for e in numpy.load('objects.npy', allow_pickle=True)]))";
  if (code.startsWith('c'))
    return "split them in Python: numpy.savez('x.npz', real=x.real, imaginary=x.imag)";
  if (code.startsWith('M') || code.startsWith('m'))
    return "convert in Python: numpy.save('x.npy', x.astype('int64'))";
  if (code.startsWith('U') || code.startsWith('S')) return 'texts belong into a CSV or Arrow file';
  return "convert in Python: numpy.save('x.npy', x.astype('float64'))";
}
