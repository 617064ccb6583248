import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { ThreadCalls } from './index.js';

const program = `const { parentPort } = require('node:worker_threads');
parentPort.on('message', ({ call, x }) => {
  if (x === 'leave') process.exit(4);
  if (x === 'throw') throw new Error('broken');
  parentPort.postMessage({ call, y: x * 2 });
  if (x === 'end') parentPort.close();
});`;
const failure = (reason: string, cause?: Error) => new Error(reason, { cause });
const calls = () =>
  new ThreadCalls<{ x: number | string }, { call: number; y: number }>(
    () => new Worker(program, { eval: true }),
    failure,
  );

test('calls are answered each by its own answer', async () => {
  const thread = calls();
  const answers = await Promise.all([1, 2, 3].map((x) => thread.call({ x })));
  expect(answers.map(({ y }) => y)).toEqual([2, 4, 6]);
  await thread.close(new Error('closed'), { x: 'end' });
  await expect(thread.call({ x: 1 })).rejects.toThrow('closed');
});

test.each([
  ['leave', 'the thread ended with code 4 before it answered'],
  ['throw', 'the thread failed: broken'],
])('a thread that ends by %s rejects the calls that wait', async (x, message) => {
  const thread = calls();
  await expect(thread.call({ x })).rejects.toThrow(message);
  await expect(thread.call({ x: 1 })).rejects.toThrow(message);
});

test('a thread that is ended rejects what waits, and one that never started closes at once', async () => {
  const thread = calls();
  const waiting = thread.call({ x: 1 });
  const refused = expect(waiting).rejects.toThrow('over');
  await thread.close(new Error('over'));
  await refused;
  await calls().close(new Error('over'));
});
