/** The kernel that runs this process, for the modules that notebooks import. */
import type { CommManager } from "../comm/index.js";
import type { Displays, Representation } from "../display/index.js";
import { KernelError } from "../errors.js";
import type { TypeErrors } from "../language/index.js";

/** What a notebook may change of its kernel while it runs. */
export interface KernelSettings {
  /**
   * What becomes of type errors: `block` (default): the cell does not run; `show`: it runs, and they are shown; `off`: they are
   * not looked for. `ESPALIER_TYPE_ERRORS` in the environment sets what a kernel starts with.
   */
  typeErrors: TypeErrors;
}

export interface InputOptions {
  /** Whether what is typed is hidden. Default false. */
  readonly password?: boolean;
}

export interface CurrentKernel {
  readonly displays: Displays;
  readonly comms: CommManager;
  readonly settings: KernelSettings;
  /** Version of TypeScript that cells are compiled with. */
  readonly typescript: string;
  input(question: string, options?: InputOptions): Promise<string>;
  prompt(question: string, options?: InputOptions): string;
  page(value: unknown): Promise<void>;
  /** @returns takes it away again. */
  registerRepresentation(representation: Representation): () => void;
  interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
}

/** On the global object, because a notebook may load a copy of this package other than the kernel's. */
const CURRENT = Symbol.for("espalier.kernel.current");

/** Makes this the kernel of the process: once. */
export function setCurrentKernel(kernel: CurrentKernel): void {
  Object.defineProperty(globalThis, CURRENT, { value: kernel, configurable: true, enumerable: false });
}

/** The kernel of the process; undefined in a program that is no notebook. */
export function findCurrentKernel(): CurrentKernel | undefined {
  return (globalThis as { [CURRENT]?: CurrentKernel })[CURRENT];
}

/** @throws KernelError in a program that is no notebook. */
export function currentKernel(): CurrentKernel {
  const kernel = findCurrentKernel();
  if (kernel === undefined)
    throw new KernelError("There is no notebook here to show anything in; run the program as cells of a notebook.");
  return kernel;
}
