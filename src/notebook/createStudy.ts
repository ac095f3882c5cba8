/** Studies in a notebook: they show their progress, stop at an interrupt, and tell the front end how they stand. */
import { type CurrentKernel, findCurrentKernel } from "../../kernel/src/api/index.js";
import { type Study, type StudyOptions, type Surroundings, createStudy as startStudy } from "../study/index.js";
import { markEngine, Stopped } from "../tensor/index.js";
import { announceBackend } from "./backendNotice.js";
import { ProgressDisplay } from "./progressDisplay.js";

/** They tell of no progress, and are what a cell gives as its value. */
const QUIET: readonly string[] = ["results"];

const KEPT = "what is finished is kept, and the same call goes on from there.";

/**
 * Opens a study, or begins one.
 *
 * Everything that ends is remembered: the same calls in another process go on where the last one stopped, and give what an
 * undisturbed run would have given.
 *
 * In a notebook its operations show a bar, and an interrupt stops them after the layer that is being computed, as `stop` does:
 * the study stays usable. What it warns of is printed below the cell. `show` draws its configurations as they come.
 *
 * @returns to be closed.
 * @throws EspalierError for settings that do not exist or differ from those the study was begun with, a study that another
 *   process is using, a damaged journal, a disk that refuses.
 */
export async function createStudy(options: StudyOptions): Promise<Study> {
  const kernel = findCurrentKernel();
  if (kernel === undefined) return startStudy(options);
  await announceBackend();
  let study: Study | undefined;
  const show = showing(kernel, () => study);
  const { surroundings: own = (_operation, work) => work() } = options;
  const surroundings: Surroundings = (operation, work) =>
    show(operation, (interrupted) => own(operation, (outer) => work(either(interrupted, outer))));
  study = await kernel.interruptible((interrupted) =>
    startStudy({
      ...options,
      signal: either(interrupted, options.signal)!,
      warn: options.warn ?? ((sentence) => void process.stderr.write(`${sentence}\n`)),
      surroundings,
    }),
  );
  return study;
}

/** Shows each operation, and stops it at an interrupt. */
function showing(kernel: CurrentKernel, study: () => Study | undefined): Surroundings {
  return async (operation, work) => {
    const display = QUIET.includes(operation) ? undefined : new ProgressDisplay(kernel.displays, operation);
    const stopListening = study()?.on("progress", (event) => display?.update(event));
    const restoreEngine = markEngine();
    let hasEnded = false;
    const ending = () => {
      hasEnded = true;
    };
    try {
      const result = await kernel.interruptible((interrupted) => work(interrupted).finally(ending));
      display?.finish("finished.");
      return result;
    } catch (error) {
      // Cut off in the middle, because it had not stopped in time: no `finally` of its own has run.
      if (!hasEnded) restoreEngine();
      display?.finish(`${error instanceof Stopped || !hasEnded ? "stopped" : "broken off by an error"}; ${KEPT}`);
      throw error;
    } finally {
      stopListening?.();
    }
  };
}

function either(a: AbortSignal | undefined, b: AbortSignal | undefined): AbortSignal | undefined {
  return a === undefined || b === undefined ? (a ?? b) : AbortSignal.any([a, b]);
}
