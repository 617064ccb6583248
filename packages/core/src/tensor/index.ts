export * from './compile.js';
export { evaluate } from './evaluate.js';
