/** Expected bytes: the same messages made by the Python package tensorboard 2.21 and framed by its RecordWriter. */
import { expect, test } from 'vitest';
import { memorySink } from '../memory-sink.js';
import { crc32c, maskedCrc32c } from './crc32c.js';
import { type EventContent, encodeEvent } from './event.js';
import { histogramRows } from './histogram.js';
import { sessionEnd, sessionStart } from './hparams.js';
import { tfRecord } from './record.js';
import { tensorBoardLogger } from './tensorboard-logger.js';

test('CRC-32C has the values of RFC 3720, section B.4', () => {
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, index) => index))).toBe(0x46dd794e);
});

test('the masked check sum is unsigned', () => {
  for (let byte = 0; byte < 256; byte++) expect(maskedCrc32c(Uint8Array.of(byte))).toBeGreaterThanOrEqual(0);
});

const events: readonly (readonly [string, EventContent, string])[] = [
  [
    'the file version',
    { fileVersion: 'brain.Event:2' },
    '1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c',
  ],
  ['the start of a run', { restartStep: 0 }, '0d000000000000003c37b83409000000000000f83f3a020801b718825c'],
  [
    'the start of a resumed run',
    { restartStep: 301 },
    '100000000000000095fbfe1809000000000000f83f10ad023a020801d17949d4',
  ],
  [
    'scalars, at a step beyond 32 bits',
    {
      step: 2 ** 33,
      values: [
        {
          tag: 'loss',
          tensor: { type: 'float32', shape: [], values: [0.1] },
          metadata: { plugin: 'scalars', dataClass: 'scalar' },
        },
        { tag: 'ä', tensor: { type: 'float32', shape: [], values: [Number.NaN] } },
      ],
    },
    '46000000000000007235b9a509000000000000f83f1080808080202a350a210a046c6f7373420a080112002a04cdcccc3d4a0d0a090a077363616c61727320010a100a02c3a4420a080112002a040000c07f49d58a79',
  ],
  [
    'a text',
    {
      step: 1,
      values: [
        {
          tag: 'note',
          tensor: { type: 'string', shape: [1], values: ['grüße'] },
          metadata: { plugin: 'text', dataClass: 'tensor' },
        },
      ],
    },
    '34000000000000005e33175c09000000000000f83f10012a270a250a046e6f74654211080712041202080142076772c3bcc39f654a0a0a060a047465787420025e8fbaa6',
  ],
  [
    'a histogram',
    {
      step: 1,
      values: [
        {
          tag: 'w',
          tensor: { type: 'float64', shape: [2, 3], values: Float64Array.of(0, 1, 2, 1, 2, 1) },
          metadata: { plugin: 'histograms', dataClass: 'tensor' },
        },
      ],
    },
    '6400000000000000435f1cdf09000000000000f83f10012a570a550a0177423e08021208120208021202080332300000000000000000000000000000f03f0000000000000040000000000000f03f0000000000000040000000000000f03f4a100a0c0a0a686973746f6772616d7320021d09f210',
  ],
  [
    'settings',
    { step: 0, values: [sessionStart({ rate: 0.1 }, 1.5)] },
    '620000000000000079fd606f09000000000000f83f2a570a550a1c5f68706172616d735f2f73657373696f6e5f73746172745f696e666f42060801120212004a2d0a290a0768706172616d73121e1a1c0a110a04726174651209119a9999999999b93f29000000000000f83f2002fe3dc4c3',
  ],
  [
    'the end of a session',
    { step: 0, values: [sessionEnd('failure', 1.5)] },
    '4f000000000000006c474f9309000000000000f83f2a440a420a1a5f68706172616d735f2f73657373696f6e5f656e645f696e666f42060801120212004a1c0a180a0768706172616d73120d220b080211000000000000f83f2002a4f46ca4',
  ],
];

test.each(events)('%s has the bytes of the Python package', (_, content, expected) => {
  expect(Buffer.from(tfRecord(encodeEvent(1.5, content))).toString('hex')).toBe(expected);
});

/** Expected bytes of an event of the table above, all of one time. */
function bytesOf(name: string): string {
  return events.find(([other]) => other === name)?.[2] ?? '';
}

test('a histogram counts every finite value once, the greatest in the last bucket', () => {
  expect([...histogramRows([0, 1, 2, 2, Number.NaN, Number.POSITIVE_INFINITY], 2)]).toEqual([
    0, 1, 1, 1, 2, 3,
  ]);
  // One value: all edges there, all in the last bucket, as TensorBoard does.
  expect([...histogramRows([5, 5], 2)]).toEqual([5, 5, 0, 5, 5, 2]);
  expect([...histogramRows([Number.NaN], 1)]).toEqual([0, 0, 0]);
  expect(() => histogramRows([1], 0)).toThrow(/buckets must be a whole number from 1, got 0/);
});

test('a resumed run begins a new file that names the step it goes on from', () => {
  const files: { name: string; sink: ReturnType<typeof memorySink> }[] = [];
  const open = (name: string) => {
    const sink = memorySink();
    files.push({ name, sink });
    return sink;
  };
  const logger = tensorBoardLogger('', { open, host: 'here', now: () => 1500 });
  logger.start(0);
  logger.scalars(1, { loss: 1 });
  logger.close();
  logger.start(300);
  logger.scalars(301, { loss: 0.5 });
  logger.close();
  expect(files.map(({ name }) => name)).toEqual(Array(2).fill('events.out.tfevents.0000000001.here'));
  const bytes = (place: number) => Buffer.from(files[place]?.sink.readBytes() ?? []).toString('hex');
  const resumed = bytes(1);
  expect(bytes(0).startsWith(`${bytesOf('the file version')}${bytesOf('the start of a run')}`)).toBe(true);
  expect(resumed.startsWith(`${bytesOf('the file version')}${bytesOf('the start of a resumed run')}`)).toBe(
    true,
  );
  // The first value of a tag in a file carries the metadata, so the second file has them again.
  expect(resumed).toContain(Buffer.from('scalars').toString('hex'));
});

test('metadata stand at the first value of a tag alone', () => {
  const sink = memorySink();
  const logger = tensorBoardLogger('', { open: () => sink });
  for (const step of [1, 2, 3]) logger.scalars(step, { loss: 1 });
  expect(Buffer.from(sink.readBytes()).toString('latin1').split('scalars')).toHaveLength(2);
});

test('settings end with how the run ended, once', () => {
  const sink = memorySink();
  const logger = tensorBoardLogger('', { open: () => sink, now: () => 1500 });
  logger.settings?.({ rate: 0.1 });
  logger.close('failure');
  const bytes = Buffer.from(sink.readBytes()).toString('hex');
  const expected = ['the file version', 'the start of a run', 'settings', 'the end of a session'];
  expect(bytes).toBe(expected.map(bytesOf).join(''));
});
