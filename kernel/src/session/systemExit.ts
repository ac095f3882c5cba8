/** `process.exit` in a cell ends the cell. The kernel belongs to the notebook, which has its own ways to end it. */

/** What a cell fails with that asks the process to exit; Python's kernel has the same. */
export class SystemExit extends Error {
  override readonly name = "SystemExit";

  constructor(readonly code: number | string | undefined) {
    super(
      `process.exit(${code ?? ""}) ends the cell and leaves the kernel running; restart or shut down the kernel from the notebook's menu.`,
    );
  }
}

/**
 * Makes `process.exit` throw where the user's code calls it.
 *
 * @returns the exit that ends the process.
 */
export function guardExit(): (code?: number) => never {
  const exit = process.exit.bind(process);
  process.exit = (code?: number | string | null): never => {
    throw new SystemExit(code ?? undefined);
  };
  return exit;
}
