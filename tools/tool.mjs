// `node tools/tool.mjs NAME [options]`: install, build the packages that tools/NAME uses, run tools/NAME/src/main.ts.
import { install, main, run, step, turbo } from './steps.mjs';

const [name, ...args] = process.argv.slice(2);

await main(async () => {
  await install();
  await step('build', `the packages that ${name} uses, by turbo`, () =>
    turbo(['build', `--filter=@noosphere/tool-${name}^...`]),
  );
  await step(name, `tools/${name}`, () =>
    run(process.execPath, ['--import', 'tsx', `tools/${name}/src/main.ts`, ...args], { output: 'inherit' }),
  );
});
