/**
 * The kernel's end of a widget: one connection for each output, as `labextension/src/data/messages.ts` describes it. It is
 * silent until a front end says `hello`; after that, what changes is told at most 20 times a second, and the last state always.
 */
import type { CurrentKernel } from "../../../kernel/src/api/index.js";
import {
  DataError,
  type FromKernel,
  readRequest,
  readTwoWayState,
  type TwoWayState,
  type WidgetKindName,
  type WidgetProgress,
  type WidgetRequest,
} from "../../../labextension/src/data/index.js";
import { EspalierError } from "../../errors.js";
import { Stopped } from "../../tensor/index.js";
import { openTransport, type WidgetFrontEnd } from "./frontEnds.js";
import type { WidgetTransport } from "./transport.js";

/** Between two messages, at least. */
export const MESSAGE_MS = 50;

/** What stands behind a channel. */
export interface ChannelSource {
  /** Everything, as its MIME data: the answer to `hello`. */
  data(): object;
  /** What has been added since the last `data` or `added`, without `type`; undefined where nothing has. */
  added(): object | undefined;
  /** Answers a request; an EspalierError's sentence is what the user sees. */
  answer(request: WidgetRequest, signal: AbortSignal): Promise<object>;
  /** The user has set something. What is not possible is refused with an error and told back. */
  set(state: Partial<TwoWayState>): void;
  state(): Partial<TwoWayState>;
  status(): { readonly running: string | null; readonly progress: WidgetProgress | null };
  stop(): void;
}

/** Requests that are being answered, of all widgets. */
let answering = 0;

export class WidgetChannel {
  /** Whether a user waits for an answer, in this widget or another. */
  static get isAnswering(): boolean {
    return answering > 0;
  }

  readonly transport: WidgetTransport;
  readonly #source: ChannelSource;
  readonly #requests = new Map<number, AbortController>();
  #isWanted = false;
  #timer: NodeJS.Timeout | undefined;
  #last = Number.NEGATIVE_INFINITY;
  #isStatusNew = false;

  /** @throws EspalierError where the front end is not built. */
  constructor(comms: CurrentKernel["comms"], frontEnd: WidgetFrontEnd, kind: WidgetKindName, source: ChannelSource) {
    this.#source = source;
    this.transport = openTransport(frontEnd, comms, kind, {
      received: (message) => this.#receive(message),
      ended: () => this.#end(),
    });
  }

  /** The widget's id. */
  get id(): string {
    return this.transport.id;
  }

  get closed(): boolean {
    return this.transport.closed;
  }

  /** Points have been added, or the status has changed. */
  changed(what: "points" | "status"): void {
    if (what === "status") this.#isStatusNew = true;
    if (!this.#isWanted || this.#timer !== undefined) return;
    const wait = this.#last + MESSAGE_MS - performance.now();
    if (wait <= 0) this.#tell();
    else this.#timer = setTimeout(() => this.#tell(), wait).unref();
  }

  /** All data are others. */
  replaced(): void {
    if (!this.#isWanted) return;
    this.#clear();
    this.#send({
      type: "state",
      data: this.#source.data(),
      state: this.#source.state(),
      running: this.#source.status().running,
    });
  }

  /** The program has set something. */
  told(state: Partial<TwoWayState>): void {
    if (this.#isWanted) this.#send({ type: "set", state });
  }

  close(): void {
    this.transport.close();
  }

  #tell(): void {
    this.#clear();
    this.#last = performance.now();
    const added = this.#source.added();
    if (added !== undefined) this.#send({ type: "append", ...added } as FromKernel);
    if (this.#isStatusNew) this.#send({ type: "status", ...this.#source.status() });
    this.#isStatusNew = false;
  }

  #receive(data: Readonly<Record<string, unknown>>): void {
    try {
      this.#take(data);
    } catch (error) {
      // A front end of another version, or none of ours: nobody is there who would read an answer.
      if (!(error instanceof DataError)) throw error;
    }
  }

  #take(data: Readonly<Record<string, unknown>>): void {
    switch (data["type"]) {
      case "hello":
        this.#isWanted = true;
        this.replaced();
        this.changed("status");
        break;
      case "set":
        this.#set(readTwoWayState(data["state"]));
        break;
      case "request": {
        const { number, what } = readRequest(data);
        void this.#answer(number, what);
        break;
      }
      case "cancel":
        this.#requests.get(Number(data["number"]))?.abort();
        break;
      case "bye":
        this.#isWanted = false;
        this.#clear();
        break;
      case "stop":
        this.#source.stop();
        break;
    }
  }

  #set(state: Partial<TwoWayState>): void {
    this.#source.set(state);
    const own = this.#source.state();
    const refused = Object.entries(own).filter(
      ([key, value]) =>
        Object.hasOwn(state, key) && JSON.stringify(value) !== JSON.stringify(state[key as keyof TwoWayState]),
    );
    if (refused.length > 0) this.told(Object.fromEntries(refused));
  }

  async #answer(number: number, what: WidgetRequest): Promise<void> {
    const controller = new AbortController();
    this.#requests.set(number, controller);
    answering++;
    try {
      const value = await this.#source.answer(what, controller.signal);
      this.#send({ type: "reply", number, value });
    } catch (error) {
      this.#send({ type: "reply", number, error: sentenceOf(error) });
    } finally {
      this.#requests.delete(number);
      answering--;
    }
  }

  #send(message: FromKernel): void {
    this.transport.send(message);
  }

  #clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #end(): void {
    this.#isWanted = false;
    this.#clear();
    for (const controller of this.#requests.values()) controller.abort();
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof Stopped) return "It was stopped; what is finished is kept.";
  if (error instanceof EspalierError) return error.message;
  return `It failed: ${error instanceof Error ? error.message : String(error)}`;
}
