/** Protobuf's writer, loaded with the first event: every other training starts without those 30 ms. */
import { createRequire } from 'node:module';
import type { BinaryWriter } from '@bufbuild/protobuf/wire';

export type { BinaryWriter };

let loaded: typeof import('@bufbuild/protobuf/wire') | undefined;

export function newWriter(): BinaryWriter {
  loaded ??= createRequire(import.meta.url)('@bufbuild/protobuf/wire') as NonNullable<typeof loaded>;
  return new loaded.BinaryWriter();
}

/** Wire types of protobuf's encoding: how the bytes of a field end. */
export const WireType = { Varint: 0, Bit64: 1, LengthDelimited: 2 } as const;
