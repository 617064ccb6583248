/** TFRecord framing: length and payload, each with its check sum, so that a reader notices a torn end. */
import { maskedCrc32c } from './crc32c.js';

/** One record: uint64 length, uint32 check of the length, payload, uint32 check of the payload; all little-endian. */
export function tfRecord(payload: Uint8Array): Uint8Array {
  const record = new Uint8Array(payload.byteLength + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(payload.byteLength), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(payload, 12);
  view.setUint32(12 + payload.byteLength, maskedCrc32c(payload), true);
  return record;
}
