// Examples are programs: found in markdown and docstrings, type-checked, run, and compared with what they claim to
// print. Beside them stands the test of the names that a package exports. This entry registers tests; './reading' is
// the part that can be imported outside a test run.
export { apiOf, testApi } from './api.js';
export { checkExample, type ExamplePlaces, testExamples } from './check.js';
export * from './reading.js';
