export {
  type Program,
  type ProgramFailure,
  type ProgramRows,
  type ProgramSolution,
  RowBuilder,
  type SolverOptions,
} from './program.js';
export { solveProgram, trySolveProgram } from './solve.js';
