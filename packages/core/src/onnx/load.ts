/** An ONNX model from its path: data that it keeps in files beside it is read too. */
import { FormatError, knownOptions } from '@noosphere/base';
import { pathBeside, readBytes } from '@noosphere/base/files';
import { decodeModel, tensorsOf } from './decode.js';
import type { ExternalData } from './decode-tensor.js';
import { type ImportedModel, type ImportOptions, importOnnx } from './import.js';

/**
 * Reads an ONNX model from disk, its external data included; a data file outside the model's folder is refused.
 * @example
 * await saveOnnx('double.onnx', ({ x }) => mul(x, 2), { inputs: { x: spec('float32', [2]) } });
 * const model = await loadOnnx<'output'>('double.onnx');
 * console.log(await model.apply([tensor([1, 2])]).output.array()); // → [ 2, 4 ]
 */
export async function loadOnnx<Output extends string = string>(
  path: string,
  options: ImportOptions = {},
): Promise<ImportedModel<Output>> {
  knownOptions('loadOnnx', options, 'inputs dims external');
  const bytes = await readBytes(path);
  const external = options.external ?? (await externalFiles(path, bytes));
  return importOnnx(bytes, { ...options, external });
}

async function externalFiles(path: string, bytes: Uint8Array): Promise<ExternalData> {
  const files = new Map<string, Uint8Array>();
  for (const { data } of tensorsOf(decodeModel(bytes).graph)) {
    if (data.kind !== 'external' || files.has(data.location.path)) continue;
    files.set(data.location.path, await readBytes(pathBeside(path, data.location.path)));
  }
  return (location, lengthBytes, place) => {
    const file = files.get(location.path);
    const end = location.offset + lengthBytes;
    if (!file || end > file.byteLength) {
      throw new FormatError(
        'onnx',
        place,
        `needs ${lengthBytes} bytes at ${location.offset} of '${location.path}', which has ${file?.byteLength ?? 0}; it is cut off or belongs to another model`,
      );
    }
    return file.subarray(location.offset, end);
  };
}
