export * from './cpu.js';
export * from './cpu-memory.js';
export * from './executor.js';
export * from './precision.js';
export { type ProcessExecutor, type ProcessOptions, processExecutor } from './process.js';
export * from './runtime-report.js';
export * from './threads.js';
export { type WorkerExecutor, workerExecutor } from './worker.js';
