/** Future covariates over the horizon, from a table of their own. */
import { ArgumentError, NoosphereError } from '@noosphere/core';
import { type Exogenous, readFutureCovariates } from '@noosphere/forecast';
import { cellOptions, type TableData } from './data.js';
import type { ForecastOptions } from './options.js';

/** Series × horizon values of each future covariate. Throws where the table lacks a row, naming it. */
export async function readAhead(
  options: ForecastOptions,
  { frame }: TableData,
  horizon: number,
): Promise<Exogenous> {
  const { ahead, future, columns } = options;
  if (future.length === 0) return {};
  if (ahead === undefined)
    throw new ArgumentError(
      '--ahead',
      `expected a table with ${future.join(', ')} of the ${horizon} rows behind each series; the values are known ahead, or name them by --past`,
    );
  try {
    return await readFutureCovariates(frame, ahead, horizon, {
      ...(columns && { columns }),
      ...cellOptions(options),
    });
  } catch (cause) {
    if (!NoosphereError.isInstance(cause)) throw cause;
    const message = cause.message.replace(/^readFutureCovariates: the table/, ahead);
    throw new NoosphereError(cause.kind, '--ahead', message, { cause });
  }
}
