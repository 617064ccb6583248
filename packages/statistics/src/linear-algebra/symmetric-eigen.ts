/** Eigenvalues and -vectors of a symmetric matrix by Jacobi's rotations: exact to rounding, fast for tens of rows. */

const mostSweeps = 50;

export interface SymmetricEigen {
  /** Not sorted. */
  readonly values: Float64Array;
  /** Row k belongs to value k; length 1. */
  readonly vectors: readonly Float64Array[];
}

/**
 * A = Σ λ v vᵀ. Entries off the diagonal that are 1e-15 of the matrix's size count as zero, so singular matrices end too.
 * @example
 * const { values } = symmetricEigen([Float64Array.of(2, 1), Float64Array.of(1, 2)]);
 * console.log(Array.from(values.toSorted(), (value) => value.toFixed(6))); // → [ '1.000000', '3.000000' ]
 */
export function symmetricEigen(matrix: readonly Float64Array[]): SymmetricEigen {
  const size = matrix.length;
  const [flat, basis, values] = [
    new Float64Array(size * size),
    new Float64Array(size * size),
    new Float64Array(size),
  ];
  for (const [row, entries] of matrix.entries()) {
    flat.set(entries, row * size);
    basis[row * (size + 1)] = 1;
  }
  const total = flat.reduce((sum, value) => sum + value * value, 0);
  diagonalize(flat, basis, values, (1e-30 * total) / (size * size));
  const vectors = matrix.map((_, column) =>
    Float64Array.from({ length: size }, (__, row) => basis[row * size + column] as number),
  );
  return { values, vectors };
}

/**
 * Turns A = V diag(λ) Vᵀ, given VᵀAV: the unit matrix in `vectors` for A itself, or a basis in which it is nearly diagonal, where few
 * sweeps are left. `matrix` [n, n] in rows is destroyed; columns of `vectors` [n, n] become the eigenvectors, `values` [n] the
 * eigenvalues, in no order. Golub & Van Loan: Matrix Computations, 8.5 (cyclic by rows).
 * @param negligible Squares of entries up to this count as zero; 0 keeps small eigenvalues exact.
 */
export function diagonalize(
  matrix: Float64Array,
  vectors: Float64Array,
  values: Float64Array,
  negligible = 0,
): void {
  const size = values.length;
  for (let sweep = 0; sweep < mostSweeps && !isDiagonal(matrix, size, negligible); sweep++) {
    for (let p = 0; p < size - 1; p++) for (let q = p + 1; q < size; q++) rotate(matrix, vectors, size, p, q);
  }
  for (let place = 0; place < size; place++) values[place] = matrix[place * (size + 1)] as number;
}

function isDiagonal(matrix: Float64Array, size: number, negligible: number): boolean {
  for (let row = 0; row < size - 1; row++) {
    for (let column = row + 1; column < size; column++) {
      const product = (matrix[row * (size + 1)] as number) * (matrix[column * (size + 1)] as number);
      const value = matrix[row * size + column] as number;
      if (value !== 0 && !(value * value <= Math.max(negligible, 1e-30 * Math.abs(product)))) return false;
    }
  }
  return true;
}

/** The rotation of coordinates p and q that makes their common entry zero. */
function rotate(matrix: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const off = matrix[p * size + q] as number;
  if (off === 0) return;
  const theta = ((matrix[q * (size + 1)] as number) - (matrix[p * (size + 1)] as number)) / (2 * off);
  // Far from equal diagonal entries θ² overflows; then 1 / 2θ is exact.
  const tangent =
    Math.abs(theta) > 1e150
      ? 0.5 / theta
      : (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  for (let k = 0; k < size; k++) {
    const [a, b] = [matrix[k * size + p] as number, matrix[k * size + q] as number];
    matrix[k * size + p] = cosine * a - sine * b;
    matrix[k * size + q] = sine * a + cosine * b;
  }
  for (let k = 0; k < size; k++) {
    const [a, b] = [matrix[p * size + k] as number, matrix[q * size + k] as number];
    matrix[p * size + k] = cosine * a - sine * b;
    matrix[q * size + k] = sine * a + cosine * b;
    const [v, w] = [vectors[k * size + p] as number, vectors[k * size + q] as number];
    vectors[k * size + p] = cosine * v - sine * w;
    vectors[k * size + q] = sine * v + cosine * w;
  }
  matrix[p * size + q] = 0;
  matrix[q * size + p] = 0;
}
