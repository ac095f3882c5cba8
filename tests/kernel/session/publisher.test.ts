import { expect } from "chai";
import { CellContext, CellContexts, Publisher } from "../../../kernel/src/session/index.js";
import { type Message, newSender } from "../../../kernel/src/wire/index.js";
import type { WireWorker } from "../../../kernel/src/wireThread/index.js";
import { MockWire, request } from "../dispatch/mockWire.js";

/** A wire that keeps what is sent and printed, and says when it was called outside of a critical section. */
class PrintingWire extends MockWire {
  readonly printed: [request: Message, name: string, text: string][] = [];
  readonly unguarded: string[] = [];
  isGuarded = false;

  override send(...parameters: Parameters<MockWire["send"]>): void {
    if (!this.isGuarded) this.unguarded.push("send");
    super.send(...parameters);
  }

  write(request: Message, name: string, text: string): void {
    if (!this.isGuarded) this.unguarded.push("write");
    this.printed.push([request, name, text]);
  }
}

function setUp() {
  const wire = new PrintingWire();
  const contexts = new CellContexts();
  const critical = <Value>(work: () => Value): Value => {
    wire.isGuarded = true;
    try {
      return work();
    } finally {
      wire.isGuarded = false;
    }
  };
  const publisher = new Publisher({ sender: newSender(), contexts, runState: { critical } });
  publisher.connect(wire as unknown as WireWorker);
  const cell = request("execute_request", { code: "" });
  const inCell = <Result>(run: () => Result, isSilent = false): Result =>
    contexts.run(new CellContext(cell.message, false, isSilent), run);
  return { wire, publisher, cell, inCell };
}

describe("kernel/session/publisher", () => {
  it("publishes for the cell that runs, and afterwards for the latest", () => {
    const { wire, publisher, cell, inCell } = setUp();
    inCell(() => publisher.publishHere("clear_output", { wait: true }));
    publisher.publishHere("clear_output", { wait: false });
    expect(wire.about(cell)).to.deep.equal(["clear_output", "clear_output"]);
    expect(wire.sent.map(({ channel }) => channel)).to.deep.equal(["iopub", "iopub"]);
    expect(wire.unguarded).to.deep.equal([]);
  });

  it("publishes with buffers and metadata, and for nobody before the first cell", () => {
    const { wire, publisher } = setUp();
    const buffers = [Buffer.from("x")];
    publisher.publishHere("comm_msg", { comm_id: "c", data: {} }, { metadata: { a: 1 }, buffers });
    expect(wire.sent[0]!.message).to.deep.include({ parent_header: {}, metadata: { a: 1 }, buffers });
  });

  it("prints for whatever runs, and keeps still while a silent cell does, and before the first", () => {
    const { wire, publisher, cell, inCell } = setUp();
    publisher.print("stdout", "lost");
    inCell(() => {
      publisher.print("stdout", "a");
      publisher.warn("Careful.");
    });
    expect(wire.printed).to.deep.equal([
      [cell.message, "stdout", "a"],
      [cell.message, "stderr", "Careful.\n"],
    ]);
    inCell(() => {
      publisher.print("stdout", "b");
      publisher.publishHere("clear_output", { wait: true });
    }, true);
    expect(wire.printed).to.have.length(2);
    expect(wire.sent).to.deep.equal([]);
    expect(wire.unguarded).to.deep.equal([]);
  });

  it("asks the front end that sent the request, on its own channel", () => {
    const { wire, publisher, cell } = setUp();
    publisher.ask(cell.message, { prompt: "Name?", password: false });
    const [{ channel, message }] = wire.sent as [(typeof wire.sent)[number]];
    expect(channel).to.equal("stdin");
    expect(message).to.deep.include({ identities: cell.message.identities, parent_header: cell.message.header });
    expect(wire.unguarded).to.deep.equal([]);
  });
});
