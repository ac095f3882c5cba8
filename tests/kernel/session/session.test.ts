import { expect } from "chai";
import { CommManager } from "../../../kernel/src/comm/index.js";
import type { History } from "../../../kernel/src/history/index.js";
import { CellContexts, sessionHandlers } from "../../../kernel/src/session/index.js";
import { turns } from "../dispatch/mockWire.js";
import { requestOf } from "../requests.js";
import { converted, MockSession } from "./mockSession.js";

function setUp() {
  const contexts = new CellContexts();
  /** What was published, with the request that it was published for. */
  const published: [type: string, parent: string | undefined][] = [];
  const comms = new CommManager({
    publish: (type) => void published.push([type, contexts.own?.request.header.msg_id]),
    error: () => {},
  });
  const asked: unknown[] = [];
  const history = {
    answer: async (request: unknown) => {
      asked.push(request);
      return [[1, 2, "code"]];
    },
  } as unknown as History;
  const { executor } = new MockSession({ one: converted("return [1]") });
  return { handlers: sessionHandlers({ executor, history, comms, contexts }), contexts, comms, published, asked };
}

describe("kernel/session/session", () => {
  it("runs cells and answers from the history and the comms", async () => {
    const { handlers, comms, asked } = setUp();
    const cell = await handlers.execute_request!(requestOf("execute_request", { code: "one" }));
    expect(cell.content).to.include({ status: "ok" });
    const request = requestOf("history_request", { hist_access_type: "tail", n: 3 });
    const { content } = await handlers.history_request!(request);
    expect(content).to.deep.equal({ status: "ok", history: [[1, 2, "code"]] });
    expect(asked).to.deep.equal([request.content]);
    const { id } = comms.open("target");
    const info = async (target: object) =>
      (await handlers.comm_info_request!(requestOf("comm_info_request", { ...target }))).content;
    expect(await info({})).to.deep.equal({ status: "ok", comms: { [id]: { target_name: "target" } } });
    expect(await info({ target_name: "other" })).to.deep.equal({ status: "ok", comms: {} });
  });

  it("runs each comm handler for the message that it handles, and what that starts too", async () => {
    const { handlers, contexts, comms, published } = setUp();
    const seen: unknown[] = [];
    comms.registerTarget("t", (comm, { data, buffers }) => {
      seen.push(data, buffers);
      comm.send();
      comm.onMessage(async () => {
        await null;
        comm.send();
      });
      comm.onClose(() => void seen.push(contexts.own?.silent, contexts.own?.allowStdin));
    });
    const open = requestOf("comm_open", { comm_id: "c", target_name: "t", data: { a: 1 } });
    const message = requestOf("comm_msg", { comm_id: "c", data: {} });
    expect(await handlers.comm_open!(open)).to.equal(undefined);
    expect(await handlers.comm_msg!(message)).to.equal(undefined);
    await turns();
    expect(await handlers.comm_close!(requestOf("comm_close", { comm_id: "c", data: {} }))).to.equal(undefined);
    expect(seen).to.deep.equal([{ a: 1 }, [], false, false]);
    expect(published).to.deep.equal([
      ["comm_msg", open.message.header.msg_id],
      ["comm_msg", message.message.header.msg_id],
    ]);
    expect(contexts.own).to.equal(undefined);
  });
});
