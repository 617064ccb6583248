/** Node's cryptography, loaded when first used: it takes longer to load than all of this package. */
export function nodeCrypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}
