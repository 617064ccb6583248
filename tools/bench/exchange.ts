// Weights and batches cross between the sides as safetensors files, the format every peer reads.
import { readFileSync, writeFileSync } from 'node:fs';

export type HostData = Float32Array | Int32Array;

export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: HostData;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** Writes named tensors: 8 bytes of header length, a JSON header padded to 8 bytes, then the raw data. */
export function writeTensors(path: string, tensors: ReadonlyMap<string, HostTensor>): void {
  const header: Record<string, Entry> = {};
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    const begin = end;
    end += data.byteLength;
    header[name] = { dtype: data instanceof Int32Array ? 'I32' : 'F32', shape, data_offsets: [begin, end] };
  }
  const text = JSON.stringify(header);
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const parts = [...tensors.values()].map(({ data }) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  );
  writeFileSync(path, Buffer.concat([length, Buffer.from(padded), ...parts]));
}

/** Reads a file of `writeTensors`; the tensors are views of one buffer. */
export function readTensors(path: string): Map<string, HostTensor> {
  const bytes = new Uint8Array(readFileSync(path)).buffer;
  const headerLength = Number(new DataView(bytes).getBigUint64(0, true));
  const header: Record<string, Entry> = JSON.parse(
    new TextDecoder().decode(new Uint8Array(bytes, 8, headerLength)),
  );
  const tensors = new Map<string, HostTensor>();
  for (const [
    name,
    {
      dtype,
      shape,
      data_offsets: [begin, end],
    },
  ] of Object.entries(header)) {
    const View = dtype === 'I32' ? Int32Array : Float32Array;
    tensors.set(name, { shape, data: new View(bytes, 8 + headerLength + begin, (end - begin) / 4) });
  }
  return tensors;
}
