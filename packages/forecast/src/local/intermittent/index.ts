/** Intermittent demand. */
export {
  adida,
  crostonClassic,
  crostonOptimized,
  crostonSba,
  imapa,
  type TsbOptions,
  tsb,
} from './intermittent-models.js';
