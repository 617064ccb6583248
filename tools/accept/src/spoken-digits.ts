/** The free spoken digits: recordings as log-mel frames, and sequences of several digits of one speaker. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { add, compile, fromData, hostData, log, matmul, mul, type Tensor } from '@noosphere/core';
import { readWav } from '@noosphere/learn';
import { MissingError } from './run.js';

/** Samples a second of every recording. */
const sampleRate = 8000;
/** Samples of a window, 25 ms, and between two of them, 10 ms. */
const windowSize = 200;
const hop = 80;
/** Length of the Fourier transform: the window is padded to it. */
const transformSize = 256;
const bins = transformSize / 2 + 1;
export const melBands = 40;
/** Takes that are tested and never trained on. */
const testTakes = 5;

export interface Recording {
  readonly digit: number;
  readonly speaker: string;
  readonly take: number;
  /** Frames of `melBands` numbers, one after the other; each band has mean 0 and deviation 1 over the recording. */
  readonly frames: Float32Array;
}

export interface SpokenDigits {
  readonly train: readonly Recording[];
  readonly test: readonly Recording[];
}

/** Reads the archive of WAV files that are called `digit_speaker_take.wav`. @param folder Where it is unpacked. */
export async function readSpokenDigits(archive: string, folder: string): Promise<SpokenDigits> {
  if (!existsSync(archive)) throw new MissingError(`there is no ${archive}`);
  mkdirSync(folder, { recursive: true });
  await promisify(execFile)('tar', ['-xzf', archive, '-C', folder, '--no-same-owner']);
  const place = join(folder, 'recordings');
  const names = readdirSync(place)
    .filter((name) => /^\d_\w+_\d+\.wav$/.test(name))
    .sort();
  const sounds = await Promise.all(names.map((name) => samplesOf(join(place, name))));
  const frames = await logMel(sounds);
  const recordings = names.map((name, index): Recording => {
    const [digit = '', speaker = '', take = ''] = name.replace('.wav', '').split('_');
    return {
      digit: Number(digit),
      speaker,
      take: Number(take),
      frames: normalized(frames[index] ?? new Float32Array()),
    };
  });
  return {
    train: recordings.filter(({ take }) => take >= testTakes),
    test: recordings.filter(({ take }) => take < testTakes),
  };
}

/** The samples of a recording. */
async function samplesOf(path: string): Promise<Float32Array> {
  const { sampleRate: rate, channels } = await readWav(path);
  const [samples] = channels;
  if (samples && channels.length === 1 && rate === sampleRate) return samples;
  throw new Error(`${path} has ${channels.length} channels at ${rate} Hz, expected one at ${sampleRate}`);
}

/** Log-mel frames of several sounds: windows times a Fourier matrix, squared, times triangles, in one graph. */
async function logMel(sounds: readonly Float32Array[]): Promise<Float32Array[]> {
  const counts = sounds.map(({ length }) => Math.max(1, 1 + Math.floor((length - windowSize) / hop)));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const windows = new Float32Array(total * windowSize);
  let row = 0;
  sounds.forEach((samples, sound) => {
    for (let frame = 0; frame < (counts[sound] ?? 0); frame++, row++)
      windows.set(samples.subarray(frame * hop, frame * hop + windowSize), row * windowSize);
  });
  const [cosines, sines] = fourierMatrices();
  const bands = fromData('float32', [bins, melBands], melTriangles());
  const spectrum = compile((x: Tensor) => {
    const [real, imaginary] = [matmul(x, cosines), matmul(x, sines)];
    return log(add(matmul(add(mul(real, real), mul(imaginary, imaginary)), bands), 1e-6));
  });
  const all = hostData(await spectrum(fromData('float32', [total, windowSize], windows))) as Float32Array;
  await spectrum.dispose();
  let first = 0;
  return counts.map((count) => {
    const frames = all.slice(first * melBands, (first + count) * melBands);
    first += count;
    return frames;
  });
}

/** Real and imaginary parts of the transform of a Hann window's samples: [windowSize, bins]. */
function fourierMatrices() {
  const parts = [new Float32Array(windowSize * bins), new Float32Array(windowSize * bins)] as const;
  for (let sample = 0; sample < windowSize; sample++) {
    const weight = 0.5 - 0.5 * Math.cos((2 * Math.PI * sample) / windowSize);
    for (let bin = 0; bin < bins; bin++) {
      const angle = (2 * Math.PI * sample * bin) / transformSize;
      parts[0][sample * bins + bin] = weight * Math.cos(angle);
      parts[1][sample * bins + bin] = -weight * Math.sin(angle);
    }
  }
  return parts.map((part) => fromData('float32', [windowSize, bins], part)) as [Tensor, Tensor];
}

/** Triangles of equal width on the mel scale, 2595 log10(1 + f / 700): [bins, melBands]. */
function melTriangles(): Float32Array {
  const toMel = (hertz: number) => 2595 * Math.log10(1 + hertz / 700);
  const highest = toMel(sampleRate / 2);
  const width = highest / (melBands + 1);
  const weights = new Float32Array(bins * melBands);
  for (let bin = 0; bin < bins; bin++) {
    const mel = toMel((bin * sampleRate) / transformSize);
    for (let band = 0; band < melBands; band++)
      weights[bin * melBands + band] = Math.max(0, 1 - Math.abs(mel - (band + 1) * width) / width);
  }
  return weights;
}

/** Each band with mean 0 and deviation 1. */
function normalized(frames: Float32Array): Float32Array {
  const count = frames.length / melBands;
  const result = new Float32Array(frames.length);
  for (let band = 0; band < melBands; band++) {
    let [sum, squares] = [0, 0];
    for (let at = band; at < frames.length; at += melBands) {
      const value = frames[at] ?? 0;
      sum += value;
      squares += value * value;
    }
    const mean = sum / count;
    const deviation = Math.sqrt(Math.max(1e-4, squares / count - mean * mean));
    for (let at = band; at < frames.length; at += melBands)
      result[at] = ((frames[at] ?? 0) - mean) / deviation;
  }
  return result;
}
