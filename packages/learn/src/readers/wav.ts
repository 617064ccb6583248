/** WAV: sound as it was sampled. Other sound files are for others. */
import { FormatError, knownOptions, requireBytes } from '@noosphere/base';
import { readBytes } from '@noosphere/base/files';

export interface Sound {
  /** Samples a second. */
  readonly sampleRate: number;
  /** One array a channel: mono one, stereo left and right. */
  readonly channels: readonly Float32Array[];
}

/** How one sample is read, by tag of the format (1 whole numbers, 3 floats) and bits. */
const samples: Readonly<Record<string, (view: DataView, at: number) => number>> = {
  '1 8': (view, at) => (view.getUint8(at) - 128) / 128,
  '1 16': (view, at) => view.getInt16(at, true) / 2 ** 15,
  '1 24': (view, at) => (view.getInt16(at + 1, true) * 256 + view.getUint8(at)) / 2 ** 23,
  '1 32': (view, at) => view.getInt32(at, true) / 2 ** 31,
  '3 32': (view, at) => view.getFloat32(at, true),
  '3 64': (view, at) => view.getFloat64(at, true),
};

interface Format {
  readonly channelCount: number;
  readonly sampleRate: number;
  readonly blockBytes: number;
  readonly sample: (view: DataView, at: number) => number;
}

/**
 * The sound in the bytes of a WAV file: whole numbers of 8, 16, 24 or 32 bits become [-1, 1), floats of 32 or 64 bits stay.
 *
 * Throws a `FormatError` with the place where the bytes are no WAV file, are cut off, or promise other than they hold. Source:
 * Microsoft's WAVEFORMATEX and WAVEFORMATEXTENSIBLE.
 * @example
 * import { writeFile } from 'node:fs/promises';
 * const bytes = Buffer.from('RIFF....WAVEfmt ....................data....\0\0\0@', 'latin1');
 * [40, 16, 4].forEach((size, at) => bytes.writeUInt32LE(size, [4, 16, 40][at]));
 * bytes.writeUIntLE(0x10001, 20, 6); // whole numbers, one channel
 * bytes.writeUInt32LE(8000, 24);
 * bytes.writeUInt32LE(0x100002, 32); // 2 bytes, 16 bits
 * console.log(decodeWav(bytes)); // → { sampleRate: 8000, channels: [ Float32Array(2) [ 0, 0.5 ] ] }
 */
export function decodeWav(bytes: Uint8Array, options: { readonly place?: string } = {}): Sound {
  const { place = 'bytes' } = knownOptions('decodeWav', options, 'place');
  requireBytes('decodeWav', bytes);
  const fail = (at: number, what: string): never => {
    throw new FormatError('wav', `${place}, byte ${at}`, what);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.byteLength < 12 || text(0) !== 'RIFF' || text(8) !== 'WAVE')
    fail(0, `expected RIFF and WAVE, got '${text(0)}' and '${text(8)}'; it is no WAV file, or cut off`);
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.byteLength; ) {
    const [name, size, body] = [text(at), view.getUint32(at + 4, true), at + 8];
    if (size > bytes.byteLength - body)
      fail(
        at,
        `the part '${name}' promises ${size} bytes and ${bytes.byteLength - body} follow; it is cut off or damaged`,
      );
    if (name === 'fmt ')
      format = formatOf(new DataView(bytes.buffer, bytes.byteOffset + body, size), (what) => fail(at, what));
    if (name === 'data') {
      const { channelCount, sampleRate, blockBytes, sample } =
        format ?? fail(at, 'samples come before their format; it is damaged');
      if (size % blockBytes !== 0)
        fail(at, `${size} bytes of samples are no multiple of ${blockBytes}; it is cut off or damaged`);
      const channels = Array.from({ length: channelCount }, (_, channel) => {
        const first = body + (channel * blockBytes) / channelCount;
        return Float32Array.from({ length: size / blockBytes }, (_, frame) =>
          sample(view, first + frame * blockBytes),
        );
      });
      return { sampleRate, channels };
    }
    at = body + size + (size % 2);
  }
  return fail(bytes.byteLength, 'ends without samples; it is cut off');
}

function formatOf(view: DataView, fail: (what: string) => never): Format {
  if (view.byteLength < 16)
    fail(`has a format of ${view.byteLength} bytes, expected at least 16; it is damaged`);
  const short = (at: number) => view.getUint16(at, true);
  const [given, channelCount, sampleRate, blockBytes, bits] = [
    short(0),
    short(2),
    view.getUint32(4, true),
    short(12),
    short(14),
  ];
  // The extensible format has the tag at the front of a longer name.
  const tag = given === 0xfffe && view.byteLength >= 40 ? short(24) : given;
  const sample = samples[`${tag} ${bits}`];
  if (!sample)
    return fail(
      `has format ${tag} of ${bits} bits, expected whole numbers (1) of 8, 16, 24, 32 or floats (3) of 32, 64; convert it to such`,
    );
  if (channelCount === 0 || sampleRate === 0 || blockBytes !== (channelCount * bits) / 8)
    fail(
      `has ${channelCount} channels of ${bits} bits in blocks of ${blockBytes} bytes at ${sampleRate} Hz; it is damaged`,
    );
  return { channelCount, sampleRate, blockBytes, sample };
}

/** Reads a WAV file. Throws as `decodeWav`, and names the file. */
export async function readWav(path: string): Promise<Sound> {
  return decodeWav(await readBytes(path), { place: path });
}
