import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { temporaryFolder } from "../study/tiny.js";
import { inProcess } from "./cli.js";

describe("cli import", () => {
  let folder: string;
  const inFolder = (name: string) => path.join(folder, name);
  const storage = () => ["--storage", inFolder("runs")];

  before(() => {
    folder = temporaryFolder();
    const lines = ["configuration,sample,score,cost,series,metric"];
    for (let s = 0; s < 40; s++) {
      lines.push(`ours,s${s},${s % 4 === 0 ? 0 : 1},10,a,accuracy`, `"fast, v",s${s},${s % 2},10.05,b,accuracy`);
    }
    fs.writeFileSync(inFolder("theirs.csv"), `${lines.join("\n")}\n`);
    fs.writeFileSync(inFolder("bad.csv"), "configuration,sample,score,cost\na,1,x,1\n");
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  it("keeps evaluations, which frontier prints and draws", async () => {
    const args = ["import", inFolder("theirs.csv"), "--as", "theirs", ...storage(), "--cost-unit", "TFLOP"];
    const { code, output, errors } = await inProcess(...args, "--compare", "a", "--with", "b");
    expect(code, errors).to.equal(0);
    expect(output)
      .to.match(/^theirs · evaluations from theirs\.csv, made elsewhere/)
      .and.to.match(/\* +a +ours +10 +0\.75 \[0\.\d+, [\d.]+\] +40/)
      .and.to.match(/a +b +– +0\.25 \[.*0\.5% +a better/);
    const again = await inProcess(
      "frontier",
      "theirs",
      ...storage(),
      "--out",
      inFolder("out"),
      "--json",
      inFolder("o.json"),
    );
    expect(again.code, again.errors).to.equal(0);
    expect(again.output.split("\n\nFiles")[0]).to.equal(output.split("\n\nFiles")[0]);
    expect(fs.readFileSync(inFolder("out/frontier.svg"), "utf8")).to.match(/^<svg/);
    expect(JSON.parse(fs.readFileSync(inFolder("o.json"), "utf8"))).to.include({
      metric: "accuracy",
      better: "higher",
    });
    const byPath = await inProcess("frontier", inFolder("runs/theirs/outside.json"));
    expect(byPath.output.split("\n\nFiles")[0]).to.equal(output.split("\n\nFiles")[0]);
  });

  it("says what it cannot take, and writes nothing then", async () => {
    fs.mkdirSync(inFolder("runs/study"), { recursive: true });
    fs.writeFileSync(inFolder("runs/study/journal.jsonl"), "");
    const file = inFolder("theirs.csv");
    for (const [args, phrase] of [
      [[inFolder("bad.csv"), "--as", "bad"], /Line 2 of bad\.csv has "x" as its score/],
      [[inFolder("missing.csv"), "--as", "bad"], /cannot be read/],
      [[file, "--as", "../bad"], /cannot be called/],
      [[file, "--as", "study"], /study in .* is a study; choose another name/],
      [[file, "--as", "bad", "--compare", "ours"], /needs a --with/],
      [[file, "--as", "bad", "--compare", "ours", "--with", "nobody"], /no configuration or series "nobody"/],
      [
        [file, "--as", "bad", "--compare", "ours", "--with", "fast, v", "--detect", ".01"],
        /takes [\d,]+ samples, and 40 are scored/,
      ],
      [[file, "--as", "bad", "--detect", ".01"], /give --compare and --with too/],
      [[file, "--as", "bad", "--power", ".9"], /say which with --detect/],
      [[file], /--as <name>/],
    ] as const) {
      const { code, output, errors } = await inProcess("import", ...args, ...storage());
      expect(code, errors).to.equal(1);
      expect(output).to.equal("");
      expect(errors)
        .to.match(phrase)
        .and.to.match(/^[^\n]+\n$/);
    }
    expect(fs.existsSync(inFolder("runs/bad"))).to.equal(false);
  });

  it("takes a divergence's lower values for better", async () => {
    const { code } = await inProcess(
      ...["import", inFolder("theirs.csv"), "--as", "lower", ...storage(), "--metric", "divergence (nats)"],
      ...["--json", inFolder("l.json")],
    );
    expect(code).to.equal(0);
    expect(JSON.parse(fs.readFileSync(inFolder("l.json"), "utf8"))).to.include({ better: "lower" });
  });
});
