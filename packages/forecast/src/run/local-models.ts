/** Models of one series by the kind in their settings. */
import type { LocalModel } from '../local/local-model.js';
import { drift, naive, seasonalNaive } from '../local/naive.js';

type Factory = (options: Readonly<Record<string, unknown>>) => LocalModel;

export const localModels: Readonly<Record<string, Factory>> = {
  naive: () => naive(),
  drift: () => drift(),
  seasonalNaive: (options) => seasonalNaive(options as unknown as Parameters<typeof seasonalNaive>[0]),
};
