// `pnpm layers`: prints every import against the direction of the layers and fails if there is one.
import { fileURLToPath } from 'node:url';
import { findViolations } from './check.js';
import { readLayers } from './layers.js';
import { readWorkspace } from './workspace.js';

const members = readWorkspace(fileURLToPath(new URL('../../../', import.meta.url)));
const violations = findViolations(members, readLayers());
const files = members.reduce((sum, member) => sum + member.sources.length, 0);
for (const violation of violations) console.error(violation);
console.log(
  `layers: ${members.length} packages, apps and tools, ${files} files, ${violations.length} violations`,
);
process.exitCode = violations.length === 0 ? 0 : 1;
