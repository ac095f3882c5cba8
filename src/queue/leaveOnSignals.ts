/** What Ctrl-C and SIGTERM mean to a worker: the first one that it leaves, the second one that it is gone. */
import { constants } from "node:os";
import type { EvaluationWorker } from "./worker.js";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Lets a worker leave at the first signal; a second one ends the process at once, with 128 and the signal's number.
 *
 * @param say prints a sentence; default nothing.
 * @returns takes the meaning away from the signals again.
 */
export function leaveOnSignals(
  worker: Pick<EvaluationWorker, "leave">,
  say: (sentence: string) => void = () => {},
): () => void {
  let told = false;
  const onSignal = (signal: (typeof SIGNALS)[number]) => {
    if (told) process.exit(128 + constants.signals[signal]);
    told = true;
    say("Leaving when the job that is being computed is done, or given back; once more quits at once.");
    void worker.leave();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return () => {
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };
}
