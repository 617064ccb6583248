/** Reading the lines of nvidia-smi. Pure text in, numbers out. */

/** One line of `--query-gpu`. */
export interface GpuReading {
  readonly index: number;
  readonly uuid: string;
  readonly name: string;
  readonly watts: number | undefined;
  /** The driver's own counter, where this nvidia-smi prints it. */
  readonly counterJoules: number | undefined;
  /** Busy share, 0 to 1. */
  readonly utilization: number | undefined;
}

const energyField = 'total_energy_consumption';

/** Fields to ask for: the energy counter only where `--help-query-gpu` lists it. */
export function queryFields(help: string): readonly string[] {
  const fields = ['index', 'uuid', 'name', 'power.draw', 'utilization.gpu'];
  return help.includes(energyField) ? [...fields, energyField] : fields;
}

/**
 * A line of `--format=csv,noheader,nounits`: `0, GPU-5a1b, NVIDIA A100, 62.91, 35`. What the driver does not tell is
 * `[N/A]` or `[Not Supported]`. Energy is in millijoules.
 */
export function parseGpuLine(line: string): GpuReading | undefined {
  const fields = line.split(',').map((field) => field.trim());
  const [index = '', uuid = '', name = '', watts, utilization, millijoules] = fields;
  if (!/^\d+$/.test(index) || fields.length < 5) return undefined;
  const percent = numberOf(utilization);
  const energy = numberOf(millijoules);
  return {
    index: Number(index),
    uuid,
    name,
    watts: numberOf(watts),
    counterJoules: energy === undefined ? undefined : energy / 1000,
    utilization: percent === undefined ? undefined : percent / 100,
  };
}

/** One line of `nvidia-smi pmon -s u`. */
export interface GpuProcess {
  readonly gpu: number;
  /** `undefined` for the line of a GPU that nobody uses. */
  readonly pid: number | undefined;
  /** Busy share of the multiprocessors, 0 to 1; `undefined` where the driver does not tell. */
  readonly utilization: number | undefined;
}

/** A line such as `    0      12345     C     87     45      -      -   python`; headers begin with `#`. */
export function parseProcessLine(line: string): GpuProcess | undefined {
  const [gpu = '', pid = '', , percent] = line.trim().split(/\s+/);
  if (!/^\d+$/.test(gpu)) return undefined;
  const busy = numberOf(percent);
  return {
    gpu: Number(gpu),
    pid: /^\d+$/.test(pid) ? Number(pid) : undefined,
    utilization: busy === undefined ? undefined : busy / 100,
  };
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}
