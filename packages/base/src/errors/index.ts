/**
 * The errors Noosphere throws: one class per kind, each naming the operation, what it expected, what it got and the way out.
 * `isInstance` works across duplicate installs of the package, where `instanceof` does not.
 */

const mark = Symbol.for('noosphere.error');

export type ErrorKind = 'shape' | 'dtype' | 'argument' | 'graph' | 'format' | 'runtime' | 'platform';

/**
 * Base of every error thrown by a Noosphere package.
 * @example
 * try {
 *   throw new ShapeError('matmul', 'inner sizes differ, got [2, 3] and [4, 5]; transpose the second?');
 * } catch (error) {
 *   console.log(NoosphereError.isInstance(error), ShapeError.isInstance(error), FormatError.isInstance(error)); // → true true false
 * }
 */
export class NoosphereError extends Error {
  readonly kind: ErrorKind;
  /** The operation that refused, e.g. `matmul`. */
  readonly operation: string;

  constructor(kind: ErrorKind, operation: string, message: string, options?: ErrorOptions) {
    super(`${operation}: ${message}`, options);
    this.name = new.target.name;
    this.kind = kind;
    this.operation = operation;
    Object.defineProperty(this, mark, { value: lineageOf(new.target) });
  }

  /** Whether an error is of this class, by the names of its classes. */
  static isInstance<E extends NoosphereError>(
    this: abstract new (
      ...given: never[]
    ) => E,
    error: unknown,
  ): error is E {
    // biome-ignore lint/complexity/noThisInStatic: each subclass asks by its own name.
    const { name } = this;
    return error instanceof Error && mark in error && (error[mark] as readonly string[]).includes(name);
  }
}

/** The names of a class and of those it extends, up to the base of all. */
function lineageOf(target: { readonly name: string }): string[] {
  if (target === NoosphereError) return [target.name];
  return [target.name, ...lineageOf(Object.getPrototypeOf(target) as { readonly name: string })];
}

/** Shapes do not fit the operation. */
export class ShapeError extends NoosphereError {
  constructor(operation: string, message: string, options?: ErrorOptions) {
    super('shape', operation, message, options);
  }
}

/** Element types do not fit the operation. */
export class DTypeError extends NoosphereError {
  constructor(operation: string, message: string, options?: ErrorOptions) {
    super('dtype', operation, message, options);
  }
}

/** An argument is outside what the operation accepts. */
export class ArgumentError extends NoosphereError {
  constructor(operation: string, message: string, options?: ErrorOptions) {
    super('argument', operation, message, options);
  }
}

/** A graph cannot be built, differentiated or lowered as asked. */
export class GraphError extends NoosphereError {
  constructor(operation: string, message: string, options?: ErrorOptions) {
    super('graph', operation, message, options);
  }
}

/** A file or buffer is not what its format promises; `place` says where. */
export class FormatError extends NoosphereError {
  readonly place: string;
  constructor(operation: string, place: string, message: string, options?: ErrorOptions) {
    super('format', operation, `${place}: ${message}`, options);
    this.place = place;
  }
}

/** The runtime refused or failed while loading or running a program. */
export class RuntimeError extends NoosphereError {
  constructor(operation: string, message: string, options?: ErrorOptions) {
    super('runtime', operation, message, options);
  }
}

/** This machine lacks something the operation needs. */
export class PlatformError extends NoosphereError {
  constructor(operation: string, message: string, options?: ErrorOptions) {
    super('platform', operation, message, options);
  }
}

/** A bug of ours: a state that no input should reach. */
export function internalError(operation: string, message: string): NoosphereError {
  return new NoosphereError('graph', operation, `internal: ${message}; please report this`);
}
