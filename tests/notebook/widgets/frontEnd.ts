/** A widget's comm as a front end has it, and what was shown. */
import { setTimeout as pause } from "node:timers/promises";
import type { KernelContents } from "../../../kernel/src/wire/index.js";
import type { FromKernel } from "../../../labextension/src/data/index.js";
import type { fakeKernel } from "../fakeKernel.js";

type Kernel = ReturnType<typeof fakeKernel>;

export function frontEnd(kernel: Kernel, id: string) {
  const messages = () =>
    kernel.published.flatMap(({ type, content }) => {
      const { comm_id, data } = content as KernelContents["comm_msg"];
      return type === "comm_msg" && comm_id === id ? [data as unknown as FromKernel] : [];
    });
  const of = <T extends FromKernel["type"]>(type: T) =>
    messages().filter((one): one is Extract<FromKernel, { type: T }> => one.type === type);
  const send = (data: object) => kernel.comms.handleMessage({ comm_id: id, data: { ...data } }, {}, []);
  return {
    messages,
    of,
    send,
    /** Asks, and waits for the answer. */
    async reply(number: number, what: object): Promise<Extract<FromKernel, { type: "reply" }>> {
      send({ type: "request", number, what });
      for (let tries = 0; tries < 3_000; tries++) {
        const found = of("reply").find((one) => one.number === number);
        if (found !== undefined) return found;
        await pause(10);
      }
      throw new Error(`Request ${number} got no answer.`);
    },
  };
}

/** Bundles that were shown with a representation of this type, in order. */
export function shownData(kernel: Kernel, mime: string): Record<string, unknown>[] {
  return kernel.published.flatMap(({ type, content }) => {
    if (type !== "display_data" && type !== "update_display_data") return [];
    const { data } = content as KernelContents["display_data"];
    return mime in data ? [data] : [];
  });
}
