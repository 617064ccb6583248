/** The command line. */
import { Command, InvalidArgumentError } from '@commander-js/extra-typings';

export interface AuditOptions {
  readonly target: string;
  readonly data: string | undefined;
  readonly dims: Readonly<Record<string, number>>;
  readonly runs: number;
  readonly seed: number;
  readonly place: string | undefined;
  readonly int8: boolean;
  readonly json: string | undefined;
}

const help = `
--data takes an NPZ file with one array an input (rows in front), and 'labels' where accuracy is wanted.

Examples:
  model-audit model.onnx --dim batch=1
  model-audit runs/mnist --data test.npz --place DEU --json audit.json`;

/** Reads the arguments; ends the process after --help, and with status 2 where they are wrong. */
export function readOptions(args: readonly string[]): AuditOptions {
  const command = new Command('model-audit')
    .description(
      'What a model costs: arithmetic, size, memory, latency, energy and carbon for 1,000 inferences and for its ' +
        'training, cost by operator, and what int8 would save.',
    )
    .argument('<model>', 'an .onnx file, or a model folder')
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
    .addHelpText('after', help)
    .allowExcessArguments(false)
    .configureOutput({
      outputError: (text, write) => write(`model-audit: ${text.trim().replace(/\s*\n\s*/g, ' ')}\n`),
    })
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .parse(args, { from: 'user' });
  const options = command.opts();
  return {
    target: command.args[0] as string,
    data: options.data,
    dims: options.dim,
    runs: options.runs,
    seed: options.seed,
    place: options.place,
    int8: options.int8,
    json: options.json,
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
