export * from './serve-model.js';
export * from './start-server.js';
