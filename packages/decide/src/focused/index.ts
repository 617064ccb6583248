export * from './cvar-loss.js';
export * from './decision-costs.js';
