/** Dispatch: from a request to its handler, and its answer back. It knows nothing of what handlers do. */
export { Dispatcher, type DispatcherOptions } from "./dispatcher.js";
export type { Handler, HandlerResult, Handlers, Reply, ReplyType, Request } from "./handlers.js";
