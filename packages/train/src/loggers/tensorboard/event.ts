/**
 * TensorBoard's messages: Event, Summary, TensorProto, as far as this package writes them. Field numbers are those of
 * tensorboard/compat/proto/{event,summary,tensor,tensor_shape,types}.proto (TensorBoard 2.21).
 */
import { type BinaryWriter, newWriter, WireType } from './wire.js';

/** A tensor of a summary, in one of the three types that the plugins read. */
export type SummaryTensor =
  | { readonly type: 'float32'; readonly shape: readonly number[]; readonly values: readonly number[] }
  | { readonly type: 'float64'; readonly shape: readonly number[]; readonly values: Float64Array }
  | { readonly type: 'string'; readonly shape: readonly number[]; readonly values: readonly string[] };

/** Which of TensorBoard's tabs shows a value, and in which class its data are kept. */
export interface SummaryMetadata {
  readonly plugin: 'scalars' | 'histograms' | 'text' | 'hparams';
  readonly dataClass: 'scalar' | 'tensor';
  /** The plugin's own message. @default none */
  readonly content?: Uint8Array;
}

export interface SummaryValue {
  readonly tag: string;
  readonly tensor: SummaryTensor;
  /** Needed at a tag's first value in a file. */
  readonly metadata?: SummaryMetadata;
}

/** What an event carries besides its time. */
export type EventContent =
  | { readonly fileVersion: string }
  | { readonly step: number; readonly values: readonly SummaryValue[] }
  /** A run begins or goes on at this step: what earlier files hold from there on is orphaned. Each file of a run needs one. */
  | { readonly restartStep: number };

/** Numbers of TensorFlow's DataType. */
const dataTypes = { float32: 1, float64: 2, string: 7 };
const dataClasses = { scalar: 1, tensor: 2 };
const sessionStart = 1;

/** Adds a field that is a message. */
export function message(writer: BinaryWriter, field: number, fill: (writer: BinaryWriter) => unknown): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  fill(writer);
  writer.join();
}

/** An Event, as protobuf writes it, without fields that hold their default: `wall_time` 1, `step` 2, `file_version` 3, `summary` 5, `session_log` 7. */
export function encodeEvent(wallTimeSeconds: number, content: EventContent): Uint8Array {
  const writer = newWriter();
  writer.tag(1, WireType.Bit64).double(wallTimeSeconds);
  if ('fileVersion' in content) {
    writer.tag(3, WireType.LengthDelimited).string(content.fileVersion);
  } else if ('restartStep' in content) {
    if (content.restartStep !== 0) writer.tag(2, WireType.Varint).int64(content.restartStep);
    message(writer, 7, (log) => log.tag(1, WireType.Varint).int32(sessionStart));
  } else {
    if (content.step !== 0) writer.tag(2, WireType.Varint).int64(content.step);
    message(writer, 5, (summary) => {
      for (const value of content.values) message(summary, 1, (each) => writeValue(each, value));
    });
  }
  return writer.finish();
}

/** Summary.Value: `tag` 1, `tensor` 8, `metadata` 9. */
function writeValue(writer: BinaryWriter, { tag, tensor, metadata }: SummaryValue): void {
  writer.tag(1, WireType.LengthDelimited).string(tag);
  message(writer, 8, (each) => writeTensor(each, tensor));
  if (metadata) message(writer, 9, (each) => writeMetadata(each, metadata));
}

/** SummaryMetadata: `plugin_data` 1 of `plugin_name` 1 and `content` 2; `data_class` 4. */
function writeMetadata(writer: BinaryWriter, { plugin, dataClass, content }: SummaryMetadata): void {
  message(writer, 1, (data) => {
    data.tag(1, WireType.LengthDelimited).string(plugin);
    if (content) data.tag(2, WireType.LengthDelimited).bytes(content);
  });
  writer.tag(4, WireType.Varint).int32(dataClasses[dataClass]);
}

/** TensorProto: `dtype` 1, `tensor_shape` 2 of `dim` 2 of `size` 1, and the values in the field of their type. */
function writeTensor(writer: BinaryWriter, tensor: SummaryTensor): void {
  writer.tag(1, WireType.Varint).int32(dataTypes[tensor.type]);
  message(writer, 2, (shape) => {
    for (const size of tensor.shape)
      message(shape, 2, (dim) => size > 0 && dim.tag(1, WireType.Varint).int64(size));
  });
  switch (tensor.type) {
    case 'float32':
      if (tensor.values.length === 0) break;
      message(writer, 5, (packed) => {
        for (const value of tensor.values) packed.float(value);
      });
      break;
    case 'float64':
      message(writer, 6, (packed) => {
        for (const value of tensor.values) packed.double(value);
      });
      break;
    case 'string':
      for (const value of tensor.values) writer.tag(8, WireType.LengthDelimited).string(value);
      break;
    default:
      tensor satisfies never;
  }
}
