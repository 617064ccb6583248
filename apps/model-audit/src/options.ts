/** The command line. */
import { InvalidArgumentError } from '@commander-js/extra-typings';
import { strictCommand, versionOf } from '@noosphere/command-line';

export interface AuditOptions {
  /** An ONNX file or a model folder; undefined where a command alone is measured. */
  readonly target: string | undefined;
  /** What trains the model, run and measured first. */
  readonly command: readonly string[];
  readonly data: string | undefined;
  readonly dims: Readonly<Record<string, number>>;
  readonly runs: number;
  readonly seed: number;
  readonly place: string | undefined;
  readonly int8: boolean;
  readonly json: string | undefined;
  readonly html: string | undefined;
}

const help = `
--data takes an NPZ file with one array an input (rows in front), and 'labels' where accuracy is wanted.

Examples:
  noosphere model-audit model.onnx --dim batch=1
  noosphere model-audit runs/mnist --data test.npz --place DEU --json audit.json
  noosphere model-audit runs/mnist -- node train.js            runs the training, then audits what it saved
  noosphere model-audit -- python train.py                     what a command takes`;

/** Reads the arguments; ends the process after --help, and with status 2 where they are wrong. */
export function readOptions(args: readonly string[]): AuditOptions {
  const dashes = args.indexOf('--');
  const own = dashes < 0 ? args : args.slice(0, dashes);
  const command = strictCommand('noosphere model-audit', 'model-audit')
    .version(versionOf(import.meta.url))
    .description(
      'What a model costs: arithmetic, size, memory, latency, energy and carbon for 1,000 inferences and for its ' +
        'training, cost by operator, and what int8 would save.',
    )
    .usage('[options] [model] [-- command...]')
    .argument('[model]', 'an .onnx file, or a model folder')
    .option('--data <npz>', 'examples: measured on, calibrated with, and judged by where they have labels')
    .option('--dim <name=size...>', 'sizes of open dimensions (default: 1)', dimension, {})
    .option('--runs <number>', 'runs that are measured', wholeNumber(1), 100)
    .option('--seed <number>', 'seed of inputs that are drawn', wholeNumber(0), 1)
    .option(
      '--place <code>',
      'place whose electricity counts, such as DEU or US-CA (default: the world, and said so)',
    )
    .option('--no-int8', 'leave the quantised model out')
    .option('--json <file>', 'write the result there as well')
    .option('--html <file>', 'write a page with charts there as well')
    .addHelpText('after', help)
    .allowExcessArguments(false)
    .parse(own, { from: 'user' });
  const options = command.opts();
  const target = command.args[0];
  const trained = dashes < 0 ? [] : args.slice(dashes + 1);
  if (target === undefined && trained.length === 0)
    command.error('expected an .onnx file, a model folder, or -- and a command; --help shows examples');
  return {
    target,
    command: trained,
    data: options.data,
    dims: options.dim,
    runs: options.runs,
    seed: options.seed,
    place: options.place,
    int8: options.int8,
    json: options.json,
    html: options.html,
  };
}

function dimension(text: string, before: Readonly<Record<string, number>>): Record<string, number> {
  const [name, size] = text.split('=');
  if (!name || !size || !Number.isInteger(Number(size)) || Number(size) < 1)
    throw new InvalidArgumentError('Expected NAME=SIZE, such as batch=1.');
  return { ...before, [name]: Number(size) };
}

function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`Expected a whole number from ${least}.`);
    return value;
  };
}
