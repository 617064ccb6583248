export * from './convolution.js';
export * from './dropout.js';
export * from './embedding.js';
export * from './layer-norm.js';
export * from './linear.js';
export * from './lstm.js';
export * from './transformer.js';
