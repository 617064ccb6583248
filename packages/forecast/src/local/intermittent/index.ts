/** Intermittent demand. */
export * from './intermittent-models.js';
