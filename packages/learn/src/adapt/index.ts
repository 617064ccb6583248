export { absoluteSums, adapt, type Pruning, prune, type ReplaceLayer } from './adapt.js';
export { LoraLinear, type LoraOptions, linearWith, lora } from './linear.js';
