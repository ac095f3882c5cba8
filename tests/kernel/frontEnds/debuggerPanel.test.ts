import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { DebuggerPanel } from "../../browser/debuggerPanel.js";
import { type LabServer, type NotebookPage, startLab } from "../../browser/lab.js";

const CELLS = [
  "function double(value: number): number {\n  const result = value * 2;\n  return result;\n}\nconst four = double(2);\nconst five = four + 1;\nfive",
  "const total = double(four);\nconst next = total + 1;\nnext",
  'import { greet } from "./greeting";\nimport { shout } from "shout";\nshout(greet("Ada"))',
  "function fail(): never {\n  throw new RangeError('far off');\n}\nfail();",
];

describe("JupyterLab's debugger panel on the kernel", function () {
  this.timeout(180_000);
  let lab: LabServer;
  let panel: DebuggerPanel;
  let notebook: NotebookPage;
  before(async function () {
    lab = await startLab(this);
    lab.writeNotebook("debugged.ipynb", CELLS);
    const files = {
      "greeting.ts": "export function greet(name: string): string {\n  return 'Hello '.concat(name);\n}\n",
      "node_modules/shout/package.json": '{ "name": "shout", "main": "main.js" }',
      "node_modules/shout/main.js": "exports.shout = (text) => text.toUpperCase();\n",
    };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(lab.folder, name)), { recursive: true });
      writeFileSync(join(lab.folder, name), text);
    }
    panel = await DebuggerPanel.open(lab, "debugged.ipynb");
    notebook = panel.notebook;
  });
  after(async () => {
    await notebook?.close();
  });

  it("stops at a breakpoint that was set by a click, and names the cell in the call stack", async () => {
    await panel.toggleBreakpoint(0, 2);
    expect(await panel.breakpoints()).to.deep.equal(["Cell [ ] 2"]);
    await notebook.start(0);
    await panel.stoppedAt(/^double\s*Cell \[.\]:2$/);
    const [, caller] = await panel.callStack();
    expect(caller).to.match(/^Cell In\[1\] Cell \[.\]:5$/);
    await panel.shows(/value\s*2/);
  });

  it("steps over a line and out of the function, and goes on to the cell's end", async () => {
    await panel.press("next");
    await panel.stoppedAt(/^double.*:3$/);
    await panel.shows(/result\s*4/);
    await panel.press("stepOut");
    await panel.stoppedAt(/^Cell In\[1\].*:[56]$/);
    await panel.press("continue");
    await notebook.ended(0);
    expect(await notebook.text(0)).to.equal("5");
  });

  it("shows the notebook's variables while nothing runs", async () => {
    await panel.shows(/four\s*4/);
  });

  it("keeps the breakpoints of an earlier cell beside those of a later one, and steps in", async () => {
    await panel.toggleBreakpoint(1, 1);
    expect((await panel.breakpoints()).sort()).to.deep.equal(["Cell [ ] 1", "Cell [1] 2"]);
    await notebook.start(1);
    await panel.stoppedAt(/^Cell In\[2\]\s*Cell \[.\]:1$/);
    await panel.press("stepIn");
    await panel.stoppedAt(/^double\s*Cell \[1\]:2$/);
    await panel.press("continue");
    await notebook.ended(1);
    expect(await notebook.text(1)).to.equal("9");
    await panel.toggleBreakpoint(1, 1);
    expect(await panel.breakpoints()).to.deep.equal(["Cell [1] 2"]);
  });

  it("stops at an exception that nobody catches", async () => {
    await panel.togglePauseOnUncaught();
    await notebook.start(3);
    await panel.stoppedAt(/^fail.*:2$/);
    await panel.press("continue");
    await notebook.ended(3);
    expect(await notebook.text(3)).to.include("RangeError");
    await panel.togglePauseOnUncaught();
  });

  it("goes on while the panel still reads the variables of a stop", async () => {
    await notebook.start(0);
    await panel.stoppedAt(/^double.*:2$/);
    await panel.press("continue");
    await notebook.ended(0);
    await panel.shows(/four\s*4/);
    expect(notebook.errors).to.deep.equal([]);
  });

  it("keeps the breakpoints when debugging is ended in the middle", async () => {
    await notebook.start(0);
    await panel.stoppedAt(/^double.*:2$/);
    await panel.terminate();
    await notebook.ended(0);
    expect(await notebook.text(0)).to.equal("5");
    await notebook.start(0);
    await panel.stoppedAt(/^double.*:2$/);
    await panel.press("continue");
    await notebook.ended(0);
  });

  it("works again after the kernel was restarted", async () => {
    await panel.restart();
    // JupyterLab leaves the cells their numbers.
    expect(await panel.breakpoints()).to.deep.equal(["Cell [6] 2"]);
    await notebook.start(0);
    await panel.stoppedAt(/^double.*:2$/);
    await panel.press("continue");
    await notebook.ended(0);
    expect(await notebook.text(0)).to.equal("5");
    expect(notebook.errors).to.deep.equal([]);
  });

  it("lists the modules that the notebook has loaded, and opens them to be read", async () => {
    expect(await notebook.run(2)).to.equal("'HELLO ADA'");
    await panel.source("shout/main.js").waitFor();
    await panel.source("greeting.ts").click();
    const editor = notebook.page.locator(".lm-DockPanel .jp-MainAreaWidget .cm-content", { hasText: "Hello " });
    await editor.waitFor();
    expect(await editor.getAttribute("aria-readonly")).to.equal("true");
  });
});
