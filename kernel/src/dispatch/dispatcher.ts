/**
 * Takes requests to their handlers and their answers back, with the protocol's ceremony around each: status busy, the reply
 * to whom it came from, status idle.
 *
 * Source: Jupyter's messaging specification 5.4, "Request-Reply" and "Kernel status"; subshells from JEP 91.
 */
// Not the global one: the user can replace that.
import { setImmediate } from "node:timers";
import {
  type ErrorContent,
  type Incoming,
  isRequestType,
  type Message,
  makePublication,
  makeReply,
  parseRequest,
  type RequestType,
  type Sender,
  type Wire,
} from "../wire/index.js";
import { errorReply, failure, refusal } from "./errorReply.js";
import { type HandlerResult, type Handlers, type Reply, replyTypeOf } from "./handlers.js";
import { RequestQueue } from "./requestQueue.js";

export interface DispatcherOptions {
  /** Whose messages the kernel's are. */
  readonly sender: Sender;
  readonly wire: Pick<Wire, "send">;
  readonly handlers: Handlers;
  /** Gets messages that have no handler here, unchanged and unanswered. Default: they are ignored, with a warning. */
  readonly fallback?: (incoming: Incoming) => void;
  /** Whether there is a subshell of this id. Default: there are none. */
  readonly isSubshell?: (id: string) => boolean;
  /**
   * Called when the handler has ended, before the reply: resolves when everything that the request printed is published.
   * Default: nothing.
   */
  readonly beforeIdle?: (request: Message) => void | Promise<void>;
  /** Gets a sentence for the kernel's log. Default: it is passed over. */
  readonly warn?: (sentence: string) => void;
}

/** Run one after the other on shell. Everything else is handled when it arrives, also while a cell runs. */
const QUEUED: ReadonlySet<RequestType> = new Set<RequestType>(["execute_request", "history_request"]);

/** What came of a request. */
type Outcome<Type extends RequestType> =
  | { readonly ok: true; readonly result: HandlerResult<Type> }
  | { readonly ok: false; readonly error: ErrorContent };

export class Dispatcher {
  readonly #options: DispatcherOptions;
  /** By id of the subshell; null is the main shell. Only those that have something to do. */
  readonly #queues = new Map<string | null, RequestQueue>();
  /** Requests that are handled at once, from busy to idle. */
  readonly #open = new Map<Incoming, RequestType>();

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /**
   * Dispatches until the stream ends, each message in a turn of the event loop of its own: what an interrupt cuts off, such as
   * a comm's listener that does not return, is only that turn, and not this loop.
   *
   * @throws KernelError when the sockets fail.
   */
  async run(incoming: AsyncIterable<Incoming>): Promise<void> {
    for await (const each of incoming) setImmediate(() => this.dispatch(each));
    await new Promise((resolve) => setImmediate(resolve));
  }

  /**
   * Takes on one message. Each request gets one reply where its type has one, and one busy and one idle, whatever its handler
   * does; `input_reply` answers the kernel, so it has no status. Never throws.
   *
   * `execute_request` and `history_request` on shell run one at a time in each subshell. When an execution with
   * `stop_on_error` fails, the executions that wait behind it are answered `aborted`.
   */
  dispatch(incoming: Incoming): void {
    const { msg_type: type } = incoming.message.header;
    if (isRequestType(type) && this.#options.handlers[type] !== undefined) this.#take(type, incoming);
    else if (this.#options.fallback !== undefined) this.#options.fallback(incoming);
    else this.#warn(`A message of the type ${type} came on ${incoming.channel}; this kernel does not know it.`);
  }

  /**
   * Answers `aborted` to the executions that wait in any subshell, those included that have been sent and not yet read. What
   * runs goes on; the answers follow its own.
   */
  abortQueued(): void {
    for (const queue of this.#queues.values()) queue.abort();
  }

  /**
   * An interrupt has cut off what ran, maybe a handler in the middle, and nothing more comes of that. Ends what is to be handled at once:
   * with this error and with its idle. Only for threads whose handlers of such requests end in the turn in which they begin.
   */
  endCutOff(error: ErrorContent): void {
    for (const [incoming, type] of this.#open) {
      this.#open.delete(incoming);
      const { sender, wire } = this.#options;
      const { message } = incoming;
      if (replyTypeOf(type) !== undefined) this.#refuse(type, incoming, error);
      else void wire.send("iopub", makePublication(sender, "error", error, { parent: message }));
      this.#status(type, message, "idle");
    }
  }

  #take<Type extends RequestType>(type: Type, incoming: Incoming): void {
    const subshell = incoming.channel === "shell" ? (incoming.message.header.subshell_id ?? null) : null;
    // What has no reply could not be refused: a comm message that was on its way when its subshell ended is still taken.
    if (subshell !== null && replyTypeOf(type) !== undefined && !this.#options.isSubshell?.(subshell)) {
      const reason = `There is no subshell ${JSON.stringify(subshell)}; send create_subshell_request and use the id of its reply.`;
      void this.#serve(type, incoming, async () => ({ ok: false, error: refusal(reason) }));
      return;
    }
    const handle = () => this.#handle(type, incoming);
    if (incoming.channel !== "shell" || !QUEUED.has(type)) {
      void this.#serve(type, incoming, handle);
      return;
    }
    const run = (abortOthers: () => Promise<void>) => this.#serve(type, incoming, handle, abortOthers);
    const abort = () => this.#abort(type, incoming);
    this.#queueOf(subshell).push(type === "execute_request" ? { run, abort } : { run });
  }

  #queueOf(subshell: string | null): RequestQueue {
    const present = this.#queues.get(subshell);
    if (present !== undefined) return present;
    const queue = new RequestQueue(() => this.#queues.delete(subshell));
    this.#queues.set(subshell, queue);
    return queue;
  }

  /**
   * One request from busy to idle. Never rejects. Who asked may ask again as soon as it has the answer, so what is to be aborted
   * is known before.
   */
  async #serve<Type extends RequestType>(
    type: Type,
    incoming: Incoming,
    handle: () => Promise<Outcome<Type>>,
    abortOthers?: () => Promise<void>,
  ): Promise<void> {
    const { message } = incoming;
    const isQueued = abortOthers !== undefined;
    if (!isQueued) this.#open.set(incoming, type);
    this.#status(type, message, "busy");
    const outcome = await handle();
    try {
      await this.#options.beforeIdle?.(message);
    } catch (error) {
      this.#warn(`What ${type} printed could not be published before its idle (${failure(error).evalue}).`);
    }
    // It was ended from outside.
    if (!isQueued && !this.#open.delete(incoming)) return;
    if (message.content["stop_on_error"] !== false && hasFailed(outcome)) await abortOthers?.();
    this.#answer(type, incoming, outcome);
    this.#status(type, message, "idle");
  }

  async #handle<Type extends RequestType>(type: Type, { channel, message }: Incoming): Promise<Outcome<Type>> {
    const parsed = parseRequest(type, message.content);
    if (!parsed.ok) return { ok: false, error: refusal(parsed.reason) };
    try {
      const result = await this.#options.handlers[type]!({ message, content: parsed.value, channel });
      return { ok: true, result };
    } catch (error) {
      return { ok: false, error: failure(error) };
    }
  }

  /** Sends the reply, where there is one. */
  #answer<Type extends RequestType>(type: Type, incoming: Incoming, outcome: Outcome<Type>): void {
    if (!outcome.ok) {
      this.#refuse(type, incoming, outcome.error);
      return;
    }
    try {
      if (replyTypeOf(type) !== undefined) this.#reply(type, incoming, outcome.result as Reply<Type>);
    } catch (error) {
      // The handler's content is nothing that JSON can hold.
      this.#refuse(type, incoming, failure(error));
    }
  }

  #refuse(type: RequestType, incoming: Incoming, error: ErrorContent): void {
    const { sender, wire } = this.#options;
    const { message } = incoming;
    if (replyTypeOf(type) === undefined) this.#warn(`${type} failed: ${error.ename}: ${error.evalue}`);
    // Front ends draw what iopub says, and a cell that failed without a word would look as if it had run.
    if (type === "execute_request") wire.send("iopub", makePublication(sender, "error", error, { parent: message }));
    this.#reply(type, incoming, { content: errorReply(type, message, error) });
  }

  #abort(type: RequestType, incoming: Incoming): void {
    this.#status(type, incoming.message, "busy");
    this.#reply(type, incoming, { content: { status: "aborted" } });
    this.#status(type, incoming.message, "idle");
  }

  #reply<Type extends RequestType>(type: Type, { channel, message }: Incoming, reply: Reply<Type>): void {
    const { sender, wire } = this.#options;
    const replyType = replyTypeOf(type);
    if (replyType === undefined) return;
    const { content, ...options } = reply;
    void wire.send(channel, makeReply(sender, message, replyType, content, options));
  }

  #status(type: RequestType, parent: Message, execution_state: "busy" | "idle"): void {
    if (type === "input_reply") return;
    const { sender, wire } = this.#options;
    void wire.send("iopub", makePublication(sender, "status", { execution_state }, { parent }));
  }

  #warn(sentence: string): void {
    this.#options.warn?.(sentence);
  }
}

function hasFailed<Type extends RequestType>(outcome: Outcome<Type>): boolean {
  if (!outcome.ok) return true;
  const { content } = (outcome.result ?? {}) as { readonly content?: { readonly status?: unknown } };
  return content?.status === "error";
}
