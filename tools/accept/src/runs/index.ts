/** All runs. A later one is a file here and a line in this list. */
import type { AcceptanceRun } from '../run.js';
import { hostileFiles } from './hostile-files.js';
import { onnxNodeCases } from './onnx-node-cases.js';

export const runs: readonly AcceptanceRun[] = [hostileFiles, onnxNodeCases];
