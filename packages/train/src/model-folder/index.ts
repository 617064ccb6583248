export { type LoadModelOptions, loadModel, type SavedModel } from './load-model.js';
export type { ModelManifest, RowInput } from './manifest.js';
export type { Latency } from './predictor.js';
export type { PredictedValue, Prediction, Row, RowValue } from './rows.js';
export { type SaveModelOptions, saveModel } from './save-model.js';
