import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import fc from "fast-check";
import { matchesGlob } from "../../../kernel/src/history/glob.js";
import { History } from "../../../kernel/src/history/history.js";
import { HistoryFile } from "../../../kernel/src/history/historyFile.js";
import { historyFolder } from "../../../kernel/src/history/index.js";
import { encodeRecord, parseRecords } from "../../../kernel/src/history/records.js";
import { makeReply, newSender, parseRequest } from "../../../kernel/src/wire/index.js";
import { checkPublished } from "../wire/specification.js";

const APPENDER = fileURLToPath(new URL("./appender.js", import.meta.url));
const run = promisify(execFile);

describe("kernel/history", () => {
  let folder: string;
  let warnings: string[];
  const open: History[] = [];

  /** The history of a new kernel. */
  function start(file?: HistoryFile): History {
    const history = new History({ folder, warn: (message) => warnings.push(message), ...(file && { file }) });
    open.push(history);
    return history;
  }

  /** A kernel that ran these cells and ended. */
  async function session(...inputs: string[]): Promise<void> {
    const history = start();
    for (const [i, input] of inputs.entries()) history.append(i + 1, input);
    await history.close();
  }

  function text(name = "history.jsonl"): string {
    return fs.readFileSync(path.join(folder, name), "utf8");
  }

  beforeEach(() => {
    folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "history-")), "a", "b");
    warnings = [];
  });

  afterEach(async () => {
    for (const history of open.splice(0)) await history.close();
    fs.rmSync(path.dirname(path.dirname(folder)), { recursive: true });
  });

  it("keeps cells across restarts, for the user alone", async () => {
    await session("a = 1", "b = 2");
    await session("c = 3");
    const history = start();
    history.append(1, "d");
    history.append(2, "e", "5");
    history.append(3, "f");
    history.appendOutput(3, "6");
    expect(await history.tail(4)).to.deep.equal([
      [2, 1, "c = 3"],
      [3, 1, "d"],
      [3, 2, "e"],
      [3, 3, "f"],
    ]);
    expect(await history.tail(3, { output: true })).to.deep.equal([
      [3, 1, ["d", null]],
      [3, 2, ["e", "5"]],
      [3, 3, ["f", "6"]],
    ]);
    expect(fs.statSync(folder).mode & 0o777).to.equal(0o700);
    expect(fs.statSync(path.join(folder, "history.jsonl")).mode & 0o777).to.equal(0o600);
  });

  it("gives ranges as ipykernel does", async () => {
    await session("a1", "a2");
    await session("b1", "b2", "b3");
    const history = start();
    expect(await history.range(0)).to.deep.equal([]);
    expect(await history.range(-1)).to.deep.equal([
      [2, 1, "b1"],
      [2, 2, "b2"],
      [2, 3, "b3"],
    ]);
    for (const line of [1, 2, 3]) history.append(line, `c${line}`);
    const lines = async (...args: Parameters<History["range"]>) =>
      (await history.range(...args)).map(([, , input]) => input);
    expect(await history.range()).to.deep.equal([
      [0, 1, "c1"],
      [0, 2, "c2"],
      [0, 3, "c3"],
    ]);
    expect(await history.range(3, 2, 3)).to.deep.equal([[3, 2, "c2"]]);
    expect(await lines(-2)).to.deep.equal(["a1", "a2"]);
    expect(await lines(2, 2)).to.deep.equal(["b2", "b3"]);
    expect(await lines(0, 1, 3)).to.deep.equal(["c1", "c2"]);
    expect(await lines(0, 1, 0)).to.deep.equal(["c1", "c2", "c3"]);
    expect(await lines(0, -1)).to.deep.equal(["c3"]);
    expect(await lines(0, null, -1)).to.deep.equal(["c1", "c2"]);
    for (const absent of [4, 99, -3, -99]) expect(await lines(absent)).to.deep.equal([]);
  });

  it("searches", async () => {
    await session("let x = 1", "print(x)", "let x = 1");
    const history = start();
    history.append(1, "let y = [x]");
    history.append(2, "print(x)");
    expect(await history.search("let*")).to.deep.equal([
      [1, 1, "let x = 1"],
      [1, 3, "let x = 1"],
      [2, 1, "let y = [x]"],
    ]);
    expect(await history.search("let*", null, true)).to.deep.equal([
      [1, 3, "let x = 1"],
      [2, 1, "let y = [x]"],
    ]);
    expect(await history.search("*", 1, true)).to.deep.equal([[2, 2, "print(x)"]]);
    expect(await history.search("*[x]")).to.deep.equal([[2, 1, "let y = [x]"]]);
    expect(await history.search("LET*")).to.deep.equal([]);
    expect(await history.search()).to.have.length(5);
    expect(await history.search("*", 0)).to.deep.equal([]);
  });

  it("answers requests as the specification has it", async () => {
    await session("a", "b");
    const history = start();
    for (const [content, length] of [
      [{ hist_access_type: "tail", n: 1, output: true, raw: false }, 1],
      [{ hist_access_type: "tail" }, 2],
      [{ hist_access_type: "range", session: 1, start: 1, stop: 2 }, 1],
      [{ hist_access_type: "search", pattern: "?", unique: true, output: true }, 2],
    ] as const) {
      const request = parseRequest("history_request", content);
      if (!request.ok) throw new Error(request.reason);
      const entries = await history.answer(request.value);
      expect(entries).to.have.length(length);
      const message = { identities: [], header: { msg_id: "1", msg_type: "x", session: "", username: "" } };
      const full = { ...message, parent_header: {}, metadata: {}, content, buffers: [] };
      checkPublished(makeReply(newSender(), full, "history_reply", { status: "ok", history: entries }));
    }
  });

  it("touches no file before there is something to write or to answer", async () => {
    fs.mkdirSync(path.dirname(folder), { recursive: true });
    fs.writeFileSync(folder, "");
    const history = start();
    await history.flush();
    expect(warnings).to.deep.equal([]);
    history.append(1, "a");
    expect(await history.tail()).to.deep.equal([[1, 1, "a"]]);
    history.append(2, "b");
    await history.flush();
    expect(await history.range(0)).to.have.length(2);
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.match(/^The history cannot be written \(\w+\); it goes on in memory/);
  });

  it("goes on in memory when the disk is full, or nothing is to be kept", async () => {
    class Full extends HistoryFile {
      override async append(): Promise<void> {
        throw Object.assign(new Error("no space"), { code: "ENOSPC" });
      }
    }
    const full = start(new Full(folder));
    for (let line = 1; line <= 100; line++) full.append(line, "a");
    expect(await full.tail(200)).to.have.length(100);
    expect(warnings).to.have.length(1);
    const nowhere = new History({ folder: undefined, warn: (message) => warnings.push(message) });
    nowhere.append(1, "a");
    expect(await nowhere.tail()).to.deep.equal([[1, 1, "a"]]);
    await nowhere.close();
    expect(fs.existsSync(folder)).to.equal(false);
  });

  it("passes over torn and foreign lines", async () => {
    await session("a");
    const file = path.join(folder, "history.jsonl");
    fs.appendFileSync(file, '{"session":"torn","line":1,"inp');
    await session("b");
    fs.appendFileSync(
      file,
      '[1]\nnull\n{"session":5,"line":1,"input":"x"}\n{"line":1}\n\u0000\n{"__proto__":{}}\n{"session":"',
    );
    const history = start();
    expect(await history.tail()).to.deep.equal([
      [1, 1, "a"],
      [2, 1, "b"],
    ]);
    history.append(1, "c");
    expect((await history.tail()).map(([, , input]) => input)).to.deep.equal(["a", "b", "c"]);
  });

  it("keeps any text", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), async (input) => {
        const [record] = parseRecords(encodeRecord({ session: "s", line: 1, input }).toString("utf8"));
        expect(record).to.deep.equal({ session: "s", line: 1, input });
      }),
    );
    await session("a\n  b\u2028c");
    expect((await start().tail())[0]![2]).to.equal("a\n  b\u2028c");
  });

  it("sees what other kernels add, and numbers all sessions alike", async () => {
    const [one, two] = [start(), start()];
    one.append(1, "one");
    await one.flush();
    two.append(1, "two");
    await two.flush();
    one.append(2, "one again");
    expect(await one.tail()).to.deep.equal([
      [2, 1, "two"],
      [1, 1, "one"],
      [1, 2, "one again"],
    ]);
    expect(await two.tail()).to.deep.equal([
      [1, 1, "one"],
      [1, 2, "one again"],
      [2, 1, "two"],
    ]);
    expect(await two.range(-1)).to.deep.equal([
      [1, 1, "one"],
      [1, 2, "one again"],
    ]);
  });

  it("stays bounded, and goes on counting sessions", async () => {
    for (let i = 1; i <= 20; i++) {
      const history = start(new HistoryFile(folder, 500));
      history.append(1, `cell ${i} ${"x".repeat(100)}`);
      await history.close();
    }
    expect(text().length + text("history.1.jsonl").length).to.be.below(1500);
    const tail = await start(new HistoryFile(folder, 500)).tail(100);
    expect(tail.length).to.be.within(2, 8);
    for (const [session, , input] of tail) expect(input).to.match(new RegExp(`^cell ${session} `));
    expect(tail.at(-1)![0]).to.equal(20);
    expect(fs.readdirSync(folder)).to.have.members(["history.jsonl", "history.1.jsonl"]);
  });

  it("keeps its own cells when others' rotations remove them, and reads on after a rotation", async () => {
    const file = new HistoryFile(folder, 500);
    const history = start(file);
    history.append(1, "mine");
    await history.flush();
    for (let i = 0; i < 10; i++) {
      const other = start(new HistoryFile(folder, 500));
      other.append(1, "x".repeat(200));
      await other.close();
      expect((await history.tail(1))[0]![2]).to.equal("mine");
    }
    expect(await history.range(0)).to.deep.equal([[0, 1, "mine"]]);
    expect((await history.tail(2))[0]![2]).to.equal("x".repeat(200));
  });

  it("takes a lock that a killed kernel left", async () => {
    await session("x".repeat(600));
    const lock = path.join(folder, "rotation.lock");
    fs.writeFileSync(lock, "");
    const file = new HistoryFile(folder, 500);
    await file.rotate();
    expect(fs.existsSync(path.join(folder, "history.1.jsonl")), "a lock that is held").to.equal(false);
    const old = new Date(Date.now() - 60_000);
    fs.utimesSync(lock, old, old);
    await file.rotate();
    expect(fs.existsSync(path.join(folder, "history.1.jsonl"))).to.equal(true);
    expect(fs.existsSync(lock)).to.equal(false);
  });

  it("keeps what is too large in memory only", async () => {
    const history = start();
    history.append(1, "x".repeat(2 ** 20 + 1));
    history.append(2, "small");
    await history.flush();
    expect(text().length).to.be.below(1000);
    expect(await history.tail()).to.have.length(2);
  });

  it("is written by several kernels at once without loss", async () => {
    await Promise.all(
      Array.from({ length: 4 }, () => run(process.execPath, [APPENDER, folder, String(2 ** 20), "300"])),
    );
    const found = await start().search();
    expect(found).to.have.length(1200);
    for (const [, line, input] of found) expect(input).to.match(new RegExp(`^\\d+ ${line}$`));
    expect(new Set(found.map(([session]) => session))).to.deep.equal(new Set([1, 2, 3, 4]));
  });

  it("rotates once when several kernels fill it", async () => {
    await Promise.all(Array.from({ length: 4 }, () => run(process.execPath, [APPENDER, folder, "30000", "600"])));
    const file = new HistoryFile(folder);
    const records = (await file.read()).filter((record) => "input" in record);
    // A rotation drops a whole file, never a part of one: what is left are at least the last 30,000 bytes.
    expect(records.length * 60).to.be.above(20_000);
    expect(text().length).to.be.above(0);
  });

  it("is written when the process exits at once", async () => {
    await run(process.execPath, [APPENDER, folder, String(2 ** 20), "50", "exit"]);
    expect(await start().tail(100)).to.have.length(50);
  });

  it("does not make a request wait for a disk that hangs", async () => {
    class Hanging extends HistoryFile {
      override append(): Promise<void> {
        return new Promise(() => {});
      }

      override appendSync(): void {}
    }
    const history = new History({ folder, warn: () => {}, file: new Hanging(folder) });
    history.append(1, "a");
    const answer = await Promise.race([history.tail(), delay(30_000, undefined, { ref: false })]);
    expect(answer).to.deep.equal([[1, 1, "a"]]);
  });

  it("matches patterns as a regular expression would", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "*", "?", "\n", "😀", "[") });
    fc.assert(
      fc.property(letters, letters, (pattern, text) => {
        const source = [...pattern].map((c) => (c === "*" ? ".*" : c === "?" ? "." : c.replace("[", "\\[")));
        expect(matchesGlob(pattern, text)).to.equal(new RegExp(`^${source.join("")}$`, "su").test(text));
      }),
      { numRuns: 2000 },
    );
    expect(matchesGlob(`${"*a".repeat(50)}b`, "a".repeat(10_000))).to.equal(false);
  });

  it("is kept where the environment says", () => {
    expect(historyFolder({ ESPALIER_HISTORY: "" })).to.equal(undefined);
    expect(historyFolder({ ESPALIER_HISTORY: "/h", XDG_DATA_HOME: "/d" })).to.equal("/h");
    expect(historyFolder({ XDG_DATA_HOME: "/d" })).to.equal("/d/espalier/history");
    const home = path.join(os.homedir(), ".local/share/espalier/history");
    expect(historyFolder({})).to.equal(home);
    expect(historyFolder({ XDG_DATA_HOME: "relative" })).to.equal(home);
  });
});
