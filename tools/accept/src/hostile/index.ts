/** The formats whose damaged files are tried. */
import { checkpointFormat } from './checkpoint.js';
import { csvFormat } from './csv.js';
import type { HostileFormat } from './format.js';
import { onnxFormat } from './onnx.js';
import { safetensorsFormat } from './safetensors.js';

export const formats: readonly HostileFormat[] = [checkpointFormat, csvFormat, onnxFormat, safetensorsFormat];
