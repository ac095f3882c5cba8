import { expect } from "chai";
import type { JsonObject } from "../../../kernel/src/wire/index.js";
import { CODE, closeDebuggers, MAP, setUp } from "./mockedDebugger.js";

interface Told {
  readonly line: number;
  readonly verified: boolean;
  readonly message?: string;
}

const cell = (number: number, code = CODE) => ({ code, label: `Cell In[${number}]`, sourceMap: MAP });
const toldIn = (body: JsonObject | undefined) => (body as { breakpoints: Told[] }).breakpoints;

/** An attached debugger, with what tests of breakpoints ask of it. */
async function attach() {
  const made = setUp();
  const { ask, language, client } = made;
  await ask("attach");
  const dump = async (code = CODE) => (await ask("dumpCell", { code })).body!["sourcePath"] as string;
  const set = (path: string, breakpoints: JsonObject[]) => ask("setBreakpoints", { source: { path }, breakpoints });
  /** Lines that `debugInfo` tells of, by source. */
  const known = async () => {
    const { breakpoints } = (await ask("debugInfo")).body as { breakpoints: { source: string; breakpoints: Told[] }[] };
    return Object.fromEntries(
      breakpoints.map(({ source, breakpoints: list }) => [source, list.map(({ line }) => line)]),
    );
  };
  /** Holds the answers of the language back. @returns lets them go. */
  const hold = () => {
    const { breakpointLines } = language;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    language.breakpointLines = (code) => held.then(() => breakpointLines(code));
    return release;
  };
  /** A file is loaded and about to run. */
  const load = async (url: string, mappings = "AAAA;AACA;AACA") => {
    const map = Buffer.from(JSON.stringify({ version: 3, sources: ["x.ts"], names: [], mappings })).toString("base64");
    client.emit("Debugger.scriptParsed", { url, sourceMapURL: `data:application/json;base64,${map}` });
    client.pause({ reason: "instrumentation", data: { url } });
    await until(() => client.paused === undefined);
  };
  return { ...made, dump, set, known, hold, load };
}

async function until(isReached: () => boolean): Promise<void> {
  while (!isReached()) await new Promise((resolve) => setImmediate(resolve));
}

describe("Breakpoints of the debugger", () => {
  afterEach(closeDebuggers);

  it("are told of while they are replaced, or a front end would forget them", async () => {
    const { dump, set, known, hold } = await attach();
    const path = await dump();
    await set(path, [{ line: 1 }]);
    const release = hold();
    const setting = set(path, [{ line: 1 }, { line: 3 }]);
    const told = known();
    release();
    await setting;
    expect(await told).to.deep.equal({ [path]: [1, 3] });
  });

  it("stop a cell that starts while they are being set, and are bound in it once", async () => {
    const { dump, set, hold, opened, bound } = await attach();
    const path = await dump();
    const release = hold();
    const setting = set(path, [{ line: 2 }]);
    const announced = opened.announce(cell(1)).then(() => expect(bound.size, "bound when the cell runs").to.equal(1));
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    release();
    await announced;
    expect([...bound.values()]).to.deep.equal([{ url: "Cell In[1]", line: 1 }]);
    expect(toldIn((await setting).body)).to.have.length(1);
    expect(toldIn((await setting).body)[0]).to.include({ verified: true, line: 2 });
  });

  it("stop the next run too, where the inspector has refused them in one", async () => {
    const { dump, set, opened, client, bound, events } = await attach();
    await set(await dump(), [{ line: 2 }]);
    const answer = client.answers.get("Debugger.setBreakpointByUrl")!;
    client.answers.set("Debugger.setBreakpointByUrl", () => {
      throw new Error("Not now.");
    });
    await opened.announce(cell(1));
    expect(events.at(-1)).to.deep.include({ event: "breakpoint" });
    client.answers.set("Debugger.setBreakpointByUrl", answer);
    await opened.announce(cell(2));
    expect([...bound.values()]).to.deep.equal([{ url: "Cell In[2]", line: 1 }]);
    const { breakpoint } = events.at(-1)!["body"] as { breakpoint: Told };
    expect(breakpoint).to.include({ verified: true, line: 2 });
    expect(breakpoint).not.to.have.property("message");
  });

  it("are one where several lines mean one statement, and stop when either means to", async () => {
    const { dump, set, known, opened, bound } = await attach();
    const code = "// first\n// second\nthree();";
    const path = await dump(code);
    const { body } = await set(path, [{ line: 1 }, { line: 3 }]);
    expect(toldIn(body).map(({ line, verified }) => [line, verified])).to.deep.equal([
      [3, true],
      [3, true],
    ]);
    expect(await known()).to.deep.equal({ [path]: [3] });
    await opened.announce(cell(1, code));
    expect([...bound.values()]).to.deep.equal([{ url: "Cell In[1]", line: 2 }]);
    await set(path, [{ line: 1, hitCondition: "2" }, { line: 3 }]);
    const [only] = [...bound.values()];
    expect(only?.condition).to.match(/^\[.*hit\("\d+"\) === 2.*, true\]\.some\(Boolean\)$/);
  });

  it("wait for the first run of a cell whose text nobody has sent", async () => {
    const { ask, set, known, opened, bound, events } = await attach();
    const { body } = await ask("debugInfo");
    const { sourcePath } = (await ask("dumpCell", { code: "" })).body as { sourcePath: string };
    expect(sourcePath).to.match(new RegExp(`^${body!["tmpFilePrefix"]}`));
    const code = "// first\ntwo();\nthree();";
    // What murmur2 says of this text.
    const path = (await setUp().ask("dumpCell", { code })).body!["sourcePath"] as string;
    const here = `${body!["tmpFilePrefix"]}${path.split("/").at(-1)}`;
    const told = toldIn((await set(here, [{ line: 1 }])).body);
    expect(told[0]).to.include({ verified: false, message: "The cell has not run yet." });
    expect(await known()).to.deep.equal({ [here]: [1] });
    await opened.announce(cell(1, code));
    expect([...bound.values()]).to.deep.equal([{ url: "Cell In[1]", line: 1 }]);
    expect(events.at(-1)!["body"]).to.deep.include({ reason: "changed" });
    expect(await known()).to.deep.equal({ [here]: [2] });
  });

  it("of cells of the kernel before its restart are refused, and not told of", async () => {
    const { dump, set, known } = await attach();
    const path = await dump();
    await set(path, [{ line: 1 }]);
    const refused = await set(path.replace(/ipykernel_\d+-/, "ipykernel_1-"), [{ line: 1 }]);
    expect(refused.success).to.equal(false);
    expect(refused.message).to.include("dump it again");
    expect(await known()).to.deep.equal({ [path]: [1] });
  });

  it("stay when the new ones cannot be set", async () => {
    const { dump, set, known, opened, bound, language } = await attach();
    const path = await dump();
    await opened.announce(cell(1));
    await set(path, [{ line: 1 }]);
    language.breakpointLines = async () => {
      throw new Error("The language's thread has ended.");
    };
    const refused = await set(path, [{ line: 2 }]);
    expect(refused).to.include({ success: false, message: "The language's thread has ended." });
    expect(await known()).to.deep.equal({ [path]: [1] });
    expect([...bound.values()]).to.deep.equal([{ url: "Cell In[1]", line: 0 }]);
  });

  it("of one source are left alone by those of another, also when both are set at once", async () => {
    const { dump, set, known, opened, bound } = await attach();
    const other = `${CODE}\n// other`;
    const [path, otherPath] = [await dump(), await dump(other)];
    await Promise.all([
      set(path, [{ line: 1 }]),
      set(otherPath, [{ line: 2 }]),
      opened.announce(cell(1)),
      set(path, [{ line: 1 }, { line: 3 }]),
      opened.announce(cell(2, other)),
      set(otherPath, [{ line: 3 }]),
    ]);
    expect(await known()).to.deep.equal({ [path]: [1, 3], [otherPath]: [3] });
    expect([...bound.values()]).to.deep.equal([
      { url: "Cell In[1]", line: 0 },
      { url: "Cell In[1]", line: 2 },
      { url: "Cell In[2]", line: 2 },
    ]);
    await set(path, []);
    expect(await known()).to.deep.equal({ [otherPath]: [3] });
  });

  it("move in a file that is loaded again with other lines", async () => {
    const { set, load, bound, known } = await attach();
    const path = "/nowhere/local.ts";
    await set(path, [{ line: 2 }]);
    await load(`file://${path}`);
    expect([...bound.values()]).to.deep.equal([{ url: `file://${path}`, line: 1 }]);
    await load(`file://${path}`, ";;AAAA;AACA");
    expect([...bound.values()]).to.deep.equal([{ url: `file://${path}`, line: 3 }]);
    expect(await known()).to.deep.equal({ [path]: [2] });
    await set(path, []);
    expect([...bound.values()]).to.deep.equal([]);
  });
});
