import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { type ExecutedNotebook, type Jupyter, startJupyter } from "../kernel/jupyter/jupyter.js";
import { inFolder, loadScript } from "../scripts/scripts.js";
import { executeQuickly, textBelow } from "./execute.js";
import { writeOwnBenchmarks, writeOwnCheckpoint } from "./ownFiles.js";

const OWN = "70_own_checkpoint.ipynb";
const TABLES = "90_papers_tables.ipynb";

interface OwnPathsModule {
  ownPaths(notebook: string, env: Record<string, string>, folder: string): Record<string, string>;
}

/** The rows of a table that is shown as text, without its head. */
const rowsBelow = (notebook: ExecutedNotebook, id: string) => {
  const lines = textBelow(notebook, id).split("\n");
  return lines.filter((line) => line.trim() !== "" && !line.includes(": finished.")).slice(1);
};

describe("notebooks with checkpoints and questions of the user's", function () {
  this.timeout(180_000);
  let jupyter: Jupyter;
  let files: { readonly free: string; readonly choice: string };
  let checkpoint: (name: "qwen" | "llava" | "gemma3") => string;
  before(async function () {
    jupyter = await startJupyter(this);
    checkpoint = (name) => join(jupyter.folder, `my ${name}`);
    for (const name of ["qwen", "llava", "gemma3"] as const) await writeOwnCheckpoint(checkpoint(name), name);
    files = await writeOwnBenchmarks(join(jupyter.folder, "data"), 30);
  });
  after(() => jupyter?.dispose());

  it(`runs ${OWN} on one and then on another in the same folder`, async () => {
    const folder = join(jupyter.folder, "own runs");
    const runs = [
      { name: "qwen", file: files.free, title: "ChartQA_TEST", architecture: "qwen2_5_vl" },
      { name: "llava", file: files.choice, title: "MMBench_DEV_EN", architecture: "llava" },
    ] as const;
    for (const { name, file, title, architecture } of runs) {
      const env = { ESPALIER_MODEL: checkpoint(name), ESPALIER_DATA: file };
      const executed = await executeQuickly(jupyter, OWN, `${name}.ipynb`, env, folder);
      expect(textBelow(executed, "imports")).to.include(
        `my ${name} is asked ${title}.tsv; the answer above is the embedded`,
      );
      expect(textBelow(executed, "processor")).to.include(architecture);
      expect(textBelow(executed, "write")).to.match(/what color|how many|is there/);
      expect(textBelow(executed, "read")).to.match(
        new RegExp(`^${title}: 8 to train on, 4 to choose on, \\d to score`),
      );
      expect(textBelow(executed, "read")).to.not.include("exact match");
      expect(rowsBelow(executed, "search").length).to.be.above(0);
      expect(textBelow(executed, "sentence")).to.match(/costs \d+ %|answers none of the questions|No schedule/);
      expect(existsSync(join(folder, "runs", `my ${name} ${title}.tsv`, "own smoke"))).to.equal(true);
    }
    expect(existsSync(join(folder, "runs", "shapes.tsv")), "nothing is drawn").to.equal(false);
  });

  it(`runs ${TABLES} on two files and a second architecture`, async () => {
    const executed = await executeQuickly(jupyter, TABLES, "tables.ipynb", {
      ESPALIER_MODEL: checkpoint("qwen"),
      ESPALIER_DATA: `${files.free},${files.choice}`,
      ESPALIER_OTHER_MODEL: checkpoint("gemma3"),
    });
    expect(textBelow(executed, "imports")).to.include("tables of my qwen");
    expect(rowsBelow(executed, "table5").length).to.equal(1);
    const [carried, ...more] = rowsBelow(executed, "table7");
    expect(carried).to.match(/^gemma3, 7 layers +50 % +\d+\.\d{3} +\d+\.\d{3} +-?\d+\.\d{3} \[.*\] +\d+\.\d{3}$/);
    expect(more).to.deep.equal([]);
  });

  it(`says in ${TABLES} which tables one file and one checkpoint cannot give`, async () => {
    const env = { ESPALIER_MODEL: checkpoint("llava"), ESPALIER_DATA: files.free };
    const executed = await executeQuickly(jupyter, TABLES, "one.ipynb", env);
    expect(textBelow(executed, "table5")).to.include("name several in ESPALIER_DATA");
    expect(textBelow(executed, "table7")).to.include("name it in ESPALIER_OTHER_MODEL");
  });
});

describe("scripts/notebooks: paths of the user's", () => {
  let ownPaths: OwnPathsModule["ownPaths"];
  before(async () => {
    ({ ownPaths } = await loadScript<OwnPathsModule>("../notebooks/ownPaths.mjs"));
  });

  it("are whole, and those that the notebook reads", () =>
    inFolder(async (folder) => {
      for (const name of ["model", "a.tsv", "b.tsv"]) mkdirSync(join(folder, name));
      const env = {
        ESPALIER_MODEL: "model",
        ESPALIER_DATA: `a.tsv, ${join(folder, "b.tsv")},`,
        ESPALIER_OTHER_MODEL: "",
      };
      expect(ownPaths("ESPALIER_MODEL ESPALIER_DATA ESPALIER_OTHER_MODEL", env, folder)).to.deep.equal({
        ESPALIER_MODEL: join(folder, "model"),
        ESPALIER_DATA: [join(folder, "a.tsv"), join(folder, "b.tsv")].join(","),
      });
      expect(ownPaths("a notebook on the embedded model", env, folder)).to.deep.equal({});
    }));

  it("are refused where there is nothing", () =>
    inFolder(async (folder) => {
      expect(() => ownPaths("ESPALIER_DATA", { ESPALIER_DATA: "mine.tsv" }, folder)).to.throw(
        `ESPALIER_DATA names ${join(folder, "mine.tsv")}, where there is nothing; give a TSV`,
      );
    }));
});
