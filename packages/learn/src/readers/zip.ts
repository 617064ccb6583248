/** ZIP archives as NumPy writes them: stored or deflated entries, with 64-bit sizes where needed. No encryption, no disks. */
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { FormatError } from '@noosphere/core';

/** An entry as the directory at the end of the archive lists it. */
export interface ZipEntry {
  readonly name: string;
  readonly isDeflated: boolean;
  readonly checksum: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  /** Where its local header begins. */
  readonly offset: number;
}

const localSignature = 0x04034b50;
const entrySignature = 0x02014b50;
const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const endBytes = 22;
const mostEntries = 100_000;
/** Deflate cannot pack tighter than this. */
const highestRatio = 1032;

/** The entries of an archive, each checked to lie inside it. */
export function listZip(bytes: Uint8Array, place: string): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { count, start, end } = findDirectory(view, place);
  const entries: ZipEntry[] = [];
  let at = start;
  for (let index = 0; index < count; index++) {
    const where = `${place}, entry ${index}`;
    if (at + 46 > end || view.getUint32(at, true) !== entrySignature)
      throw damaged(where, `no entry begins at byte ${at}`);
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((each) => view.getUint16(at + each, true));
    const next = at + 46 + (nameBytes ?? 0) + (extraBytes ?? 0) + (commentBytes ?? 0);
    if (next > end) throw damaged(where, `reaches to byte ${next}, beyond the directory's end at ${end}`);
    entries.push(readEntry(bytes, view, at, where));
    at = next;
  }
  requireApart(entries, place);
  return entries;
}

/** Entries that share bytes would let a small file unpack to any size. */
function requireApart(entries: readonly ZipEntry[], place: string): void {
  let free = 0;
  for (const { name, offset, packedBytes } of [...entries].sort((a, b) => a.offset - b.offset)) {
    if (offset < free) throw damaged(place, `'${name}' begins at byte ${offset}, inside another entry`);
    free = offset + 30 + packedBytes;
  }
}

function readEntry(bytes: Uint8Array, view: DataView, at: number, where: string): ZipEntry {
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const nameEnd = at + 46 + view.getUint16(at + 28, true);
  const name = new TextDecoder().decode(bytes.subarray(at + 46, nameEnd));
  if (flags & 1)
    throw new FormatError('zip', where, `'${name}' is encrypted; write it again without a password`);
  if (method !== 0 && method !== 8)
    throw new FormatError(
      'zip',
      where,
      `'${name}' is packed by method ${method}; only stored and deflated are read`,
    );
  const sizes = {
    sizeBytes: view.getUint32(at + 24, true),
    packedBytes: view.getUint32(at + 20, true),
    offset: view.getUint32(at + 42, true),
  };
  widen(sizes, view, nameEnd, nameEnd + view.getUint16(at + 30, true), where);
  const { sizeBytes, packedBytes, offset } = sizes;
  if (offset + 30 + packedBytes > bytes.byteLength)
    throw damaged(
      where,
      `'${name}' takes ${packedBytes} bytes from ${offset}, the file has ${bytes.byteLength}`,
    );
  const isPossible = method === 0 ? sizeBytes === packedBytes : sizeBytes <= packedBytes * highestRatio + 64;
  if (!isPossible) throw damaged(where, `'${name}' cannot hold ${sizeBytes} bytes in ${packedBytes}`);
  return {
    name,
    isDeflated: method === 8,
    checksum: view.getUint32(at + 16, true),
    packedBytes,
    sizeBytes,
    offset,
  };
}

/** Fields that do not fit 32 bits stand in an extra field of their own, in this order. */
function widen(
  sizes: { sizeBytes: number; packedBytes: number; offset: number },
  view: DataView,
  first: number,
  end: number,
  where: string,
): void {
  for (let at = first; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let from = at + 4;
    for (const key of ['sizeBytes', 'packedBytes', 'offset'] as const) {
      if (sizes[key] !== 0xffffffff) continue;
      if (from + 8 > end) throw damaged(where, 'its 64-bit sizes are cut off');
      sizes[key] = Number(view.getBigUint64(from, true));
      from += 8;
    }
  }
}

function findDirectory(view: DataView, place: string): { count: number; start: number; end: number } {
  // A comment of up to 65,535 bytes may follow the end record.
  const lowest = Math.max(0, view.byteLength - endBytes - 0xffff);
  let at = view.byteLength - endBytes;
  while (at >= lowest && view.getUint32(at, true) !== endSignature) at--;
  if (at < lowest) throw damaged(place, 'it has no directory at its end');
  let count = view.getUint16(at + 10, true);
  let length = view.getUint32(at + 12, true);
  let start = view.getUint32(at + 16, true);
  if (count === 0xffff || length === 0xffffffff || start === 0xffffffff) {
    const record = at >= 20 ? Number(view.getBigUint64(at - 20 + 8, true)) : -1;
    if (record < 0 || record + 56 > at || view.getUint32(record, true) !== end64Signature)
      throw damaged(place, 'its 64-bit directory is not where it should be');
    count = Number(view.getBigUint64(record + 32, true));
    length = Number(view.getBigUint64(record + 40, true));
    start = Number(view.getBigUint64(record + 48, true));
  }
  if (start + length > at || count > mostEntries || count * 46 > length)
    throw damaged(place, `its directory claims ${count} entries in ${length} bytes from ${start}`);
  return { count, start, end: start + length };
}

/** The bytes of an entry, unpacked and checked by size and checksum. */
export function readZipEntry(bytes: Uint8Array, entry: ZipEntry, place: string): Uint8Array {
  const where = `${place}, '${entry.name}'`;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(entry.offset, true) !== localSignature)
    throw damaged(where, `no entry begins at byte ${entry.offset}`);
  const start =
    entry.offset + 30 + view.getUint16(entry.offset + 26, true) + view.getUint16(entry.offset + 28, true);
  if (start + entry.packedBytes > bytes.byteLength)
    throw damaged(where, 'it reaches beyond the end of the file');
  const packed = bytes.subarray(start, start + entry.packedBytes);
  const unpacked = entry.isDeflated ? inflated(packed, entry.sizeBytes, where) : packed;
  if (unpacked.byteLength !== entry.sizeBytes || crc32(unpacked) !== entry.checksum)
    throw damaged(where, 'its checksum or size does not fit its bytes');
  return unpacked;
}

function inflated(packed: Uint8Array, sizeBytes: number, where: string): Uint8Array {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, sizeBytes) });
  } catch (cause) {
    throw new FormatError(
      'zip',
      where,
      `does not unpack to ${sizeBytes} bytes (${String(cause)}); it is damaged`,
      {
        cause,
      },
    );
  }
}

function damaged(place: string, what: string): FormatError {
  return new FormatError('zip', place, `is damaged or cut off: ${what}`);
}

/** What `writeZip` packs. */
export interface ZipContent {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The chunks of an archive. All entries bear the same date, so that equal contents give equal bytes. */
export function* zipChunks(contents: Iterable<ZipContent>, compress: boolean): Generator<Uint8Array> {
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of contents) {
    const encoded = Buffer.from(name);
    const packed = compress ? deflateRawSync(bytes) : bytes;
    if (Math.max(offset + packed.byteLength, bytes.byteLength) >= 0xffffffff) {
      throw new FormatError('zip', name, 'does not fit an archive of 4 GiB; write safetensors instead');
    }
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    // Names are UTF-8.
    common.writeUInt16LE(0x0800, 2);
    common.writeUInt16LE(compress ? 8 : 0, 4);
    // 1 January 1980.
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.byteLength, 14);
    common.writeUInt32LE(bytes.byteLength, 18);
    common.writeUInt16LE(encoded.byteLength, 22);
    const local = Buffer.concat([word(localSignature), common, encoded]);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(entrySignature, 0);
    entry.writeUInt16LE(20, 4);
    common.copy(entry, 6);
    entry.writeUInt32LE(offset, 42);
    directory.push(entry, encoded);
    offset += local.byteLength + packed.byteLength;
    yield local;
    yield packed;
  }
  const entries = directory.length / 2;
  const listed = Buffer.concat(directory);
  if (entries >= 0xffff || offset + listed.byteLength >= 0xffffffff)
    throw new FormatError('zip', 'directory', `does not hold ${entries} entries; write safetensors instead`);
  const end = Buffer.alloc(endBytes);
  end.writeUInt32LE(endSignature, 0);
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(listed.byteLength, 12);
  end.writeUInt32LE(offset, 16);
  yield listed;
  yield end;
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value, 0);
  return bytes;
}
