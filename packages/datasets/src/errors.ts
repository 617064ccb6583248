/** The one error of this package. */
import { FormatError } from '@noosphere/base';

/** A data file is missing, or is not the one that this version was published with: `operation` is the loader, `place` the file. */
export class DatasetError extends FormatError {}
