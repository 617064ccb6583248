/** What is no frame of series is refused before its parts are read. */
import { ArgumentError } from '@noosphere/base';
import type { SeriesFrame } from './frame.js';

/** Throws where `frame` is no frame, as a table of rows is none. */
export function requireFrame(operation: string, frame: SeriesFrame): void {
  if (typeof frame === 'object' && frame !== null && Array.isArray(frame.ids) && 'y' in frame) return;
  const got = typeof frame === 'object' && frame !== null ? 'an object without ids and y' : String(frame);
  throw new ArgumentError(
    operation,
    `expects a frame of series, got ${got}; frameOf({ ds, y }) or readFrame(path) makes one`,
  );
}
