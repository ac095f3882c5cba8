/** A notebook without sockets: the kernel's own displays, comms and interruptible work, and what they publish. */
import { type CurrentKernel, setCurrentKernel } from "../../kernel/src/api/index.js";
import { CommManager } from "../../kernel/src/comm/index.js";
import { Displays, registerRepresentation } from "../../kernel/src/display/index.js";
import { InterruptibleWork } from "../../kernel/src/session/interruptible.js";
import { type JsonObject, type KernelContents, makePublication, newSender } from "../../kernel/src/wire/index.js";
import { checkPublished } from "../kernel/wire/specification.js";

export interface Published {
  readonly type: keyof KernelContents;
  readonly content: KernelContents[keyof KernelContents];
  /** Of a comm's message. */
  readonly metadata: object;
  /** Milliseconds. */
  readonly at: number;
}

export function fakeKernel() {
  const published: Published[] = [];
  const errors: unknown[] = [];
  const publish = <Type extends keyof KernelContents>(
    type: Type,
    content: KernelContents[Type],
    { metadata = {} }: { readonly metadata?: JsonObject } = {},
  ): void => {
    checkPublished(makePublication(newSender(), type, content, { metadata }));
    published.push({ type, content: structuredClone(content), metadata, at: performance.now() });
  };
  const interruptibleWork = new InterruptibleWork(() => () => {});
  const comms = new CommManager({ publish, error: (error) => errors.push(error) });
  const displays = new Displays(publish);
  const refuse = () => {
    throw new Error("Nothing is asked here.");
  };
  const kernel: CurrentKernel = {
    displays,
    comms,
    settings: { typeErrors: "block" },
    page: async () => {},
    typescript: "5.9",
    input: async () => refuse(),
    prompt: refuse,
    interruptible: (work) => interruptibleWork.run(work),
    registerRepresentation,
  };
  setCurrentKernel(kernel);
  return {
    published,
    errors,
    interruptibleWork,
    comms,
    displays,
    /** The texts of a display's states, in order. */
    shown(): string[] {
      return published.flatMap(({ type, content }) =>
        type === "display_data" || type === "update_display_data"
          ? [String((content as KernelContents["display_data"]).data["text/plain"])]
          : [],
      );
    },
    /** Data of what was sent through comms. */
    sent<Data>(type: "comm_open" | "comm_msg" | "comm_close" = "comm_msg"): Data[] {
      return published.flatMap((one) =>
        one.type === type ? [(one.content as KernelContents["comm_msg"]).data as Data] : [],
      );
    },
  };
}
