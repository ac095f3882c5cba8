/** Subshells: further shells of the kernel, whose cells run beside those of the main one. Source: JEP 91. */
import { randomUUID } from "node:crypto";
import type { Handlers } from "../dispatch/index.js";
import { KernelError } from "../errors.js";

export class Subshells {
  readonly #ids = new Set<string>();
  readonly #changed: (ids: readonly string[]) => void;

  /** @param changed is told which there are now. */
  constructor(changed: (ids: readonly string[]) => void) {
    this.#changed = changed;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Handlers of the requests that make, end and list subshells. */
  get handlers(): Pick<Handlers, "create_subshell_request" | "delete_subshell_request" | "list_subshell_request"> {
    return {
      create_subshell_request: async () => {
        const subshell_id = randomUUID();
        this.#ids.add(subshell_id);
        this.#changed([...this.#ids]);
        return { content: { status: "ok", subshell_id } };
      },
      delete_subshell_request: async ({ content: { subshell_id: id } }) => {
        if (!this.#ids.delete(id))
          throw new KernelError(
            `There is no subshell ${JSON.stringify(id)}; list_subshell_request names those there are.`,
          );
        this.#changed([...this.#ids]);
        return { content: { status: "ok" } };
      },
      list_subshell_request: async () => ({ content: { status: "ok", subshell_id: [...this.#ids] } }),
    };
  }
}
