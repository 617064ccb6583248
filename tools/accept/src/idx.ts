/** The IDX files of MNIST: a magic number that names the rank, the dimensions, then bytes. */
import { readFileSync } from 'node:fs';

/** The bytes of an IDX file with its shape. */
export function readIdx(path: string): { readonly shape: readonly number[]; readonly data: Uint8Array } {
  const bytes = readFileSync(path);
  const [kind, rank] = [bytes[2], bytes[3] as number];
  if (bytes.readUInt16BE(0) !== 0 || kind !== 8) throw new Error(`${path} is no IDX file of unsigned bytes`);
  const shape = Array.from({ length: rank }, (_, axis) => bytes.readUInt32BE(4 + 4 * axis));
  const data = bytes.subarray(4 + 4 * rank);
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (data.length !== size) throw new Error(`${path} holds ${data.length} bytes, its header says ${size}`);
  return { shape, data };
}
