import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { inFolder, loadScript } from "./scripts.js";

interface Notebook {
  cells: { cell_type: string; source: string | string[]; outputs?: unknown[] }[];
  metadata: Record<string, unknown>;
}
interface CopyModule {
  findCopy(folder: string, name: string, source: Notebook): string | null;
  keepCopy(folder: string, name: string, notebook: Notebook): string;
}

const source: Notebook = {
  cells: [
    { cell_type: "markdown", source: ["# Title\n", "text"] },
    { cell_type: "code", source: "1 + 1", outputs: [] },
  ],
  metadata: { kernelspec: { name: "espalier" } },
};
const executed: Notebook = {
  ...source,
  cells: [source.cells[0]!, { ...source.cells[1]!, outputs: [{ output_type: "execute_result" }] }],
};

describe("scripts/start: the user's copy of the quickstart", () => {
  let script: CopyModule;
  before(async () => {
    script = await loadScript<CopyModule>("../start/copy.mjs");
  });

  const change = (path: string, edit: (notebook: Notebook) => void) => {
    const notebook = JSON.parse(readFileSync(path, "utf8")) as Notebook;
    edit(notebook);
    writeFileSync(path, JSON.stringify(notebook));
    return readFileSync(path, "utf8");
  };

  it("is found again while it is unchanged, also after a front end has saved it", () =>
    inFolder(async (folder) => {
      expect(script.findCopy(folder, "quick", source)).to.equal(null);
      const path = script.keepCopy(folder, "quick", executed);
      expect(path).to.equal(join(folder, "quick.ipynb"));
      expect(readdirSync(folder)).to.deep.equal(["quick.ipynb"]);
      expect(script.findCopy(folder, "quick", source)).to.equal(path);
      change(path, (notebook) => {
        notebook.metadata["language_info"] = { name: "typescript" };
        notebook.cells[0]!.source = "# Title\ntext";
      });
      expect(script.findCopy(folder, "quick", source)).to.equal(path);
    }));

  it("is never written over once it is changed: another name is taken", () =>
    inFolder(async (folder) => {
      const first = script.keepCopy(folder, "quick", executed);
      const mine = change(first, (notebook) => {
        notebook.cells[1]!.source = "2 + 2";
      });
      expect(script.findCopy(folder, "quick", source)).to.equal(null);
      const second = script.keepCopy(folder, "quick", executed);
      expect(second).to.equal(join(folder, "quick-2.ipynb"));
      expect(readFileSync(first, "utf8")).to.equal(mine);
      expect(script.findCopy(folder, "quick", source)).to.equal(second);
      writeFileSync(second, "not a notebook");
      expect(script.findCopy(folder, "quick", source)).to.equal(null);
      expect(script.keepCopy(folder, "quick", executed)).to.equal(join(folder, "quick-3.ipynb"));
      expect(readFileSync(second, "utf8")).to.equal("not a notebook");
    }));

  it("is made anew when the notebook of the checkout is another", () =>
    inFolder(async (folder) => {
      script.keepCopy(folder, "quick", executed);
      const newer = { ...source, cells: [...source.cells, { cell_type: "code", source: "3", outputs: [] }] };
      expect(script.findCopy(folder, "quick", newer)).to.equal(null);
    }));

  it("gives Jupyter nothing of the user's Jupyter, and the Node that runs this first", async () => {
    const { jupyterEnvironment } = await loadScript<{
      jupyterEnvironment(root: string, cache: string, env: Record<string, string>): Record<string, string>;
    }>("../start/environment.mjs");
    const env = jupyterEnvironment("/checkout", "/cache", { PATH: "/usr/bin" });
    expect(env["JUPYTER_PATH"]).to.equal(join("/checkout", "share", "jupyter"));
    for (const name of ["CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR"]) expect(env[`JUPYTER_${name}`]).to.match(/^.cache/);
    expect(env["PATH"]!.startsWith(join(process.execPath, ".."))).to.equal(true);
  });
});
