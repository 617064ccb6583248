/** @noosphere/command-line: what the apps' command lines share. */
export { type RunFiles, RunFolder } from './files/run-folder.js';
export { runProgram } from './run-program.js';
export { interruptedStatus, stopSignal } from './stop.js';
export { bold, dim, layOut, width, wrap } from './text.js';
