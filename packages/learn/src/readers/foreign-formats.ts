/**
 * Formats that are not read here, because reading them runs code (pickle) or needs a large library (HDF5).
 * Each is refused with the Python command that converts it.
 */
import { FormatError } from '@noosphere/core';

interface ForeignFormat {
  readonly name: string;
  readonly extensions: readonly string[];
  /** A program that writes `target` from `source`, run by python -c. */
  readonly program: (source: string, target: string) => string;
  readonly target: '.safetensors' | '.npz';
}

const torchFormat: ForeignFormat = {
  name: "PyTorch's pickle",
  extensions: ['.pt', '.pth', '.bin', '.ckpt'],
  program: (source, target) =>
    `import torch; from safetensors.torch import save_file; s = torch.load(${source}, map_location='cpu', weights_only=True); s = s.get('state_dict', s); save_file({k: v.clone().contiguous() for k, v in s.items() if torch.is_tensor(v)}, ${target})`,
  target: '.safetensors',
};
const hdf5Format: ForeignFormat = {
  name: 'HDF5',
  extensions: ['.h5', '.hdf5', '.keras'],
  program: (source, target) =>
    `import h5py, numpy; a = {}; h5py.File(${source}).visititems(lambda k, v: a.update({k.replace('/', '.'): v[()]}) if isinstance(v, h5py.Dataset) else None); numpy.savez(${target}, **a)`,
  target: '.npz',
};
const pickleFormat: ForeignFormat = {
  name: "Python's pickle",
  extensions: ['.pkl', '.pickle', '.joblib'],
  program: (source, target) =>
    `import pickle, numpy; x = pickle.load(open(${source}, 'rb')); numpy.savez(${target}, **(x if isinstance(x, dict) else {'x': numpy.asarray(x)}))`,
  target: '.npz',
};
function commandFor({ program, target }: ForeignFormat, path: string): string {
  const base = path.replace(/\.[^./\\]*$/, '');
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const code = program(quoted(path), quoted(base + target)).replaceAll(/[\\"$`]/g, '\\$&');
  return `only on files you trust: python -c "${code}"`;
}

function formatByName(path: string): ForeignFormat | undefined {
  const [extension = ''] = /\.[^./\\]*$/.exec(path.toLowerCase()) ?? [];
  return [torchFormat, hdf5Format, pickleFormat].find(({ extensions }) => extensions.includes(extension));
}

/** What the first bytes of a file say, whatever its name; `readable` where they are of a format that is read here. */
function formatByBytes(bytes: Uint8Array): ForeignFormat | 'readable' | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 4096)).toString(
    'latin1',
  );
  if (start.startsWith('\x89HDF\r\n\x1a\n')) return hdf5Format;
  if (start.startsWith('PK')) return /\/data\.pkl|\/byteorder/.test(start) ? torchFormat : 'readable';
  if (start.startsWith('\x93NUMPY') || start.startsWith('ARROW1')) return 'readable';
  // A pickle begins with the opcode of its protocol, 2 to 5.
  const [opcode = 0, protocol = 0] = bytes;
  if (opcode === 0x80 && protocol >= 2 && protocol <= 5)
    return start.includes('torch') ? torchFormat : pickleFormat;
  return undefined;
}

/**
 * Throws where a file is in a format that is not read here, with the command that converts it: PyTorch's .pt, .pth, .bin
 * and .ckpt, HDF5's .h5, .hdf5 and .keras, Python's .pkl, .pickle and .joblib. The first bytes, where given, count more
 * than the name.
 * @example
 * try {
 *   refuseForeignFormat('model.pkl');
 * } catch (error) {
 *   console.log(String(error).slice(0, 60)); // → FormatError: read: model.pkl: is Python's pickle, which is n
 * }
 */
export function refuseForeignFormat(path: string, start: Uint8Array = new Uint8Array()): void {
  const format = formatByBytes(start) ?? formatByName(path);
  if (!format || format === 'readable') return;
  throw new FormatError(
    'read',
    path,
    `is ${format.name}, which is not read here: ${format === hdf5Format ? 'it needs a library of its own' : 'it can run any code'}. Convert it in Python, ${commandFor(format, path)}`,
  );
}
