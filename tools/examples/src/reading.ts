// What any program may do with examples; unlike index.ts it can be imported outside a test run.
export { type Entry, type ExportedName, entriesOf, exportsOf, isValue } from './entries.js';
export { docstringExamples, type Example, markdownExamples } from './extract.js';
export { compareOutput, expectedOutput } from './output.js';
export { type ExampleProgram, typeErrors, writeExamples } from './programs.js';
