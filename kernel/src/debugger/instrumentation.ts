/** Stops before scripts run for the first time, so that breakpoints in files can be bound in time. */
import type { InspectorClient } from "../interrupt/index.js";

export class Instrumentation {
  readonly #client: Pick<InspectorClient, "post">;
  #breakpoint: string | undefined;

  constructor(client: Pick<InspectorClient, "post">) {
    this.#client = client;
  }

  /** Whether the main thread is to stop before each script with a source map. Twice the same changes nothing. */
  async set(isWanted: boolean): Promise<void> {
    if (isWanted === (this.#breakpoint !== undefined)) return;
    if (this.#breakpoint !== undefined) {
      await this.#client.post("Debugger.removeBreakpoint", { breakpointId: this.#breakpoint });
      this.#breakpoint = undefined;
      return;
    }
    const { breakpointId } = await this.#client.post<{ readonly breakpointId: string }>(
      "Debugger.setInstrumentationBreakpoint",
      { instrumentation: "beforeScriptWithSourceMapExecution" },
    );
    this.#breakpoint = breakpointId;
  }
}
