/** Ctrl-C: once to finish the step and save what there is, twice to leave at once. */

/** Exit status of a program that was interrupted. */
export const interruptedStatus = 130;

/** A signal that is aborted by the first Ctrl-C (or SIGTERM). */
export function stopSignal(onStop: () => void): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(interruptedStatus);
    controller.abort();
    onStop();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}
