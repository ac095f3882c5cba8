import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { type Results, readResults, writeResults } from "../../src/export/index.js";
import { countsFromShares, readScheduleFile, writeScheduleFile } from "../../src/schedules/index.js";
import { LAYERS, temporaryFolder, writeTiny } from "../study/tiny.js";
import { inProcess } from "./cli.js";

const SIZES = { train: 12, validation: 4, test: 5 };

interface Cut {
  readonly layer: number;
  readonly share: number;
  readonly loss: {
    readonly difference: { readonly mean: number; readonly low: number; readonly high: number };
    readonly samples: number;
    readonly cost: readonly [number, number];
  };
}

describe("cli: export", function () {
  this.timeout(120_000);
  let folder: string;
  let source: string[];
  let storage: string[];

  const inFolder = (name: string) => path.join(folder, name);
  const run = (...args: string[]) => inProcess("export", ...args, "--to", "transformers");
  const results = async (): Promise<Results> => {
    await inProcess("frontier", "main", ...storage, "--json", inFolder("now.json"), "--out", inFolder("now"));
    return readResults(inFolder("now.json"));
  };
  const cutIn = (directory: string) =>
    (readScheduleFile(path.join(directory, "single-cut.json")).about as { singleCut: Cut }).singleCut;

  before(async () => {
    folder = temporaryFolder();
    const { model, samples } = await writeTiny(folder, SIZES);
    source = ["--model", model, "--samples", samples];
    storage = ["--storage", inFolder("runs")];
    const search = ["search", ...source, "--budgets", ".2,.5", "--epochs", "2", "--batch", "4", "--scouts", "0"];
    const { code, errors } = await inProcess(
      ...[...search, "--no-controls", "--no-recipes", "--grid", "--name", "main", ...storage],
      ...["--json", inFolder("results.json")],
    );
    expect(code, errors).to.equal(0);
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  it("writes a study's schedule at a budget, the Python file, and how to use them", async () => {
    const { code, output, errors } = await run("main", ...storage, "--budget", ".5");
    expect(code, errors).to.equal(0);
    const directory = inFolder("runs/main/transformers");
    expect(fs.readdirSync(directory)).to.have.members(["schedule.json", "espalier_prune.py", "README.md"]);
    expect(output)
      .to.contain(directory)
      .and.to.match(/^search@0\.5 of main, divergence /);
    const file = readScheduleFile(path.join(directory, "schedule.json"));
    const { rows, frontier } = await results();
    expect(frontier.map(({ configuration }) => configuration)).to.include("search@0.5");
    const own = rows.filter(({ series, budget }) => series === "search" && budget === 0.5);
    expect([...file.samples]).to.deep.equal(own.map(({ sample, counts }) => [sample, { counts }]));
    expect(file.about).to.include({ selector: "fastv", budget: 0.5 });
    const python = fs.readFileSync(path.join(directory, "espalier_prune.py"), "utf8");
    expect(python)
      .to.contain("class PrunedModel")
      .and.not.to.match(/^(import|from) (?!json|math|dataclasses|torch|transformers)/m);
    expect(fs.readFileSync(path.join(directory, "README.md"), "utf8")).to.contain(
      'PrunedModel(model, "schedule.json")',
    );
  });

  it("adds the best single cut with what it loses on the test samples, and runs it once", async () => {
    const directory = inFolder("cut");
    const asked = [...source, "--name", "main", ...storage, "--budget", ".5", "--single-cut", "--out", directory];
    const { code, output, errors } = await run(...asked);
    expect(code, errors).to.equal(0);
    expect(output).to.match(
      /\nsingle-cut\.json: every visual token in the layers before \d+, [\d.]+% of them from there on/,
    );
    const { layer, share, loss } = cutIn(directory);
    const { common } = readScheduleFile(path.join(directory, "single-cut.json"));
    const shares = Array.from({ length: LAYERS }, (_, i) => (i < layer ? 1 : share));
    expect(common).to.deep.equal({ shares });

    const { rows } = await results();
    const cut = rows.filter(
      (row) => row.series === "schedule" && String(row.counts) === String(countsFromShares(shares, row.visualTokens)),
    );
    const own = rows.filter(({ series, budget }) => series === "search" && budget === 0.5);
    expect(cut.map(({ sample }) => sample)).to.deep.equal(own.map(({ sample }) => sample));
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const difference = mean(cut.map(({ divergence }, s) => divergence - own[s].divergence));
    expect(loss.difference.mean).to.be.closeTo(difference, 1e-12);
    expect(loss.difference.low).to.be.at.most(difference);
    expect(loss.difference.high).to.be.at.least(difference);
    expect(loss.samples).to.equal(SIZES.test);
    expect(loss.cost[0]).to.be.closeTo(mean(cut.map(({ cost }) => cost.normalised)), 1e-12);
    expect(loss.cost[0]).to.be.at.most(loss.cost[1] + 1e-9);

    const files = fs.readdirSync(directory).map((name) => fs.readFileSync(path.join(directory, name), "utf8"));
    const journal = inFolder("runs/main/journal.jsonl");
    const before = fs.readFileSync(journal, "utf8");
    // The rows are there now: neither model nor samples are wanted.
    const again = await run("main", ...storage, "--budget", ".5", "--single-cut", "--out", directory);
    expect(again.code, again.errors).to.equal(0);
    expect(again.output).to.equal(output);
    expect(fs.readdirSync(directory).map((name) => fs.readFileSync(path.join(directory, name), "utf8"))).to.deep.equal(
      files,
    );
    expect(fs.readFileSync(journal, "utf8")).to.equal(before);
  });

  it("exports a schedule of one's own", async () => {
    const mine = inFolder("mine.json");
    const shares = Array.from({ length: LAYERS }, (_, i) => (i === 0 ? 1 : 0.5));
    writeScheduleFile(mine, { common: { shares }, samples: new Map() });
    const { code, errors } = await run(mine, "--out", inFolder("own"));
    expect(code, errors).to.equal(0);
    expect(readScheduleFile(inFolder("own/schedule.json")).common).to.deep.equal({ shares });
  });

  it("says what it cannot export, and the way out", async () => {
    const file = inFolder("results.json");
    const written = await readResults(file);
    const sparse = inFolder("sparse.json");
    await writeResults(sparse, { ...written, selector: "sparsevlm" });
    const ungridded = inFolder("ungridded.json");
    const means = written.means.filter(({ series }) => series !== "grid on validation");
    await writeResults(ungridded, { ...written, means, grid: null });
    const mine = inFolder("mine.json");
    const cases: [string[], RegExp][] = [
      [[sparse, "--budget", ".5"], /is of the selector sparsevlm.*--selector fastv/],
      [[file], /Give --budget; it has /],
      [[file, "--budget", ".01"], /nothing within a budget of 0\.01 \(normalised\); it has /],
      [[mine, "--budget", ".5"], /is one schedule; --budget chooses/],
      [[mine, "--single-cut"], /is one schedule; --single-cut chooses/],
      [[ungridded, "--budget", ".5", "--single-cut"], /have no grid.*espalier search --grid/],
      [[file, "--budget", ".5", "--single-cut"], /was not run on the test samples.*name the study/],
      [["nothing", ...storage, "--budget", ".5"], /There is no study nothing/],
      [[file, "--budget", ".5", "--out", file], /is a file; name a folder/],
    ];
    for (const [args, message] of cases) {
      const { code, errors, output } = await run(...args);
      expect(code, args.join(" ")).to.be.greaterThan(0);
      expect(errors).to.match(message);
      expect(errors.trim().split("\n"), args.join(" ")).to.have.length(1);
      expect(output).to.equal("");
    }
  });
});
