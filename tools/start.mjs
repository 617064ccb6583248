// `npm start [-- options of the job]`: install, build what the main job needs, run it.
import { install, main, run, step, turbo } from './steps.mjs';

await main(async () => {
  await install();
  await step('build', 'the main job and the packages it uses, by turbo', () =>
    turbo(['build', '--filter=@noosphere/outlook']),
  );
  await step('outlook', 'the main job: forecasts of real market data', () =>
    run(process.execPath, ['apps/outlook/dist/main.js', ...process.argv.slice(2)], { output: 'inherit' }),
  );
});
