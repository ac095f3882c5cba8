import { stripVTControlCharacters } from "node:util";
import { expect } from "chai";
import { KernelProcess, type Output, textOf } from "../kernelProcess.js";

function typesOf(outputs: readonly Output[]): readonly string[] {
  return outputs.map(({ type }) => type);
}

describe("kernel: execution", () => {
  let kernel: KernelProcess;

  before(async () => {
    kernel = await KernelProcess.start();
  });
  after(() => kernel.shutdown());

  it("says what it runs, gives the result of the last expression, and counts", async () => {
    const first = await kernel.execute("const a: number = 20;\na * 2 + 2");
    expect(typesOf(first.outputs)).to.deep.equal(["execute_input", "execute_result"]);
    expect(first.outputs[0]!.content).to.deep.equal({ code: "const a: number = 20;\na * 2 + 2", execution_count: 1 });
    expect(first.outputs[1]!.content).to.deep.equal({ data: { "text/plain": "42" }, metadata: {}, execution_count: 1 });
    expect(first.reply).to.deep.include({ status: "ok", execution_count: 1, payload: [], user_expressions: {} });
    const { reply, outputs } = await kernel.execute("let b = 1");
    expect(reply).to.include({ status: "ok", execution_count: 2 });
    expect(typesOf(outputs)).to.deep.equal(["execute_input"]);
  });

  it("shows null and promises as results, undefined and what display gives not", async () => {
    expect(textOf((await kernel.execute("null")).outputs)).to.equal("null");
    expect(textOf((await kernel.execute("undefined")).outputs)).to.equal("");
    expect(textOf((await kernel.execute("Promise.resolve({ a: 1 })")).outputs)).to.equal("Promise { { a: 1 } }");
    const { outputs } = await kernel.execute("display([1])");
    expect(typesOf(outputs)).to.deep.equal(["execute_input", "display_data"]);
    expect(textOf((await kernel.execute("await Promise.resolve(7)")).outputs)).to.equal("7");
  });

  it("keeps silent cells out of outputs, history and count, and runs them", async () => {
    const before = (await kernel.execute("0")).reply;
    const silent = await kernel.execute("globalThis.silently = 5; console.log('x'); display(1); 3", { silent: true });
    expect(silent.outputs).to.deep.equal([]);
    const after = (await kernel.execute("silently")).reply;
    expect(after).to.have.property("status", "error");
    const read = await kernel.execute("(globalThis as any).silently");
    expect(textOf(read.outputs)).to.equal("5");
    expect((after as { execution_count: number }).execution_count).to.equal(
      (before as { execution_count: number }).execution_count + 1,
    );
  });

  it("neither stores nor counts a cell that is not to be stored", async () => {
    const { reply } = await kernel.execute("'unstored'", { storeHistory: false });
    const next = await kernel.execute("1");
    expect(next.reply).to.have.property("execution_count", (reply as { execution_count: number }).execution_count);
    const { reply: history } = await kernel.request<"history_reply">("shell", "history_request", {
      ...{ hist_access_type: "search", pattern: "*unstored*", output: false, raw: true },
    });
    expect(history).to.deep.equal({ status: "ok", history: [] });
  });

  it("evaluates user expressions, each with its own outcome", async () => {
    const userExpressions = { sum: "a + 1", broken: "a +", thrown: "(() => { throw new RangeError('no') })()" };
    const { reply } = await kernel.execute("1", { userExpressions });
    const { user_expressions: results } = reply as { user_expressions: Record<string, Record<string, unknown>> };
    expect(results["sum"]).to.deep.equal({ status: "ok", data: { "text/plain": "21" }, metadata: {} });
    expect(results["broken"]).to.include({ status: "error", ename: "SyntaxError" });
    expect(results["thrown"]).to.include({ status: "error", ename: "RangeError", evalue: "no" });
  });

  it("runs an empty cell, and one of blanks and comments", async () => {
    for (const code of ["", " \n\t", "// nothing", "/* nothing */"])
      expect((await kernel.execute(code)).reply).to.have.property("status", "ok");
  });

  it("publishes errors with name, message and a traceback in the cell's own lines", async () => {
    await kernel.execute("function fail(): never {\n  throw new TypeError('in fail');\n}");
    const { reply, outputs } = await kernel.execute("// a comment\n\nfail()");
    expect(reply).to.deep.include({ status: "error", ename: "TypeError", evalue: "in fail" });
    const error = outputs.at(-1)!;
    expect(error.type).to.equal("error");
    const text = stripVTControlCharacters(textOf([error]));
    expect(text).to.match(/at fail \(Cell In\[\d+\], line 2, column 9\)/);
    expect(text).to.match(/at Cell In\[\d+\], line 3, column/);
    expect(text).to.include("throw new TypeError('in fail');");
    expect(text).not.to.include("node:internal");
    expect(text).not.to.include("\u01c3");
  });

  it("shows type errors with the place underlined, and does not run the cell", async () => {
    const { reply, outputs } = await kernel.execute("console.log('ran');\nconst wrong: number = 'text';");
    expect(reply).to.deep.include({ status: "error", ename: "TypeScriptError" });
    const text = stripVTControlCharacters(textOf(outputs));
    expect(text).to.include("Type 'string' is not assignable to type 'number'.");
    expect(text).to.match(/\n2 const wrong: number = 'text';\n\s+~~~~~/);
    expect(text).not.to.include("ran");
  });

  it("runs cells with type errors where that is set, and shows them all the same", async () => {
    await kernel.execute('import { settings } from "@espalier/kernel"; settings.typeErrors = "show";');
    const shown = await kernel.execute("const s: number = 'text'; s");
    expect(shown.reply).to.have.property("status", "ok");
    expect(textOf(shown.outputs)).to.include("'text'").and.to.include("TS2322");
    await kernel.execute('settings.typeErrors = "off"');
    expect(textOf((await kernel.execute("const t: number = 'text'; t")).outputs)).to.equal("'text'");
    await kernel.execute('settings.typeErrors = "block"');
  });

  it("aborts what is queued behind a failing cell, unless it is told not to", async () => {
    const cells = ["await new Promise((r) => setTimeout(r, 50)); throw 1", "console.log(2)", "3"];
    const replies = await Promise.all(cells.map((code) => kernel.execute(code)));
    expect(replies.map(({ reply }) => (reply as { status: string }).status)).to.deep.equal([
      "error",
      "aborted",
      "aborted",
    ]);
    expect(replies.slice(1).flatMap(({ outputs }) => outputs)).to.deep.equal([]);
    const kept = await Promise.all(cells.map((code) => kernel.execute(code, { stopOnError: false })));
    expect(kept.map(({ reply }) => (reply as { status: string }).status)).to.deep.equal(["error", "ok", "ok"]);
  });

  it("runs what is sent after the answer of a failing cell", async () => {
    for (let i = 0; i < 20; i++) {
      await kernel.execute("throw 1");
      expect((await kernel.execute("1")).reply).to.have.property("status", "ok");
    }
  });

  it("fails the cell whose rejected promise nobody awaits, and shows one that comes later in the cell that started it", async () => {
    const now = await kernel.execute("Promise.reject(new Error('lost')); 1");
    expect(now.reply).to.deep.include({ status: "error", evalue: "lost" });
    const later = await kernel.execute("setTimeout(() => Promise.reject(new Error('late')), 30); 5");
    expect(later.reply).to.have.property("status", "ok");
    await kernel.execute("await new Promise((r) => setTimeout(r, 80))");
    const id = kernel.published.find(
      (one) => one.type === "execute_input" && one.content.code.includes("'late'"),
    )!.parent;
    const error = kernel.published.find((one) => one.type === "error" && one.content.evalue === "late")!;
    expect(error.parent).to.equal(id);
  });

  it("lets output of timers and promises land in the cell that started them", async () => {
    await kernel.execute(
      "setTimeout(() => { console.log('from timer'); display('shown'); }, 30);\nvoid Promise.resolve().then(() => console.log('soon'));",
    );
    await kernel.execute("await new Promise((r) => setTimeout(r, 100)); console.log('second')");
    const parentOf = (part: string) =>
      kernel.published.find((one) => one.type === "execute_input" && one.content.code.includes(part))!.parent;
    const printed = kernel.published.filter((one) => one.type === "stream");
    const find = (text: string) => printed.find(({ content }) => content.text.includes(text))!.parent;
    expect(find("from timer")).to.equal(parentOf("setTimeout(() => { console.log"));
    expect(find("soon")).to.equal(parentOf("setTimeout(() => { console.log"));
    expect(find("second")).to.equal(parentOf("'second'"));
  });

  it("answers kernel_info, connect, history and completeness", async () => {
    const info = (await kernel.request<"kernel_info_reply">("shell", "kernel_info_request")).reply;
    expect(info).to.deep.include({ status: "ok", implementation: "espalier", protocol_version: "5.5" });
    expect((info as { language_info: object }).language_info).to.include({ name: "typescript", file_extension: ".ts" });
    const { reply: ports } = await kernel.request<"connect_reply">("shell", "connect_request");
    expect(ports).to.deep.equal({ shell_port: 1, control_port: 2, iopub_port: 3, stdin_port: 4, hb_port: 5 });
    const { reply: tail } = await kernel.request<"history_reply">("shell", "history_request", {
      ...{ hist_access_type: "tail", n: 1, output: true, raw: true },
    });
    expect((tail as unknown as { history: unknown[][] }).history[0]![2]).to.be.an("array");
    const complete = (code: string) => kernel.request<"is_complete_reply">("shell", "is_complete_request", { code });
    expect((await complete("1 + 1")).reply).to.deep.equal({ status: "complete" });
    expect((await complete("if (true) {")).reply).to.deep.equal({ status: "incomplete", indent: "  " });
    expect((await complete("a b")).reply).to.deep.equal({ status: "invalid" });
  });

  it("puts a value into the pager of those who have one", async () => {
    const { reply } = await kernel.execute('import { page } from "@espalier/kernel"; await page("About it.")');
    expect((reply as { payload: unknown }).payload).to.deep.equal([
      { source: "page", data: { "text/plain": "'About it.'" }, start: 0 },
    ]);
  });

  it("updates displays and clears output", async () => {
    const { outputs } = await kernel.execute(
      'import { clearOutput } from "@espalier/kernel"; const shown = display("one"); shown.update("two"); clearOutput(true);',
    );
    expect(typesOf(outputs)).to.deep.equal(["execute_input", "display_data", "update_display_data", "clear_output"]);
    const [, first, second] = outputs as unknown as { content: { transient: { display_id: string } } }[];
    expect(second!.content.transient).to.deep.equal(first!.content.transient);
  });

  it("runs notebooks that were written for tslab", async () => {
    const { outputs } = await kernel.execute(
      'import * as tslab from "tslab";\ntslab.display.html("<b>bold</b>");\nconst d = tslab.newDisplay(); d.text("x"); d.text("y");',
    );
    expect(typesOf(outputs)).to.deep.equal(["execute_input", "display_data", "display_data", "update_display_data"]);
    expect((outputs[1]!.content as { data: unknown }).data).to.have.property("text/html", "<b>bold</b>");
  });
});
