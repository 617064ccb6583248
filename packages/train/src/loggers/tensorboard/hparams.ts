/** TensorBoard's HParams plugin: the settings of a run and how it ended, from which its table of runs is made. */

import type { LogSetting } from '../logger.js';
import { message, type SummaryValue } from './event.js';
import { type BinaryWriter, newWriter, WireType } from './wire.js';

const statuses = { success: 1, failure: 2 };

/** The settings a run starts with. HParamsPluginData: `session_start_info` 3 of `hparams` 1 and `start_time_secs` 5. */
export function sessionStart(
  settings: Readonly<Record<string, LogSetting>>,
  startTimeSeconds: number,
): SummaryValue {
  return hparamsValue('_hparams_/session_start_info', (data) =>
    message(data, 3, (info) => {
      for (const [name, value] of Object.entries(settings)) {
        message(info, 1, (entry) => {
          entry.tag(1, WireType.LengthDelimited).string(name);
          message(entry, 2, (held) => writeSetting(held, value));
        });
      }
      info.tag(5, WireType.Bit64).double(startTimeSeconds);
    }),
  );
}

/** How a run ended. HParamsPluginData: `session_end_info` 4 of `status` 1 and `end_time_secs` 2. */
export function sessionEnd(outcome: 'success' | 'failure', endTimeSeconds: number): SummaryValue {
  return hparamsValue('_hparams_/session_end_info', (data) =>
    message(data, 4, (info) => {
      info.tag(1, WireType.Varint).int32(statuses[outcome]);
      info.tag(2, WireType.Bit64).double(endTimeSeconds);
    }),
  );
}

/** google.protobuf.Value: `number_value` 2, `string_value` 3, `bool_value` 4. */
function writeSetting(writer: BinaryWriter, value: LogSetting): void {
  if (typeof value === 'number') writer.tag(2, WireType.Bit64).double(value);
  else if (typeof value === 'string') writer.tag(3, WireType.LengthDelimited).string(value);
  else writer.tag(4, WireType.Varint).bool(value);
}

/** The plugin reads the metadata alone; the tensor is the empty one that it writes itself. */
function hparamsValue(tag: string, fill: (data: BinaryWriter) => void): SummaryValue {
  const data = newWriter();
  fill(data);
  return {
    tag,
    tensor: { type: 'float32', shape: [0], values: [] },
    metadata: { plugin: 'hparams', dataClass: 'tensor', content: data.finish() },
  };
}
