// One side of a comparison: a child process that runs one model and answers the line protocol described in
// ../peers/protocol.py.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface StepsAnswer {
  readonly ms: number[];
  readonly losses: number[];
}

export interface MemoryAnswer {
  readonly peakMb: number;
  readonly importMb: number;
}

/** What starts a side: a program, its arguments, and the folder it runs in. */
export interface SideCommand {
  readonly program: string;
  readonly parameters: readonly string[];
  readonly directory?: string;
}

const keptErrorLines = 30;

/** A running side. `start` resolves when it is ready (libraries imported, model built). */
export class Side {
  /** What the side says about itself, such as the variant it chose. */
  note = '';
  /** How exactly it computes; only ours says it. */
  precision: string | undefined;
  readonly #child: ChildProcess;
  readonly #errorLines: string[] = [];
  readonly #waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  #ended: Error | undefined;

  private constructor({ program, parameters, directory }: SideCommand) {
    // Settings that slow one side's NumPy or PyTorch only because of where they run have no place here.
    const { OPENBLAS_CORETYPE: _core, OPENBLAS_L2_SIZE: _cache, ...environment } = process.env;
    const child = spawn(program, parameters, { cwd: directory, env: environment, stdio: 'pipe' });
    this.#child = child;
    createInterface({ input: child.stdout }).on('line', (line) => {
      // Libraries print too: only lines of JSON are answers.
      if (line.startsWith('{')) this.#waiting.shift()?.resolve(line);
    });
    createInterface({ input: child.stderr }).on('line', (line) => {
      this.#errorLines.push(line);
      if (this.#errorLines.length > keptErrorLines) this.#errorLines.shift();
    });
    child.stdin.on('error', () => {});
    child.on('error', (error) => this.#end(error));
    child.on('close', (code, signal) => this.#end(new Error(this.#reason(code, signal))));
  }

  static async start(command: SideCommand): Promise<Side> {
    const side = new Side(command);
    const { note, precision } = (await side.#next()) as { note?: string; precision?: string };
    side.note = note ?? '';
    side.precision = precision;
    return side;
  }

  /** Runs `calls` calls and gives the milliseconds a step of each, and the loss of every step. */
  async steps(calls: number): Promise<StepsAnswer> {
    return (await this.ask({ cmd: 'steps', n: calls })) as StepsAnswer;
  }

  async memory(): Promise<MemoryAnswer> {
    return (await this.ask({ cmd: 'memory' })) as MemoryAnswer;
  }

  async ask(message: object): Promise<unknown> {
    const answer = this.#next();
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
    return answer;
  }

  quit(): void {
    this.#child.stdin?.end('{"cmd":"quit"}\n');
  }

  #next(): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise<string>((resolve, reject) => this.#waiting.push({ resolve, reject })).then((line) =>
      JSON.parse(line),
    );
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#ended);
  }

  #reason(code: number | null, signal: string | null): string {
    const lines = this.#errorLines.filter((line) => line.trim() !== '');
    // Both Node and Python end with the error's line, Node with its version after a stack as well.
    const last = lines.findLast((line) => /\w*(Error|Exception)\b.*:/.test(line)) ?? lines.at(-1);
    return `ended with ${signal ?? `status ${code}`}${last ? `: ${last.trim()}` : ''}`;
  }
}
