/** What is used of jstat, which has no types of its own. */
declare module 'jstat' {
  interface Distribution1 {
    cdf(x: number, parameter: number): number;
    inv(probability: number, parameter: number): number;
  }
  const jStat: {
    gammaln(x: number): number;
    readonly normal: { cdf(x: number, mean: number, deviation: number): number };
    readonly chisquare: Distribution1;
    readonly studentt: Distribution1;
  };
  export default jStat;
}
