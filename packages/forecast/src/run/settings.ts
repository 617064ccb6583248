/** Settings alone: what crosses threads and goes into files. */
import type { ModelSettings } from '../local/local-model.js';

/** The plain data of a model, without its functions. */
export function settingsOf({ name, kind, options }: ModelSettings): ModelSettings {
  return { name, kind, options };
}
