/**
 * An error that the user can act on: its message is a sentence that names the thing, the value found, the value wanted and
 * the way out. The command line prints the message alone and exits with `exitCode`; any other error is a defect of the
 * program and keeps its stack.
 *
 * @example
 * try {
 *   kernelFunction("twoStep");
 * } catch (error) {
 *   if (error instanceof EspalierError) console.error(error.message); // There is no kernel function "twoStep"; choose …
 * }
 */
export class EspalierError extends Error {
  override readonly name = "EspalierError";
  /** Process exit code for the command line. */
  readonly exitCode: number;

  constructor(message: string, options: { cause?: unknown; exitCode?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exitCode = options.exitCode ?? 1;
  }
}
