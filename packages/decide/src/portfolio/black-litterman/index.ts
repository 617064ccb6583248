export * from './black-litterman.js';
