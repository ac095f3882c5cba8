import { expect } from "chai";
import fc from "fast-check";
import { Dispatcher, type Handlers } from "../../../kernel/src/dispatch/index.js";
import { type Incoming, newSender } from "../../../kernel/src/wire/index.js";
import { MockWire, request, turns } from "./mockWire.js";

const SUBSHELLS = [null, "s", "t"] as const;

/** What the handler of a request does: how many turns it takes, and how it ends. */
const behaviour = fc.record({
  turns: fc.nat({ max: 3 }),
  end: fc.constantFrom("ok", "error", "throw"),
});
const step = fc.record({
  type: fc.constantFrom("execute_request", "execute_request", "history_request", "comm_msg", "comm_info_request"),
  subshell: fc.constantFrom(...SUBSHELLS, "unknown"),
  stopOnError: fc.boolean(),
  malformed: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  behaviour,
  /** Turns of the event loop before the next request. */
  pause: fc.nat({ max: 2 }),
  /** Whether the user interrupts right afterwards. */
  interrupt: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function toRequest({ type, subshell, stopOnError, malformed, behaviour: data }: Step): Incoming {
  const content = {
    code: JSON.stringify(data),
    stop_on_error: stopOnError,
    hist_access_type: "tail",
    comm_id: "c",
    data,
    target_name: JSON.stringify(data),
    output: false,
  };
  const wrong = { code: 0, hist_access_type: 0, comm_id: 0, target_name: 0 };
  return request(type, malformed ? wrong : content, { subshell });
}

/** Does what the request's content says, and records who runs beside whom. */
class Recorder {
  /** Ids of the cells that run, by subshell. */
  readonly running = new Map<unknown, string>();
  readonly started: string[] = [];
  overlaps = 0;

  readonly handlers: Handlers = {
    execute_request: async ({ message: { header }, content }) => {
      if (this.running.has(header.subshell_id)) this.overlaps++;
      this.running.set(header.subshell_id, header.msg_id);
      this.started.push(header.msg_id);
      try {
        const failed = await this.#behave(content.code);
        if (failed) return { content: { status: "error", ename: "E", evalue: "", traceback: [] } };
        return { content: { status: "ok", execution_count: 1, user_expressions: {}, payload: [] } };
      } finally {
        this.running.delete(header.subshell_id);
      }
    },
    history_request: async () => ({ content: { status: "ok", history: [] } }),
    comm_msg: async ({ content }) => {
      await this.#behave(JSON.stringify(content.data));
      return undefined;
    },
    comm_info_request: async ({ content }) => {
      await this.#behave(content.target_name ?? "");
      return { content: { status: "ok", comms: {} } };
    },
  };

  async #behave(text: string): Promise<boolean> {
    const { turns: count, end } = JSON.parse(text) as { turns: number; end: string };
    await turns(count);
    if (end === "throw") throw new Error("thrown");
    return end === "error";
  }
}

describe("kernel/dispatch/dispatcher: any sequence of requests", () => {
  it("gives each one busy, one idle, and one reply between them; cells of a shell keep their order", async () => {
    const sequences = fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const wire = new MockWire();
      const recorder = new Recorder();
      const isSubshell = (id: string) => id === "s" || id === "t";
      const dispatcher = new Dispatcher({ sender: newSender(), wire, handlers: recorder.handlers, isSubshell });
      const requests: Incoming[] = [];
      for (const each of steps) {
        const incoming = toRequest(each);
        requests.push(incoming);
        dispatcher.dispatch(incoming);
        if (each.interrupt) dispatcher.abortQueued();
        await turns(each.pause);
      }
      await turns(8 * steps.length + 10);
      requests.forEach((incoming, i) => {
        const { type } = steps[i]!;
        const about = wire.about(incoming).filter((name) => name !== "error");
        const reply = type === "comm_msg" ? [] : [type.replace("request", "reply")];
        expect(about).to.deep.equal(["busy", ...reply, "idle"]);
      });
      expect(recorder.overlaps).to.equal(0);
      for (const subshell of SUBSHELLS) {
        const sent = requests
          .filter(({ message: { header } }) => header.subshell_id === subshell)
          .map(({ message }) => message.header.msg_id);
        const isOfShell = (id: string) => sent.includes(id);
        const ran = recorder.started.filter(isOfShell);
        expect(ran).to.deep.equal(sent.filter((id) => recorder.started.includes(id)));
        const answered = wire.sent
          .filter(({ message: { header } }) => /execute|history/.test(header.msg_type))
          .map(({ message }) => String(message.parent_header["msg_id"]))
          .filter(isOfShell);
        expect(answered).to.deep.equal(sent.filter((id) => answered.includes(id)));
      }
    });
    await fc.assert(sequences, { numRuns: 150 });
  });
});
