export * from './least-squares.js';
