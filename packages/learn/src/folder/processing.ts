/** Steps of plain code around a network, by name: a folder holds the name and the options, the program the code. */
import { ArgumentError, didYouMean } from '@noosphere/base';
import type { ModelManifest } from './manifest.js';
import type { Prediction, Row } from './rows.js';

/** The named files that a folder carries beside the model. */
export interface Assets {
  /** Their names. */
  readonly assets: readonly string[];
  /** The bytes of one, compared with its checksum. */
  asset(name: string): Promise<Uint8Array>;
  /** One as text. */
  assetText(name: string): Promise<string>;
}

export interface Processing {
  /** From a row as the user gives it to one with the network's inputs. */
  before?(row: Row): Row | Promise<Row>;
  /** From what the network gives to what the user gets. */
  after?(prediction: Prediction): Prediction | Promise<Prediction>;
  /** JSON schema of the row that `before` takes, for servers. @default any object where there is a `before` */
  readonly rowSchema?: Readonly<Record<string, unknown>>;
}

/** Makes a step from its options in the folder, and from the folder's assets. */
export interface ProcessingMaker {
  make(config: Readonly<Record<string, unknown>>, assets: Assets): Processing | Promise<Processing>;
}

const makers = new Map<string, ProcessingMaker>();

/**
 * Gives the code of a step its name, before folders that hold the name are loaded. The last one of a name counts.
 * @example
 * registerProcessing('letters', {
 *   make: ({ alphabet }) => ({ before: ({ text }) => ({ x: [...String(text)].map((letter) => String(alphabet).indexOf(letter)) }) }),
 * });
 * const weights = { factor: tensor([10], { dtype: 'int64' }) };
 * await saveModel('places', {
 *   kind: 'example',
 *   forward: ({ x }, { factor }) => ({ y: mul(x as Tensor, factor as Tensor) }),
 *   inputs: { x: { dtype: 'int64', shape: ['letters'] } },
 *   weights,
 *   processing: [{ name: 'letters', config: { alphabet: 'abc' } }],
 * });
 * const model = await loadModel('places');
 * console.log(await model.predict([{ text: 'cab' }, { text: 'b' }])); // → [ { y: [ 20, 0, 10 ] }, { y: [ 10 ] } ]
 * await model.close();
 */
export function registerProcessing(name: string, maker: ProcessingMaker): void {
  makers.set(name, maker);
}

/** The steps of a folder as one: `before` in their order, `after` from the last to the first. */
export async function processingOf(
  operation: string,
  steps: ModelManifest['processing'],
  assets: Assets,
): Promise<Processing> {
  const made: Processing[] = [];
  for (const { name, config } of steps) {
    const maker = makers.get(name);
    if (!maker)
      throw new ArgumentError(
        operation,
        `no processing is registered as '${name}'${didYouMean(name, [...makers.keys()])}; call registerProcessing('${name}', …), or import the package that does, before the folder is loaded`,
      );
    made.push(await maker.make(config, assets));
  }
  const first = made.find(({ before }) => before);
  const behind = made.filter(({ after }) => after).reverse();
  return {
    ...(first && {
      rowSchema: first.rowSchema ?? { type: 'object' },
      before: async (row) => {
        let current = row;
        for (const step of made) current = (await step.before?.(current)) ?? current;
        return current;
      },
    }),
    ...(behind.length > 0 && {
      after: async (prediction) => {
        let current = prediction;
        for (const step of behind) current = (await step.after?.(current)) ?? current;
        return current;
      },
    }),
  };
}
