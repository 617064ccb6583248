/** A stage of the job: what it found, in the three forms that a run is told in. */
import { NoosphereError } from '@noosphere/core';
import type { Run } from '@noosphere/footprint';
import type { Section, Source } from '@noosphere/report';

export interface StageResult {
  /** For the terminal. */
  readonly lines: readonly string[];
  /** For result.json. */
  readonly facts: object;
  /** For the page. */
  readonly section: Section;
  /** Written files, by what they hold. */
  readonly files?: Readonly<Record<string, string>>;
  /** Data beside the markets, for the page's list of sources. */
  readonly sources?: readonly Source[];
}

/** How a stage ended: `result` is missing where it failed, `message` says why. */
export interface StageOutcome<Result extends StageResult = StageResult> {
  readonly name: string;
  readonly result?: Result;
  readonly message?: string;
}

/**
 * Runs a stage under the tracker, by name; nothing where it has nothing to say. What the data or the options make impossible is its outcome, and the other stages
 * go on; a mistake of the program's is not caught.
 */
export async function runStage<Result extends StageResult>(
  name: string,
  tracked: Run,
  work: () => Promise<Result | undefined>,
): Promise<StageOutcome<Result> | undefined> {
  const window = tracked.window(name);
  try {
    const result = await work();
    return result && { name, result };
  } catch (error) {
    if (!NoosphereError.isInstance(error)) throw error;
    return { name, message: error.message };
  } finally {
    window.end();
  }
}

/** The section of a stage, or of its failure. */
export function sectionOf({ name, result, message = '' }: StageOutcome): Section {
  if (result) return result.section;
  return {
    title: `${name[0]?.toUpperCase()}${name.slice(1)}`,
    blocks: [{ kind: 'callout', tone: 'warning', title: 'This part could not be done', text: message }],
  };
}
