import { copyFileSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { type Jupyter, startJupyter } from "../kernel/jupyter/jupyter.js";
import { type Cell, codeOf, executeQuickly, FOLDER, joined, outputsOf, read } from "./execute.js";

const FILES = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".ipynb"))
  .sort();
/** GitHub shows no larger ones. */
const MOST_BYTES = 1024 * 1024;
/** The quickstart is run by the tests of the kernel. */
const EXECUTED = FILES.filter((file) => !file.startsWith("10_"));
/** Run twice: it evaluates, draws, and writes a file. */
const TWICE = "20_schedules.ipynb";

const isFigure = (data: Record<string, unknown> | undefined) => data !== undefined && "image/png" in data;

describe("notebooks", function () {
  this.timeout(180_000);
  let jupyter: Jupyter;
  before(async function () {
    jupyter = await startJupyter(this);
  });
  after(() => jupyter?.dispose());

  const execute = (file: string, name: string) => executeQuickly(jupyter, file, name);

  for (const file of FILES) {
    describe(file, () => {
      it("asks a question, answers it, and has the outputs of a whole run, in a file that GitHub shows", () => {
        const path = join(FOLDER, file);
        expect(statSync(path).size).to.be.at.most(MOST_BYTES);
        const { cells } = read(path);
        expect(cells[0]!.cell_type).to.equal("markdown");
        expect(joined(cells[0]!.source)).to.match(/^# .*\?\n[\s\S]*\*\*Answer\.\*\* \S+ \S+/);
        const counts = codeOf(read(path)).map(
          (cell) => (cell as unknown as { execution_count: number | null }).execution_count,
        );
        expect(counts).to.deep.equal(counts.map((_, i) => i + 1));
        const outputs = outputsOf(cells);
        expect(outputs.map(({ output_type }) => output_type)).to.not.include("error");
        expect(outputs.filter(({ data }) => isFigure(data)).length, "figures").to.be.above(0);
        expect(JSON.stringify(outputs.map(({ data, text }) => [data?.["text/plain"], text]))).to.not.match(
          /\/(?:home|root|tmp|Users)\//,
        );
      });

      if (!EXECUTED.includes(file)) return;
      it("runs in its quick form without an error, and shows what the whole run shows", async () => {
        const executed = codeOf(await execute(file, `${file}.first.ipynb`));
        for (const cell of codeOf(read(join(FOLDER, file)))) {
          const again = executed.find(({ id }) => id === cell.id)!;
          const figures = (one: Cell) => (one.outputs ?? []).filter(({ data }) => isFigure(data)).length;
          expect(figures(again), cell.id).to.equal(figures(cell));
        }
      });
    });
  }

  it("stand in a table with their questions and what a run takes", () => {
    const table = readFileSync(join(FOLDER, "README.md"), "utf8");
    for (const file of FILES) {
      const question = /^# (.*)$/m.exec(joined(read(join(FOLDER, file)).cells[0]!.source))![1]!;
      const row = table.split("\n").find((line) => line.includes(`(${file})`));
      expect(row, file).to.include(` | ${question} | `);
      expect(row, file).to.match(/ \| [\d.]+ (?:s|min) \| \d+ MB \|$/);
    }
  });

  it(`gives the same outputs again (${TWICE})`, async () => {
    const [one, other] = [await execute(TWICE, "one.ipynb"), await execute(TWICE, "other.ipynb")];
    expect(other.cells).to.deep.equal(one.cells);
  });

  it("are pages with their figures, made by nbconvert without a kernel", async () => {
    for (const file of FILES) copyFileSync(join(FOLDER, file), join(jupyter.folder, file));
    const args = [
      "-m",
      "nbconvert",
      "--to",
      "html",
      "--output-dir",
      jupyter.folder,
      ...FILES.map((file) => join(jupyter.folder, file)),
    ];
    const { code, errors } = await jupyter.python(args);
    expect(code, errors).to.equal(0);
    for (const file of FILES) {
      const html = readFileSync(join(jupyter.folder, file.replace(/ipynb$/, "html")), "utf8");
      const drawn = html.match(/<div class="jp-Rendered(?:SVG|Image)|<img[^>]* src="data:image/g)?.length ?? 0;
      const wanted = outputsOf(read(join(FOLDER, file)).cells).filter(({ data }) => isFigure(data)).length;
      expect(drawn, file).to.be.at.least(wanted);
    }
  });
});
