export { countOf, predictRows, type Rows, sliceInputs, valuesOf } from './predict-rows.js';
export { Runner, type RunnerOptions, withRunner } from './runner.js';
