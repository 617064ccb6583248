/** @noosphere/command-line: what the apps' command lines share. */
export { csvText } from './csv-text.js';
export { type RunFiles, RunFolder } from './files/run-folder.js';
export { runProgram } from './run-program.js';
export { interruptedStatus, stopSignal } from './stop.js';
export { strictCommand, versionOf } from './strict-command.js';
export { delimiterMark, inTableFlags } from './table-flags.js';
export { bold, dim, layOut, width, wrap } from './text.js';
