/** All wrong uses; one more is a line in a list. */
import { checkpointUses } from './checkpoints.js';
import { fileUses } from './files.js';
import { fitUses } from './fits.js';
import { labelUses } from './labels.js';
import { layerUses } from './layers.js';
import { measureUses } from './measures.js';
import { stepUses } from './steps.js';
import type { WrongUse } from './wrong-use.js';

export const wrongUses: readonly WrongUse[] = [
  ...labelUses,
  ...stepUses,
  ...layerUses,
  ...fitUses,
  ...checkpointUses,
  ...fileUses,
  ...measureUses,
];
