import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { type ExecutedNotebook, type Jupyter, pythonFile, ROOT, startJupyter } from "./jupyter.js";

/** Runs of the notebook that talks a lot: in one kernel, and each in a kernel of its own. `ESPALIER_CHATTY_RUNS=50` for all. */
const CHATTY = { warm: Number(process.env.ESPALIER_CHATTY_RUNS ?? 8), fresh: 2 };

const read = (path: string) => JSON.parse(readFileSync(path, "utf8")) as ExecutedNotebook;
const joined = (text: string | string[] | undefined) => (Array.isArray(text) ? text.join("") : (text ?? ""));

describe("kernel with nbclient, nbconvert and papermill", function () {
  this.timeout(180_000);
  let jupyter: Jupyter;
  before(async function () {
    jupyter = await startJupyter(this);
  });
  after(() => jupyter?.dispose());

  const nbconvert = (path: string, ...more: string[]) =>
    jupyter.python(["-m", "nbconvert", "--to", "notebook", "--execute", ...more, path]);

  it("nbconvert --execute keeps what cells showed", async () => {
    const path = jupyter.notebook("good.ipynb", ["const a: number = 6;", "console.log('seven'); a * 7"]);
    const { code, errors } = await nbconvert(path, "--inplace");
    expect(code, errors).to.equal(0);
    const [stream, result] = read(path).cells[1]!.outputs!;
    expect(joined(stream!.text)).to.equal("seven\n");
    expect(joined(result!.data!["text/plain"] as string)).to.equal("42");
  });

  it("nbconvert --execute ends with an exit code and the error's name when a cell fails", async () => {
    const path = jupyter.notebook("bad.ipynb", ["1", "const u: any = undefined;\nu.foo", "console.log('never')"]);
    const { code, errors } = await nbconvert(path, "--output", "bad.out.ipynb");
    expect(code).to.not.equal(0);
    expect(errors).to.include("TypeError").and.include("u.foo").and.not.include("never");
  });

  it("nbconvert --execute --allow-errors keeps the error and goes on", async () => {
    const path = jupyter.notebook("allowed.ipynb", ["null!.foo", "'after'"]);
    const { code, errors } = await nbconvert(path, "--allow-errors", "--inplace");
    expect(code, errors).to.equal(0);
    const [failed, after] = read(path).cells;
    expect(failed!.outputs![0]!.output_type).to.equal("error");
    expect(joined(after!.outputs![0]!.data!["text/plain"] as string)).to.equal("'after'");
  });

  it("shows the same, in the same order, however often a notebook that talks a lot is run", async () => {
    const args = [pythonFile("chatty.py"), String(CHATTY.warm), String(CHATTY.fresh)];
    const { code, output, errors } = await jupyter.python(args);
    expect(code, errors).to.equal(0);
    const { runs, differences, first } = JSON.parse(output) as {
      runs: number;
      differences: unknown[];
      first: NonNullable<ExecutedNotebook["cells"][number]["outputs"]>[];
    };
    expect(runs).to.equal(CHATTY.warm + CHATTY.fresh);
    expect(differences, JSON.stringify(differences)?.slice(0, 4000)).to.deep.equal([]);
    expect(joined(first[1]![0]!.text).split("\n")).to.have.length(5001);
    const texts = first[4]!.map(({ text }) => joined(text)).join("");
    expect(texts).to.match(/^before the child\nchild 0\n(.*\n)*child 49\n$/);
    expect(joined(first[5]![0]!.text)).to.match(/^beside 0\n(.*\n)*beside 199\n$/);
  });

  it("papermill passes parameters on", async () => {
    const source = jupyter.notebook("parameters.ipynb", [
      {
        source: 'const size: number = 1; // how many\nlet title = "a";\nlet list: number[] = [];',
        tags: ["parameters"],
      },
      "JSON.stringify({ size: size + 1, title, list })",
    ]);
    const output = join(jupyter.folder, "parameters.out.ipynb");
    const parameters = ["-p", "size", "5", "-p", "title", 'b "c"\n', "-y", "list: [1, 2.5]"];
    const program = join(ROOT, "scripts", "papermill_typescript.py");
    const { code, errors } = await jupyter.python([program, source, output, ...parameters]);
    expect(code, errors).to.equal(0);
    const shown = read(output).cells.at(-1)!.outputs!.at(-1)!.data!["text/plain"];
    expect(joined(shown as string)).to.include(
      JSON.stringify({ size: 6, title: 'b "c"\n', list: [1, 2.5] }).replaceAll("\\", "\\\\"),
    );
  });

  it("runs the quickstart notebook, and tells of its cells", async () => {
    const output = join(jupyter.folder, "quickstart.ipynb");
    const source = join(ROOT, "notebooks", "10_quickstart.ipynb");
    const args = [join(ROOT, "scripts", "run_notebook.py"), source, output, jupyter.folder];
    const run = await jupyter.python(args, { ESPALIER_SMOKE: "1" });
    expect(run.code, run.output + run.errors).to.equal(0);
    const events = run.output.split("\n").filter((line) => line.startsWith("{"));
    const code = read(source).cells.filter(({ cell_type }) => cell_type === "code");
    expect(events).to.have.length(2 * code.length + 1);
    for (const cell of read(output).cells) {
      const committed = code.find(({ id }) => id === cell.id);
      const kinds = (outputs: typeof cell.outputs) =>
        outputs?.map(({ output_type, data }) => [output_type, Object.keys(data ?? {}).sort()]);
      expect(kinds(cell.outputs), cell.id).to.deep.equal(kinds(committed?.outputs));
    }
  });
});
