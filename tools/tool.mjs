// `node tools/tool.mjs NAME [options]`: install, build the packages that tools/NAME uses, run its main.ts.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { install, main, root, run, StepError, step, turbo } from './steps.mjs';

const [name, ...args] = process.argv.slice(2);
const script = [`tools/${name}/src/main.ts`, `tools/${name}/main.ts`].find((path) =>
  existsSync(join(root, path)),
);

await main(async () => {
  if (script === undefined) throw new StepError(`there is no tools/${name}/src/main.ts`);
  await install();
  await step('build', `the packages that ${name} uses, by turbo`, () =>
    turbo(['build', `--filter={./tools/${name}}^...`]),
  );
  await step(name, script, () =>
    run(process.execPath, ['--import', 'tsx', script, ...args], { output: 'inherit' }),
  );
});
