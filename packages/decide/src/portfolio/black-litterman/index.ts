export {
  type BlackLittermanOptions,
  blackLitterman,
  equilibriumReturns,
  type View,
} from './black-litterman.js';
