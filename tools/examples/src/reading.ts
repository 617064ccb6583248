// What any program may do with examples; unlike index.ts it can be imported outside a test run.
export { docstringExamples, type Example, markdownExamples } from './extract.js';
export { compareOutput, expectedOutput } from './output.js';
export { type ExampleProgram, typeErrors, writeExamples } from './programs.js';
