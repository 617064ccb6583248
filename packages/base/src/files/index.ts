/** @noosphere/base/files: the disk. Files are read with errors that name them, and written whole or not at all. */
export { openFile, pathBeside, type RandomAccessFile, readBytes, readTextIfThere, sha256 } from './read.js';
export { firstTextIn, withTemporaryFolder } from './temporary.js';
export {
  type Content,
  makeAtomically,
  replaceTextSync,
  requireAbsent,
  type WriteOptions,
  writeAtomically,
} from './write.js';
