/** The model card for people: README.md as model hubs read it, YAML in front and Markdown behind. */
import type { ModelManifest } from './manifest.js';

type Described = Omit<ModelManifest, 'files'>;

const products = {
  highest: 'highest, products in float32',
  high: 'high, products in three of bfloat16',
  medium: 'medium, products in bfloat16',
};

/** A card without dressing; JSON is YAML. */
export function cardText({ kind, card, metrics, seeds, inputs, outputs, versions }: Described): string {
  const { title = kind, description, licence, data = [], energyJoules, precision } = card;
  const hubNames = data.map(({ name }) => name).filter((name) => /^[\w.-]+(\/[\w.-]+)?$/.test(name));
  const front = {
    ...(licence !== undefined && { license: licence.toLowerCase() }),
    library_name: 'noosphere',
    tags: ['noosphere', 'onnx', ...kind.split('/')],
    ...(hubNames.length > 0 && { datasets: hubNames }),
    ...(Object.keys(metrics).length > 0 && { metrics: Object.keys(metrics) }),
  };
  const list = (title: string, items: readonly string[]) =>
    items.length === 0 ? [] : [`## ${title}`, items.map((item) => `- ${item}`).join('\n')];
  const pairs = (values: Readonly<Record<string, unknown>>) =>
    Object.entries(values).map(([name, value]) => `${name}: ${value}`);
  const parts = [
    `---\n${Object.entries(front)
      .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
      .join('\n')}\n---`,
    `# ${title}`,
    ...(description === undefined ? [] : [description]),
    ...list('Metrics', pairs(metrics)),
    ...list(
      'Trained on',
      data.map(({ name, licence, rows, checksum }) =>
        [
          name,
          ...(rows === undefined ? [] : [`${rows} rows`]),
          ...(licence === undefined ? [] : [`licence ${licence}`]),
          ...(checksum === undefined ? [] : [`SHA-256 \`${checksum}\``]),
        ].join(', '),
      ),
    ),
    ...list(
      'Training',
      pairs({
        ...(energyJoules && { energy: `${energyJoules.value} J (${energyJoules.method})` }),
        ...(precision && { precision: products[precision] }),
        ...Object.fromEntries(Object.entries(seeds).map(([name, seed]) => [`seed '${name}'`, seed])),
        ...versions,
      }),
    ),
    ...list('Inputs of a row', [
      ...Object.entries(inputs).map(
        ([name, { dtype, shape, description: what }]) =>
          `\`${name}\`: ${dtype} [${shape.join(', ')}]${what === undefined ? '' : `, ${what}`}`,
      ),
    ]),
    ...list(
      'Results of a row',
      outputs.map((name) => `\`${name}\``),
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}
