/** The main thread's side of a kernel: handlers of what concerns the user's code. */
import type { CommManager } from "../comm/index.js";
import type { Handlers } from "../dispatch/index.js";
import type { History } from "../history/index.js";
import type { Message } from "../wire/index.js";
import { CellContext, type CellContexts } from "./cellContext.js";
import type { CellExecutor } from "./cellExecutor.js";

export interface SessionOptions {
  readonly executor: CellExecutor;
  readonly history: History;
  readonly comms: CommManager;
  readonly contexts: CellContexts;
}

/** Handlers for a `Dispatcher`. */
export function sessionHandlers(options: SessionOptions): Handlers {
  const { executor, history, comms, contexts } = options;
  /** What a comm's handler starts belongs to the message that it handles. */
  const inContext = (request: Message, handle: () => void): void =>
    contexts.run(new CellContext(request, false, false), handle);
  return {
    execute_request: (request) => executor.execute(request),
    history_request: async ({ content }) => ({ content: { status: "ok", history: await history.answer(content) } }),
    comm_info_request: async ({ content }) => ({
      content: { status: "ok", comms: comms.info(content.target_name) },
    }),
    comm_open: async ({ message, content }) => {
      inContext(message, () => comms.handleOpen(content, message.metadata, message.buffers));
      return undefined;
    },
    comm_msg: async ({ message, content }) => {
      inContext(message, () => comms.handleMessage(content, message.metadata, message.buffers));
      return undefined;
    },
    comm_close: async ({ message, content }) => {
      inContext(message, () => comms.handleClose(content, message.metadata, message.buffers));
      return undefined;
    },
  };
}
