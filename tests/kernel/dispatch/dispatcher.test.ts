import { expect } from "chai";
import { Dispatcher, type DispatcherOptions, type Handler, type Handlers } from "../../../kernel/src/dispatch/index.js";
import { KernelError } from "../../../kernel/src/errors.js";
import { type Incoming, type KernelContents, newSender } from "../../../kernel/src/wire/index.js";
import { execute, MockWire, request, turns } from "./mockWire.js";

const sender = newSender();
const OK: KernelContents["execute_reply"] = { status: "ok", execution_count: 1, user_expressions: {}, payload: [] };
const FAILED: KernelContents["execute_reply"] = { status: "error", ename: "Error", evalue: "cell", traceback: [] };

function setUp(handlers: Handlers, options: Partial<DispatcherOptions> = {}) {
  const wire = new MockWire();
  return { wire, dispatcher: new Dispatcher({ sender, wire, handlers, ...options }) };
}

/** Cells that end when the test says so, each with its code as name. */
class Cells {
  readonly started: string[] = [];
  readonly #ends = new Map<string, (content: KernelContents["execute_reply"]) => void>();

  readonly handler: Handler<"execute_request"> = ({ content: { code } }) => {
    this.started.push(code);
    return new Promise((resolve) => this.#ends.set(code, (content) => resolve({ content })));
  };

  async end(code: string, content = OK): Promise<void> {
    this.#ends.get(code)!(content);
    await turns();
  }
}

describe("kernel/dispatch/dispatcher: one request", () => {
  it("says busy, replies to whom it came from on the same channel, says idle", async () => {
    const buffers = [Buffer.from("bytes")];
    const metadata = { note: 1 };
    const { wire, dispatcher } = setUp({
      kernel_info_request: async () => {
        throw new Error("not this one");
      },
      comm_info_request: async ({ content }) => ({
        content: { status: "ok", comms: { c: { target_name: content.target_name ?? "none" } } },
        metadata,
        buffers,
      }),
    });
    for (const channel of ["shell", "control"] as const) {
      const identities = [Buffer.from("a"), Buffer.from([0, 1, channel.length])];
      const asked = request("comm_info_request", { target_name: "t" }, { channel, identities });
      dispatcher.dispatch(asked);
      await turns();
      expect(wire.about(asked)).to.deep.equal(["busy", "comm_info_reply", "idle"]);
      const { channel: answered, message } = wire.replyTo(asked);
      expect(answered).to.equal(channel);
      expect(message).to.deep.include({ identities, metadata, buffers, parent_header: asked.message.header });
      expect(message.content).to.deep.equal({ status: "ok", comms: { c: { target_name: "t" } } });
    }
    const states = wire.sent.filter(({ channel }) => channel === "iopub").map(({ message }) => message);
    expect(states.map(({ parent_header }) => parent_header)).to.have.length(4);
    expect(states.map(({ identities }) => String(identities[0]))).to.deep.equal(Array(4).fill("status"));
  });

  it("gives handlers the defaults of what the front end left out", async () => {
    const seen: unknown[] = [];
    const { dispatcher } = setUp({
      execute_request: async ({ content }) => {
        seen.push(content);
        return { content: OK };
      },
    });
    dispatcher.dispatch(execute("1"));
    await turns();
    const defaults = { silent: false, user_expressions: {}, allow_stdin: true, stop_on_error: true };
    expect(seen).to.deep.equal([{ code: "1", ...defaults }]);
  });

  it("sends nothing in reply to comm messages, and no status for an answer to the kernel itself", async () => {
    const seen: string[] = [];
    const { wire, dispatcher } = setUp({
      comm_msg: async ({ content }) => void seen.push(content.comm_id),
      input_reply: async ({ content }) => void seen.push(content.value),
    });
    const [comm, input] = [request("comm_msg", { comm_id: "c" }), request("input_reply", { value: "yes" }, STDIN)];
    for (const each of [comm, input]) dispatcher.dispatch(each);
    await turns();
    expect(seen).to.deep.equal(["c", "yes"]);
    expect(wire.story(comm, input)).to.deep.equal(["busy 0", "idle 0"]);
  });

  it("refuses a content that does not follow the protocol with a sentence", async () => {
    const { wire, dispatcher } = setUp({ execute_request: async () => ({ content: OK }) });
    const asked = request("execute_request", { code: 5 });
    dispatcher.dispatch(asked);
    await turns();
    expect(wire.about(asked)).to.deep.equal(["busy", "error", "execute_reply", "idle"]);
    const { content } = wire.replyTo(asked).message;
    expect(content).to.include({ status: "error", ename: "ProtocolError" });
    expect(content["evalue"]).to.match(/^The content of execute_request does not follow the protocol at code: /);
  });

  it("gives messages without a handler to the fallback as they are, else ignores them", async () => {
    const passed: Incoming[] = [];
    const warnings: string[] = [];
    const passing = setUp({}, { fallback: (incoming) => passed.push(incoming) });
    const ignoring = setUp({}, { warn: (sentence) => warnings.push(sentence) });
    const asked = ["nonsense", "constructor", "kernel_info_request"].map((type) => request(type));
    for (const each of asked) {
      passing.dispatcher.dispatch(each);
      ignoring.dispatcher.dispatch(each);
    }
    await turns();
    expect(passed).to.deep.equal(asked);
    expect(warnings).to.have.length(3);
    expect(warnings[0]).to.include("nonsense").and.to.include("shell");
    expect([...passing.wire.sent, ...ignoring.wire.sent]).to.deep.equal([]);
  });

  it("dispatches a stream until it ends", async () => {
    const { wire, dispatcher } = setUp({ comm_msg: async () => undefined });
    const asked = [request("comm_msg", { comm_id: "1" }), request("comm_msg", { comm_id: "2" })];
    await dispatcher.run(
      (async function* () {
        yield* asked;
      })(),
    );
    await turns();
    expect(wire.story(...asked)).to.include.members(["busy 0", "busy 1"]);
  });
});

const STDIN = { channel: "stdin" } as const;

describe("kernel/dispatch/dispatcher: failures", () => {
  const CONTENTS = {
    execute_request: { code: "" },
    inspect_request: { code: "", cursor_pos: 0 },
    complete_request: { code: "", cursor_pos: 0 },
    history_request: { hist_access_type: "tail", n: 1 },
    is_complete_request: { code: "" },
    connect_request: {},
    comm_info_request: {},
    kernel_info_request: {},
    shutdown_request: {},
    interrupt_request: {},
    debug_request: { type: "request", seq: 7, command: "attach" },
    create_subshell_request: {},
    delete_subshell_request: { subshell_id: "s" },
    list_subshell_request: {},
  } as const;
  type Type = keyof typeof CONTENTS;

  for (const [type, content] of Object.entries(CONTENTS)) {
    it(`answers ${type} although its handler throws, rejects, or gives nothing that can be sent`, async () => {
      const cycle: Record<string, unknown> = {};
      cycle["self"] = cycle;
      const broken: readonly (() => unknown)[] = [
        () => Promise.reject(new TypeError("defect")),
        () => {
          throw new KernelError("Do this instead.");
        },
        () => Promise.reject(Object.create(null)),
        () => Promise.resolve(undefined),
        () => Promise.resolve({ content: null }),
        () => Promise.resolve({ content: "text" }),
        () => Promise.resolve({ content: cycle }),
      ];
      for (const handler of broken) {
        const { wire, dispatcher } = setUp({ [type as Type]: handler } as Handlers);
        const asked = request(type, content);
        dispatcher.dispatch(asked);
        await turns();
        const reply = type.replace("request", "reply");
        const shown = type === "execute_request" ? ["error"] : [];
        expect(wire.about(asked)).to.deep.equal(["busy", ...shown, reply, "idle"]);
      }
    });
  }

  it("keeps the stack of a defect, and says no more than the sentence of a KernelError", async () => {
    const { wire, dispatcher } = setUp({
      complete_request: () => Promise.reject(new RangeError("defect")),
      inspect_request: () => Promise.reject(new KernelError("Do this instead.")),
    });
    const [complete, inspect] = ["complete_request", "inspect_request"].map((type) =>
      request(type, { code: "", cursor_pos: 0 }),
    ) as [Incoming, Incoming];
    for (const each of [complete, inspect]) dispatcher.dispatch(each);
    await turns();
    const defect = wire.replyTo(complete).message.content;
    expect(defect).to.include({ status: "error", ename: "RangeError", evalue: "defect" });
    expect((defect["traceback"] as string[])[1]).to.match(/^ {4}at /);
    expect(wire.replyTo(inspect).message.content).to.deep.equal({
      status: "error",
      ename: "KernelError",
      evalue: "Do this instead.",
      traceback: [],
    });
  });

  it("fails a debug_request in the way of the Debug Adapter Protocol", async () => {
    const { wire, dispatcher } = setUp({ debug_request: () => Promise.reject(new KernelError("No.")) });
    const [failing, refused] = [
      request("debug_request", { type: "request", seq: 7, command: "attach" }),
      request("debug_request", { seq: "x" }),
    ];
    for (const each of [failing, refused]) dispatcher.dispatch(each);
    await turns();
    const { content } = wire.replyTo(failing).message;
    expect(content).to.include({ request_seq: 7, success: false, command: "attach", message: "KernelError: No." });
    expect(wire.replyTo(refused).message.content).to.include({ request_seq: 0, success: false, command: "" });
  });

  it("says idle, and tells the log, when a comm handler or the last flush fails", async () => {
    const warnings: string[] = [];
    const { wire, dispatcher } = setUp(
      { comm_msg: () => Promise.reject(new Error("of the handler")) },
      { warn: (sentence) => warnings.push(sentence), beforeIdle: () => Promise.reject(new Error("of the flush")) },
    );
    const asked = request("comm_msg", { comm_id: "c" });
    dispatcher.dispatch(asked);
    await turns();
    expect(wire.about(asked)).to.deep.equal(["busy", "idle"]);
    expect(warnings.join()).to.include("of the handler").and.to.include("of the flush");
  });

  it("waits before the reply until everything is published", async () => {
    let publish = () => {};
    const { wire, dispatcher } = setUp(
      { execute_request: async () => ({ content: OK }) },
      { beforeIdle: () => new Promise((resolve) => (publish = resolve)) },
    );
    const asked = execute("");
    dispatcher.dispatch(asked);
    await turns();
    expect(wire.about(asked)).to.deep.equal(["busy"]);
    publish();
    await turns();
    expect(wire.about(asked)).to.deep.equal(["busy", "execute_reply", "idle"]);
  });
});

describe("kernel/dispatch/dispatcher: order", () => {
  const comms: Handlers = {
    comm_open: async () => undefined,
    comm_msg: async () => undefined,
    comm_close: async () => undefined,
    comm_info_request: async () => ({ content: { status: "ok", comms: {} } }),
    history_request: async () => ({ content: { status: "ok", history: [] } }),
  };

  it("runs one cell at a time, and history after the cells before it", async () => {
    const cells = new Cells();
    const { wire, dispatcher } = setUp({ ...comms, execute_request: cells.handler });
    const asked = [execute("a"), request("history_request", CONTENT_OF_HISTORY), execute("b")];
    for (const each of asked) dispatcher.dispatch(each);
    await turns();
    expect(cells.started).to.deep.equal(["a"]);
    await cells.end("a");
    expect(cells.started).to.deep.equal(["a", "b"]);
    await cells.end("b");
    const one = (i: number, reply: string) => [`busy ${i}`, `${reply} ${i}`, `idle ${i}`];
    const all = [...one(0, "execute_reply"), ...one(1, "history_reply"), ...one(2, "execute_reply")];
    expect(wire.story(...asked)).to.deep.equal(all);
  });

  it("handles comm messages at once, beside a cell and before those that wait", async () => {
    const cells = new Cells();
    const { wire, dispatcher } = setUp({ ...comms, execute_request: cells.handler });
    for (const each of [execute("a"), execute("b")]) dispatcher.dispatch(each);
    for (const type of ["comm_open", "comm_msg", "comm_close"]) {
      const asked = request(type, { comm_id: "c", target_name: "t" });
      dispatcher.dispatch(asked);
      await turns();
      expect(wire.about(asked)).to.deep.equal(["busy", "idle"]);
    }
    const asked = request("comm_info_request");
    dispatcher.dispatch(asked);
    await turns();
    expect(wire.about(asked)).to.deep.equal(["busy", "comm_info_reply", "idle"]);
    const control = request("history_request", CONTENT_OF_HISTORY, { channel: "control" });
    dispatcher.dispatch(control);
    await turns();
    expect(wire.about(control), "the order is that of shell").to.deep.equal(["busy", "history_reply", "idle"]);
    expect(cells.started).to.deep.equal(["a"]);
  });

  it("starts a cell in the turn in which it comes when nothing is before it", () => {
    const cells = new Cells();
    const { dispatcher } = setUp({ execute_request: cells.handler });
    dispatcher.dispatch(execute("a"));
    expect(cells.started).to.deep.equal(["a"]);
  });

  it("runs the cells of subshells beside each other; one that never ends holds up its own only", async () => {
    const cells = new Cells();
    const { wire, dispatcher } = setUp({ execute_request: cells.handler }, { isSubshell: (id) => id === "s" });
    const main = [execute("a"), execute("b", {}, { subshell: null })];
    const sub = [execute("c", {}, { subshell: "s" }), execute("d", {}, { subshell: "s" })];
    for (const each of [...main, ...sub]) dispatcher.dispatch(each);
    await cells.end("c");
    await cells.end("d");
    expect(cells.started).to.deep.equal(["a", "c", "d"]);
    for (const each of sub) expect(wire.replyTo(each).message.content).to.include({ status: "ok" });
    expect(wire.about(main[1]!)).to.deep.equal([]);
  });

  it("refuses an unknown subshell, takes comm messages for it all the same, and heeds the id on shell only", async () => {
    const cells = new Cells();
    const { wire, dispatcher } = setUp({ ...comms, execute_request: cells.handler });
    const [cell, comm, control] = [
      execute("a", {}, { subshell: "gone" }),
      request("comm_msg", { comm_id: "c" }, { subshell: "gone" }),
      request("comm_info_request", {}, { subshell: "gone", channel: "control" }),
    ];
    for (const each of [cell, comm, control]) dispatcher.dispatch(each);
    await turns();
    const { content } = wire.replyTo(cell).message;
    expect(content).to.include({ status: "error", ename: "ProtocolError" });
    expect(content["evalue"]).to.include('no subshell "gone"');
    expect(cells.started).to.deep.equal([]);
    expect(wire.about(comm)).to.deep.equal(["busy", "idle"]);
    expect(wire.replyTo(control).message.content).to.include({ status: "ok" });
  });
});

const CONTENT_OF_HISTORY = { hist_access_type: "tail", n: 1 } as const;

describe("kernel/dispatch/dispatcher: aborts", () => {
  const isSubshell = (id: string) => id === "s";
  const statusOf = (wire: MockWire, asked: Incoming) => wire.replyTo(asked).message.content["status"];

  it("aborts the cells behind one that failed, in this shell only, and nothing but cells", async () => {
    const cells = new Cells();
    const history: Handler<"history_request"> = async () => ({ content: { status: "ok", history: [] } });
    const { wire, dispatcher } = setUp({ execute_request: cells.handler, history_request: history }, { isSubshell });
    const queue = [execute("a"), execute("b"), request("history_request", CONTENT_OF_HISTORY), execute("c")];
    const other = [execute("d", {}, { subshell: "s" }), execute("e", {}, { subshell: "s" })];
    for (const each of [...queue, ...other]) dispatcher.dispatch(each);
    await cells.end("a", FAILED);
    expect(queue.map((each) => statusOf(wire, each))).to.deep.equal(["error", "aborted", "ok", "aborted"]);
    for (const each of queue) expect(wire.about(each)).to.have.length(3);
    const order = wire.story(...queue).filter((line) => line.startsWith("busy") && !line.endsWith("-1"));
    expect(order).to.deep.equal(["busy 0", "busy 1", "busy 2", "busy 3"]);
    await cells.end("d");
    expect(cells.started).to.deep.equal(["a", "d", "e"]);
  });

  it("aborts what had been sent and not yet read, and runs what comes later", async () => {
    const cells = new Cells();
    const { wire, dispatcher } = setUp({ execute_request: cells.handler });
    dispatcher.dispatch(execute("a"));
    const late = execute("b");
    void cells.end("a", FAILED);
    // Meanwhile the message is read in this turn of the event loop and handed on in the next.
    setImmediate(() => dispatcher.dispatch(late));
    await turns();
    expect(wire.about(late)).to.deep.equal(["busy", "execute_reply", "idle"]);
    expect(statusOf(wire, late)).to.equal("aborted");
    const later = execute("c");
    dispatcher.dispatch(later);
    await cells.end("c");
    expect(statusOf(wire, later)).to.equal("ok");
  });

  it("goes on after a failure when stop_on_error is false", async () => {
    const cells = new Cells();
    const { wire, dispatcher } = setUp({ execute_request: cells.handler });
    const asked = [execute("a", { stop_on_error: false }), execute("b")];
    for (const each of asked) dispatcher.dispatch(each);
    await cells.end("a", FAILED);
    await cells.end("b");
    expect(asked.map((each) => statusOf(wire, each))).to.deep.equal(["error", "ok"]);
  });

  it("aborts what waits in all shells at an interrupt, also when the cell then ends well, and not what comes later", async () => {
    const cells = new Cells();
    const { wire, dispatcher } = setUp({ execute_request: cells.handler }, { isSubshell });
    const subshell = "s";
    const asked = [execute("a"), execute("b"), execute("c", {}, { subshell }), execute("d", {}, { subshell })];
    for (const each of asked) dispatcher.dispatch(each);
    dispatcher.abortQueued();
    await turns();
    expect(wire.about(asked[1]!), "it keeps its place").to.deep.equal([]);
    const later = execute("e");
    dispatcher.dispatch(later);
    await cells.end("a");
    await cells.end("c");
    await cells.end("e");
    expect(asked.map((each) => statusOf(wire, each))).to.deep.equal(["ok", "aborted", "ok", "aborted"]);
    expect(statusOf(wire, later)).to.equal("ok");
  });

  it("aborts nothing at an interrupt while nothing runs", async () => {
    const cells = new Cells();
    const { wire, dispatcher } = setUp({ execute_request: cells.handler });
    dispatcher.abortQueued();
    const asked = execute("a");
    dispatcher.dispatch(asked);
    await cells.end("a");
    expect(statusOf(wire, asked)).to.equal("ok");
  });
});

describe("kernel/dispatch/dispatcher: what an interrupt cut off", () => {
  const error = { ename: "KeyboardInterrupt", evalue: "stopped", traceback: [] };

  it("ends with its error and one idle, also when it should still come back", async () => {
    let comeBack = (): void => {};
    const { wire, dispatcher } = setUp({
      comm_msg: () =>
        new Promise((resolve) => {
          comeBack = () => resolve(undefined);
        }),
      comm_info_request: () => new Promise(() => {}),
    });
    const [comm, info] = [request("comm_msg", { comm_id: "c" }), request("comm_info_request")];
    for (const each of [comm, info]) dispatcher.dispatch(each);
    dispatcher.endCutOff(error);
    comeBack();
    await turns();
    dispatcher.endCutOff(error);
    expect(wire.about(comm)).to.deep.equal(["busy", "error", "idle"]);
    expect(wire.about(info)).to.deep.equal(["busy", "comm_info_reply", "idle"]);
    expect(wire.replyTo(info).message.content).to.deep.equal({ status: "error", ...error });
  });

  it("is nothing that has ended, and no cell, which has an end of its own", async () => {
    const cells = new Cells();
    const { wire, dispatcher } = setUp({ execute_request: cells.handler, comm_msg: async () => undefined });
    const [cell, comm] = [execute("a"), request("comm_msg", { comm_id: "c" })];
    for (const each of [cell, comm]) dispatcher.dispatch(each);
    await turns();
    dispatcher.endCutOff(error);
    expect(wire.about(comm)).to.deep.equal(["busy", "idle"]);
    expect(wire.about(cell)).to.deep.equal(["busy"]);
    await cells.end("a");
    expect(wire.about(cell)).to.deep.equal(["busy", "execute_reply", "idle"]);
  });
});
