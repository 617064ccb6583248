export type { LogSink } from '../files/log-file.js';
export * from './console-logger.js';
export * from './csv-logger.js';
export * from './json-lines-logger.js';
export * from './log-fit.js';
export * from './logger.js';
export * from './memory-sink.js';
export type { RowLogOptions } from './row-log.js';
export * from './tensorboard/tensorboard-logger.js';
