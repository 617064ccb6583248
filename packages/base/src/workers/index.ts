/** @noosphere/base/workers: threads that answer calls. */
export { startThread, type ThreadProgram } from './start-thread.js';
export { ThreadCalls } from './thread-calls.js';
