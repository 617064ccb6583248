/** JSON schemas of what a served model takes and says, from its manifest. */
import { integerRange, type ModelManifest, type RowInput } from '../folder/index.js';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** A row as plain JSON: shapes are nested arrays. */
export function rowSchemaOf(inputs: ModelManifest['inputs']): JsonSchema {
  return {
    type: 'object',
    additionalProperties: false,
    required: Object.keys(inputs),
    properties: Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, valueSchema(input)])),
  };
}

function valueSchema({ shape, description, ...element }: RowInput): JsonSchema {
  const nested = shape.reduceRight<JsonSchema>((items, dim) => {
    const size = typeof dim === 'number' ? { minItems: dim, maxItems: dim } : { title: dim };
    return { type: 'array', items, ...size };
  }, elementSchema(element));
  return { ...nested, ...(description !== undefined && { description }) };
}

function elementSchema({ dtype, minimum, maximum, mayBeMissing }: Omit<RowInput, 'shape'>): JsonSchema {
  if (dtype === 'bool') return { anyOf: [{ type: 'boolean' }, { enum: [0, 1] }] };
  const range = integerRange(dtype);
  // JSON carries integers this far.
  const safe = (value: bigint) =>
    Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(value)));
  const number = {
    type: range ? 'integer' : 'number',
    ...(range && { minimum: safe(range[0]), maximum: safe(range[1]) }),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
  };
  return mayBeMissing ? { anyOf: [number, { type: 'null' }] } : number;
}

/** What the server answers, as OpenAPI 3.1. */
export function openApiOf({ kind, card, created }: ModelManifest, body: JsonSchema): JsonSchema {
  const told = (description: string, type = 'application/json', schema: JsonSchema = {}) => ({
    description,
    content: { [type]: { schema } },
  });
  const predictions = {
    type: 'object',
    properties: { predictions: { type: 'array', items: { type: 'object' } } },
  };
  const get = (summary: string, type?: string) => ({
    get: { summary, responses: { 200: told(summary, type) } },
  });
  return {
    openapi: '3.1.0',
    info: { title: card.title ?? kind, description: card.description ?? '', version: created },
    paths: {
      '/predict': {
        post: {
          summary: 'One prediction a row, in order',
          requestBody: { required: true, content: { 'application/json': { schema: body } } },
          responses: {
            200: told('The predictions', undefined, predictions),
            400: told('A row does not fit'),
            503: told('Too much waits; try again after Retry-After seconds'),
            504: told('It took too long'),
          },
        },
      },
      '/model': get('What the model is'),
      '/health': get('Whether it is there'),
      '/metrics': get('Counts and times, for Prometheus', 'text/plain'),
    },
  };
}
