/**
 * An error that the user can act on: its message is a sentence that names the thing, the value found, the value wanted and
 * the way out. Any other error is a defect of the kernel and keeps its stack.
 */
export class KernelError extends Error {
  override readonly name = "KernelError";
}
