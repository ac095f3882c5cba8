/** Ctrl-C: the first one stops cleanly, the second one at once. */

/** Exit code of a program that Ctrl-C ended. */
export const INTERRUPTED = 130;

export interface Interruption {
  /** Aborts at the first Ctrl-C, or when the process is asked to end. */
  readonly signal: AbortSignal;
  /** Ctrl-C means what it meant before. */
  dispose(): void;
}

/**
 * Listens for Ctrl-C and for SIGTERM.
 *
 * @param say prints a sentence.
 */
export function onInterrupt(say: (sentence: string) => void): Interruption {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    say("Stopping after the layer that is being computed; Ctrl-C again quits at once.");
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return {
    signal: controller.signal,
    dispose() {
      process.removeListener("SIGINT", stop);
      process.removeListener("SIGTERM", stop);
    },
  };
}

/** An argument as a shell wants it. */
function quoted(argument: string): string {
  return /^[\w./:=,@%+-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

/** The command line that was typed, to be typed again. */
export function commandLine(args: readonly string[]): string {
  return ["npx espalier", ...args.map(quoted)].join(" ");
}
