// Examples are programs: found in markdown and docstrings, type-checked, run, and compared with what they claim to
// print. This entry registers them as tests; './reading' is the part that can be imported outside a test run.
export { checkExample, type ExamplePlaces, testExamples } from './check.js';
export * from './reading.js';
