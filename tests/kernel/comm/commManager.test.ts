import { setImmediate as nextTurn } from "node:timers/promises";
import { expect } from "chai";
import { type Comm, CommManager, type CommMessage } from "../../../kernel/src/comm/index.js";
import { makePublication, newSender } from "../../../kernel/src/wire/index.js";
import { checkPublished } from "../wire/specification.js";

interface Published {
  type: string;
  id: string;
  data: unknown;
  metadata: unknown;
  buffers: readonly Uint8Array[];
}

/** A manager, and what it published, which was checked, and reported. */
function record() {
  const published: Published[] = [];
  const errors: unknown[] = [];
  const manager = new CommManager({
    publish: (type, content, options) => {
      checkPublished(makePublication(newSender(), type, content, options));
      published.push({ type, id: content.comm_id, data: content.data, ...options });
    },
    error: (error) => errors.push(error instanceof Error ? error.message : error),
  });
  return { manager, published, errors };
}

type Recorded = ReturnType<typeof record>;

/** The front end opens a comm. */
function openFrom({ manager }: Recorded, id = "front", name = "target"): void {
  manager.handleOpen({ comm_id: id, target_name: name, data: { hello: 1 } }, {}, []);
}

function tell({ manager }: Recorded, n: number, id = "front"): void {
  manager.handleMessage({ comm_id: id, data: { n } }, {}, []);
}

function close({ manager }: Recorded, id = "front"): void {
  manager.handleClose({ comm_id: id, data: { bye: true } }, {}, []);
}

/** A comm that the front end opened. */
function accept(recorded: Recorded): Comm {
  let accepted: Comm | undefined;
  recorded.manager.registerTarget("target", (comm) => {
    accepted = comm;
  });
  openFrom(recorded);
  return accepted!;
}

describe("kernel/comm", () => {
  it("opens, sends and closes, with buffers of any kind", () => {
    const { manager, published } = record();
    const comm = manager.open("view", { a: 1 }, { metadata: { version: "2" }, buffers: [new ArrayBuffer(2)] });
    const floats = Float32Array.of(0, 1).subarray(1);
    comm.send({ b: 2 }, { buffers: [floats, Buffer.from("x")] });
    comm.send();
    comm.close({ c: 3 });
    expect(published.map(({ type, data }) => [type, data])).to.deep.equal([
      ["comm_open", { a: 1 }],
      ["comm_msg", { b: 2 }],
      ["comm_msg", {}],
      ["comm_close", { c: 3 }],
    ]);
    expect(new Set(published.map(({ id }) => id))).to.deep.equal(new Set([comm.id]));
    expect(published[0]!.metadata).to.deep.equal({ version: "2" });
    expect([...published[1]!.buffers[0]!]).to.deep.equal([0, 0, 0x80, 0x3f]);
    expect(published[1]!.buffers.every((buffer) => buffer instanceof Uint8Array)).to.equal(true);
    comm.send({ late: true });
    comm.close();
    expect(comm.closed).to.equal(true);
    expect(published).to.have.length(4);
  });

  it("serves targets, and closes comms to unknown ones", () => {
    const recorded = record();
    openFrom(recorded, "lost", "nobody");
    expect(recorded.published).to.deep.equal([{ type: "comm_close", id: "lost", data: {}, metadata: {}, buffers: [] }]);
    const opened: [string, CommMessage][] = [];
    const stop = recorded.manager.registerTarget("target", (comm, open) => opened.push([comm.targetName, open]));
    openFrom(recorded);
    expect(opened).to.deep.equal([["target", { data: { hello: 1 }, metadata: {}, buffers: [] }]]);
    expect(recorded.manager.info()).to.deep.equal({ front: { target_name: "target" } });
    expect(recorded.manager.info("other")).to.deep.equal({});
    stop();
    openFrom(recorded, "second");
    expect(recorded.published.at(-1)).to.include({ type: "comm_close", id: "second" });
  });

  it("passes over what is for unknown comms", () => {
    const recorded = record();
    tell(recorded, 1);
    close(recorded);
    expect(recorded.published).to.deep.equal([]);
    expect(recorded.errors).to.deep.equal([]);
  });

  it("tells every handler, and reports those that fail", async () => {
    const recorded = record();
    const comm = accept(recorded);
    const seen: string[] = [];
    comm.onMessage(() => {
      throw new Error("first");
    });
    comm.onMessage(async () => {
      throw new Error("second");
    });
    const stop = comm.onMessage(({ data }) => seen.push(`third ${data["n"]}`));
    tell(recorded, 1);
    stop();
    tell(recorded, 2);
    await nextTurn();
    expect(seen).to.deep.equal(["third 1"]);
    expect(recorded.errors).to.have.members(["first", "second", "first", "second"]);
  });

  it("closes a comm whose target fails", async () => {
    const recorded = record();
    recorded.manager.registerTarget("target", () => {
      throw new Error("at once");
    });
    openFrom(recorded, "a");
    recorded.manager.registerTarget("target", () => Promise.reject(new Error("later")));
    openFrom(recorded, "b");
    await nextTurn();
    expect(recorded.errors).to.deep.equal(["at once", "later"]);
    expect(recorded.published.map(({ type, id }) => [type, id])).to.deep.equal([
      ["comm_close", "a"],
      ["comm_close", "b"],
    ]);
    expect(recorded.manager.info()).to.deep.equal({});
  });

  it("keeps the last messages until somebody listens", async () => {
    const recorded = record();
    const comm = accept(recorded);
    for (let n = 0; n < 10_005; n++) tell(recorded, n);
    const seen: unknown[] = [];
    comm.onMessage(({ data }) => seen.push(data["n"]));
    expect(seen, "not before the handler's maker is done").to.have.length(0);
    tell(recorded, 10_005);
    expect(seen).to.have.length(10_000);
    expect([seen[0], seen.at(-1)]).to.deep.equal([6, 10_005]);
    await nextTurn();
    expect(seen).to.have.length(10_000);
  });

  it("delivers what was kept without another message coming", async () => {
    const recorded = record();
    const comm = accept(recorded);
    tell(recorded, 1);
    const seen: unknown[] = [];
    comm.onMessage(({ data }) => seen.push(data["n"]));
    comm.onMessage(({ data }) => seen.push(data["n"]));
    await nextTurn();
    expect(seen).to.deep.equal([1, 1]);
  });

  it("tells of the end once, whoever closes, and late comers too", async () => {
    const recorded = record();
    const comm = accept(recorded);
    const ends: unknown[] = [];
    comm.onClose(({ data }) => ends.push(data));
    close(recorded);
    close(recorded);
    comm.close();
    expect(ends).to.deep.equal([{ bye: true }]);
    expect(recorded.published).to.deep.equal([]);
    const own = recorded.manager.open("x");
    own.close({ own: true });
    own.onClose(({ data }) => ends.push(data));
    await nextTurn();
    expect(ends.at(-1)).to.deep.equal({ own: true });
  });

  it("ends an old comm whose id is opened again", () => {
    const recorded = record();
    const comm = accept(recorded);
    openFrom(recorded);
    expect(comm.closed).to.equal(true);
    expect(Object.keys(recorded.manager.info())).to.deep.equal(["front"]);
  });

  it("gives the messages one after the other, to the end", async () => {
    const recorded = record();
    const comm = accept(recorded);
    tell(recorded, 1);
    tell(recorded, 2);
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const { data } of comm) {
        seen.push(data["n"]);
        if (data["n"] === 2) tell(recorded, 3);
      }
    })();
    await nextTurn();
    tell(recorded, 4);
    close(recorded);
    await reading;
    expect(seen).to.deep.equal([1, 2, 3, 4]);
    for await (const message of comm) expect.fail(JSON.stringify(message));
  });

  it("gives what was not read to the next loop, also after the end", async () => {
    const recorded = record();
    const comm = accept(recorded);
    for (const n of [1, 2, 3]) tell(recorded, n);
    const seen: unknown[] = [];
    for await (const { data } of comm) {
      seen.push(data["n"]);
      break;
    }
    tell(recorded, 4);
    close(recorded);
    for await (const { data } of comm) seen.push(data["n"]);
    expect(seen).to.deep.equal([1, 2, 3, 4]);
  });

  it("refuses what the protocol cannot carry, and opens nothing then", () => {
    const { manager, published } = record();
    const comm = manager.open("x");
    for (const data of [5, null, [1], "text"]) expect(() => comm.send(data as never)).to.throw("must be an object");
    expect(() => comm.send({}, { metadata: [] as never })).to.throw("metadata must be an object");
    expect(() => comm.send({}, { buffers: ["text" as never] })).to.throw("typed arrays");
    expect(() => comm.close(5 as never)).to.throw("must be an object");
    expect(comm.closed).to.equal(false);
    expect(() => manager.open("y", 5 as never)).to.throw("must be an object");
    expect(() => manager.registerTarget("z", undefined as never)).to.throw("a function");
    expect(Object.values(manager.info())).to.deep.equal([{ target_name: "x" }]);
    expect(published).to.have.length(1);
  });

  it("takes ids that are names of objects' own properties", () => {
    const recorded = record();
    accept(recorded);
    openFrom(recorded, "__proto__");
    openFrom(recorded, "constructor");
    expect(Object.keys(recorded.manager.info("target"))).to.have.members(["front", "__proto__", "constructor"]);
  });
});
