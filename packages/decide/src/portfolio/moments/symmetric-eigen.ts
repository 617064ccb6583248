/** Eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations: some hundred rows, no more. */

export interface SymmetricEigen {
  /** Not sorted. */
  readonly values: Float64Array;
  /** Row k belongs to value k; length 1. */
  readonly vectors: readonly Float64Array[];
}

/** A = Σ λ v vᵀ. Golub & Van Loan, Matrix Computations, section 8.5. */
export function symmetricEigen(matrix: readonly Float64Array[]): SymmetricEigen {
  const size = matrix.length;
  const a = matrix.map((row) => row.slice());
  const vectors = matrix.map((_, row) => {
    const unit = new Float64Array(size);
    unit[row] = 1;
    return unit;
  });
  const total = a.reduce((sum, row) => sum + row.reduce((of, value) => of + value * value, 0), 0);
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) off += (a[p]?.[q] ?? 0) ** 2;
    if (off <= 1e-30 * total) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, vectors, p, q);
  }
  return { values: Float64Array.from(a, (row, at) => row[at] as number), vectors };
}

/** Makes a[p][q] zero. */
function rotate(a: Float64Array[], vectors: Float64Array[], p: number, q: number): void {
  const [rowP, rowQ] = [a[p] as Float64Array, a[q] as Float64Array];
  const apq = rowP[q] as number;
  if (apq === 0) return;
  const theta = ((rowQ[q] as number) - (rowP[p] as number)) / (2 * apq);
  const tangent = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  for (const row of a) {
    const [atP, atQ] = [row[p] as number, row[q] as number];
    row[p] = cosine * atP - sine * atQ;
    row[q] = sine * atP + cosine * atQ;
  }
  turn(rowP, rowQ, cosine, sine);
  turn(vectors[p] as Float64Array, vectors[q] as Float64Array, cosine, sine);
}

function turn(first: Float64Array, second: Float64Array, cosine: number, sine: number): void {
  for (let at = 0; at < first.length; at++) {
    const [one, other] = [first[at] as number, second[at] as number];
    first[at] = cosine * one - sine * other;
    second[at] = sine * one + cosine * other;
  }
}

/** The matrix with its negative eigenvalues set to zero; the matrix itself where there is none. */
export function positiveSemidefinite(matrix: readonly Float64Array[]): Float64Array[] {
  const { values, vectors } = symmetricEigen(matrix);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (values.every((value) => value >= -1e-12 * largest)) return matrix.map((row) => row.slice());
  return matrix.map((row, i) =>
    row.map((_, j) =>
      vectors.reduce((sum, vector, k) => {
        return sum + Math.max(0, values[k] as number) * (vector[i] as number) * (vector[j] as number);
      }, 0),
    ),
  );
}
