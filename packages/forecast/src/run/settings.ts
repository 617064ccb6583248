/** Settings alone: what crosses threads and goes into files. */
import type { LocalModelSettings } from '../local/local-model.js';

/** The plain data of a model, without its functions. */
export function settingsOf({ name, kind, options }: LocalModelSettings): LocalModelSettings {
  return { name, kind, options };
}
