// Examples are programs: found in markdown and docstrings, type-checked, run, and compared with what they claim to print.
export { checkExample, testExamples, typeErrors, writeExamples } from './check.js';
export { docstringExamples, type Example, markdownExamples } from './extract.js';
export { compareOutput, expectedOutput } from './output.js';
