import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { DebugClient } from "./debugClient.js";

describe("Breakpoints of the debugger, with a kernel", function () {
  this.timeout(60_000);
  let client: DebugClient;

  beforeEach(async () => {
    client = await DebugClient.start();
    await client.attach();
  });

  afterEach(() => client.close());

  it("stops in a function of an earlier cell that a later one calls, at the breakpoints of both", async () => {
    const library = "function half(n: number): number {\n  const result = n / 2;\n  return result;\n}";
    await client.execute(library);
    const { sourcePath: libraryPath } = await client.breakAt(library, [{ line: 2 }]);
    const code = "const six = 6;\nconst three = half(six);\nthree";
    const { sourcePath } = await client.breakAt(code, [{ line: 2 }]);
    const ended = client.execute(code);
    const places = [];
    for (let stop = 0; stop < 2; stop++) {
      const { frames } = await client.stopped();
      places.push(frames.map(({ line, source }) => [source.path, line]));
      await client.debug("continue", { threadId: 1 });
    }
    expect(places).to.deep.equal([
      [[sourcePath, 2]],
      [
        [libraryPath, 2],
        [sourcePath, 2],
      ],
    ]);
    expect(await ended).to.include({ status: "ok" });
    expect(await client.result()).to.equal("3");
  });

  it("stops a cell whose breakpoints are still being set when it is run", async () => {
    for (let run = 0; run < 3; run++) {
      const code = `let turn = ${run};\nturn += 1;\nturn`;
      const { sourcePath } = await client.debug("dumpCell", { code });
      const set = client.request("setBreakpoints", { source: { path: sourcePath }, breakpoints: [{ line: 2 }] });
      const ended = client.execute(code);
      expect((await set)["body"].breakpoints[0]).to.include({ verified: true, line: 2 });
      expect((await client.stopped()).frames[0]).to.include({ line: 2 });
      await client.debug("continue", { threadId: 1 });
      await ended;
    }
  });

  it("stops where the condition holds, counts hits, and logs", async () => {
    const code = "let sum = 0;\nfor (let i = 0; i < 100; i++) {\n  sum += i;\n}\nsum";
    const { breakpoints } = await client.breakAt(code, [{ line: 3, condition: "i === 7 && sum > (1 as number)" }]);
    expect(breakpoints[0]).to.include({ verified: true });
    let ended = client.execute(code);
    const { frames } = await client.stopped();
    expect(await client.scope(frames[0]!, "Locals")).to.deep.equal({ i: "7", sum: "21" });
    await client.debug("continue");
    await ended;
    await client.breakAt(code, [{ line: 3, hitCondition: "% 60" }]);
    ended = client.execute(code);
    expect(await client.scope((await client.stopped()).frames[0]!, "Locals")).to.include({ i: "59" });
    await client.debug("continue");
    await ended;
    await client.breakAt(code, [{ line: 3, condition: "i === 3", logMessage: "i is {i}, `sum` {sum}" }]);
    await client.execute(code);
    expect(await client.printed()).to.equal("i is 3, `sum` 3\n");
    const wrong = await client.breakAt(code, [
      { line: 3, condition: "i ===" },
      { line: 99 },
      { line: 1, hitCondition: "often" },
    ]);
    expect(wrong["breakpoints"].map((each: { verified: boolean }) => each.verified)).to.deep.equal([
      false,
      false,
      false,
    ]);
    expect(await client.execute(code)).to.include({ status: "ok" });
  });

  it("stops in a function that a timer calls, in a cell that ran before, and in its edited successor", async () => {
    const code = "function tick(n: number) {\n  return n + 1;\n}";
    await client.execute(code);
    const { sourcePath } = await client.breakAt(code, [{ line: 2 }]);
    await client.execute("setTimeout(() => tick(5), 10);");
    const late = await client.stopped();
    expect(late.frames.map(({ name, line }) => [name, line])).to.deep.equal([
      ["tick", 2],
      ["(anonymous)", 1],
    ]);
    expect(late.frames[0]!["source"].path).to.equal(sourcePath);
    await client.debug("continue");
    const again = client.execute(`${code}`);
    expect(await again).to.include({ status: "ok" });
    const ended = client.execute("tick(6)");
    const { frames } = await client.stopped();
    expect(frames[0]!["source"].name).to.equal("Cell In[3]");
    await client.debug("continue");
    await ended;
    const edited = `// edited\n${code}`;
    await client.breakAt(edited, [{ line: 3 }]);
    await client.execute(edited);
    const last = client.execute("tick(7)");
    expect((await client.stopped()).frames[0]).to.include({ line: 3 });
    await client.debug("continue");
    await last;
  });

  it("stops in a local TypeScript file, also in the code that runs when it is loaded", async () => {
    const file = path.join(client.folder, "local.ts");
    fs.writeFileSync(
      file,
      "interface A { a: number }\nconst base: number = 5;\nexport function add(a: number): number {\n  return a + base;\n}\n",
    );
    const set = await client.debug("setBreakpoints", {
      source: { path: file },
      breakpoints: [{ line: 2 }, { line: 4 }],
    });
    expect(set["breakpoints"].map(({ verified }: { verified: boolean }) => verified)).to.deep.equal([false, false]);
    await client.execute("let base = 'of the notebook';");
    const ended = client.execute('import { add } from "./local.ts"; add(1)');
    expect((await client.stopped()).frames[0]).to.deep.include({ line: 2, source: { name: "local.ts", path: file } });
    await client.debug("continue");
    const { frames } = await client.stopped();
    expect(frames[0]).to.include({ name: "add", line: 4 });
    expect(await client.scope(frames[0]!, "Locals")).to.deep.equal({ a: "1" });
    const evaluate = async (expression: string) =>
      (await client.debug("evaluate", { expression, frameId: frames[0]!["id"] }))["result"];
    expect(await evaluate("base + a")).to.equal("6");
    expect((await client.debug("source", { source: { path: file } }))["content"]).to.contain("export function add");
    await client.debug("continue");
    await ended;
    expect(await client.result()).to.equal("6");
  });
});
