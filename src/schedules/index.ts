/** Schedules and the kernel functions that generate them. A new kernel function is one file here and one line below. */
import { EspalierError } from "../errors.js";
import { exponential } from "./exponential.js";
import { free } from "./free.js";
import type { KernelFunction } from "./kernelFunction.js";
import { linear } from "./linear.js";
import { multiStep } from "./multiStep.js";
import { pSigmoid } from "./pSigmoid.js";
import { singleStep } from "./singleStep.js";

export { type KernelFunction, type Phase, sharesGradient } from "./kernelFunction.js";
export {
  countsFromShares,
  SHARE_TOLERANCE,
  type Shares,
  sharesFromCounts,
  validateCounts,
  validateShares,
} from "./schedule.js";
export {
  countsForSample,
  parseScheduleFile,
  readScheduleFile,
  type Schedule,
  type ScheduleFile,
  scheduleFileText,
  writeScheduleFile,
} from "./scheduleFile.js";

/**
 * Every kernel function by name; each takes its options, all of them optional.
 *
 * @example
 * Object.keys(KERNEL_FUNCTIONS); // → ["singleStep", "linear", "exponential", "pSigmoid", "multiStep", "free"]
 */
export const KERNEL_FUNCTIONS: Readonly<
  Record<string, (options?: Readonly<Record<string, number>>) => KernelFunction>
> = {
  singleStep,
  linear,
  exponential,
  pSigmoid,
  multiStep,
  free,
};

/** A kernel function by name with its options, as a journal or a notebook writes it. */
export type KernelSpec = string | ({ readonly name: string } & Readonly<Record<string, number | string>>);

/**
 * The kernel function that a specification names.
 *
 * @param spec a name ("linear"), "multiStep:S" for S steps, or an object with `name` and the family's options
 *   (`{ name: "multiStep", steps: 4, kappa: 8 }`).
 * @throws EspalierError for an unknown name, an option the family does not have, or a value out of range.
 *
 * @example
 * kernelFunction("multiStep:2").parameterCount(36); // → 6
 * kernelFunction({ name: "singleStep", kappa: 5 }).describe([0, 0], 8); // → { k: 4, rho: 0.5 }
 */
export function kernelFunction(spec: KernelSpec): KernelFunction {
  const { name, ...options } = typeof spec === "string" ? parseSpec(spec) : spec;
  if (typeof name !== "string" || !Object.hasOwn(KERNEL_FUNCTIONS, name)) {
    throw new EspalierError(
      `There is no kernel function "${name}"; choose one of ${Object.keys(KERNEL_FUNCTIONS).join(", ")}.`,
    );
  }
  return KERNEL_FUNCTIONS[name](options as Record<string, number>);
}

function parseSpec(spec: string): { name: string } & Record<string, number | string> {
  const [name, steps, ...rest] = spec.split(":");
  if (steps === undefined) return { name };
  if (name !== "multiStep" || rest.length > 0 || !/^\d+$/.test(steps)) {
    throw new EspalierError(
      `The kernel function "${spec}" is not understood; write a name alone, or multiStep:S with a whole number of steps.`,
    );
  }
  return { name, steps: Number(steps) };
}
