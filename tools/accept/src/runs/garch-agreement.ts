/** GARCH(1,1) and GJR-GARCH(1,1,1) of the S&P 500, normal and t, against Python's arch 8.0 (tools/goldens/risk.py). */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { garchVolatility } from '@noosphere/decide';
import { readDecideGolden } from '../decide-goldens.js';
import { readPrices, simpleReturns } from '../price-tables.js';
import type { AcceptanceRun, Measured, RunContext } from '../run.js';

/** Bars of parameters and of the log-likelihood, both relative; a parameter at its bound of 0 counts against this size. */
const [parameterBar, likelihoodBar, smallest] = [1e-3, 1e-5, 1e-3];

export const garchAgreement: AcceptanceRun = {
  name: 'garch-agreement',
  metric:
    "largest deviation from arch's GARCH(1,1) and GJR on 100 × S&P 500 returns 1999-2018, normal and t, in units of the bars: 1e-3 relative for a parameter (of at least 1e-3), 1e-5 relative for the log-likelihood",
  bar: { is: '<=', value: 1 },
  run,
};

interface Golden {
  readonly count: number;
  readonly fits: readonly {
    readonly o: number;
    readonly distribution: 'normal' | 't';
    /** mean, ω, α, γ where there is one, β, degrees of freedom of the t. */
    readonly parameters: readonly number[];
    readonly logLikelihood: number;
  }[];
}

async function run({ folder, say }: RunContext): Promise<Measured> {
  const golden = readDecideGolden<Golden>('risk-garch.json');
  const { names, prices } = readPrices('arch/sp500.csv.gz');
  const adjusted = prices[names.indexOf('Adj Close')] ?? new Float64Array(0);
  const returns = simpleReturns(adjusted).map((value) => 100 * value);
  if (returns.length !== golden.count)
    throw new Error(`expected ${golden.count} returns, got ${returns.length}`);
  const rows = golden.fits.map(({ o, distribution, parameters, logLikelihood }) => {
    const start = performance.now();
    const fit = garchVolatility(returns, { asymmetric: o === 1, distribution });
    const elapsedMs = performance.now() - start;
    const own = [
      fit.mean,
      fit.omega,
      fit.alpha,
      ...(o === 1 ? [fit.gamma] : []),
      fit.beta,
      ...(fit.freedom === undefined ? [] : [fit.freedom]),
    ];
    const parameter = Math.max(
      ...parameters.map(
        (value, at) => Math.abs((own[at] ?? Number.NaN) - value) / Math.max(Math.abs(value), smallest),
      ),
    );
    const likelihood = Math.abs(fit.logLikelihood - logLikelihood) / Math.abs(logLikelihood);
    const name = `${o === 1 ? 'GJR' : 'GARCH'}, ${distribution}`;
    return { name, own, parameters, parameter, likelihood, elapsedMs };
  });
  const artifact = join(folder, 'garch-agreement.json');
  writeFileSync(artifact, JSON.stringify(rows, null, 2));
  const notes = rows.map(({ name, parameter, likelihood, elapsedMs }) => {
    return `${name}: parameters ${parameter.toExponential(1)}, log-likelihood ${likelihood.toExponential(1)}, ${elapsedMs.toFixed(0)} ms`;
  });
  for (const note of notes) say(note);
  const worst = rows.map(({ parameter, likelihood }) =>
    Math.max(parameter / parameterBar, likelihood / likelihoodBar),
  );
  return { value: Math.max(...worst), artifacts: [artifact], notes };
}
