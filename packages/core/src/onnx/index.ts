export { type ExternalData, readTensorProto } from './decode-tensor.js';
export {
  type EncodedModel,
  type EncodeOptions,
  type ExternalFile,
  encodeModel,
  operatorsOf,
} from './encode.js';
export * from './export.js';
export * from './import.js';
export * from './load.js';
export type { ExternalLocation } from './model.js';
