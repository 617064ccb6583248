/** Models by their kinds: for programs that are told a name, for threads, for files. */
export { loadNeuralModel } from './load-neural-model.js';
export { localModels, modelFromSettings } from './models.js';
export { covariatesOf, neuralModels } from './neural-models.js';
