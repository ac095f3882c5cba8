import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { parseCalibration, readCalibration } from "../../src/calibration/index.js";
import { readResults } from "../../src/export/index.js";
import { writeScheduleFile } from "../../src/schedules/index.js";
import { handMadeCalibration } from "../calibration/handMadeCalibration.js";
import { temporaryFolder, writeTiny } from "../study/tiny.js";
import { inChild, inProcess } from "./cli.js";

describe("cli calibrate", function () {
  this.timeout(120_000);
  let folder: string;
  let source: string[];
  const inFolder = (name: string) => path.join(folder, name);
  const measure = (...args: string[]) => [
    "calibrate",
    source[0],
    source[1],
    "--tokens",
    "24",
    "--seconds",
    "0.3",
    ...args,
  ];

  before(async () => {
    folder = temporaryFolder();
    const { model, samples } = await writeTiny(folder, { train: 8, validation: 3, test: 3 });
    source = ["--model", model, "--samples", samples];
    const { code, output, errors } = await inChild(measure(), { cwd: folder });
    expect(code, errors).to.equal(0);
    expect(errors).to.match(/measuring: \d+%/);
    expect(output)
      .to.match(/One layer, all 4 layers/)
      .and.to.match(/Files: calibration\.json, calibration\.svg/);
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  it("writes a calibration of the machine and the model, and its figure", () => {
    const { machine, model, settings, layers } = readCalibration(inFolder("calibration.json"));
    expect(machine.node).to.equal(process.versions.node);
    expect(model).to.include({ name: "model", architecture: "qwen2_5_vl" });
    expect(settings).to.include({ tokens: 24, seconds: 0.3, selector: "fastv" });
    for (const { median } of layers[0].prefill) expect(median).to.be.above(0);
    expect(fs.readFileSync(inFolder("calibration.svg"), "utf8")).to.match(/^<svg[\s\S]*FLOPs of the layer/);
    expect(JSON.parse(fs.readFileSync(inFolder("calibration.vl.json"), "utf8"))).to.have.property("datasets");
  });

  it("prints the calibration as JSON", async () => {
    const { code, output } = await inProcess(...measure("--json", "--out", inFolder("other.json")));
    expect(code).to.equal(0);
    expect(parseCalibration(JSON.parse(output))).to.deep.equal(readCalibration(inFolder("other.json")));
  });

  it("holds a search to milliseconds, and states them of a schedule", async () => {
    // Times that are known beforehand: measured ones may not rise at all within so few tokens.
    const file = inFolder("hand-made.json");
    fs.writeFileSync(
      file,
      JSON.stringify(handMadeCalibration(readCalibration(inFolder("calibration.json")).model.shape)),
    );
    const json = inFolder("search.json");
    const studied = ["--storage", inFolder("runs"), "--epochs", "1", "--batch", "4", "--scouts", "0"];
    const cost = ["--cost", "latency", "--calibration", file, "--budget-unit", "ms"];
    const args = ["search", ...source, ...cost, "--name", "held", ...studied, "--no-recipes", "--no-controls"];
    const found = await inProcess(...args, "--json", json);
    expect(found.code, found.errors).to.equal(0);
    const { rows } = await readResults(json);
    const search = rows.filter(({ series }) => series === "search");
    expect(new Set(search.map(({ budget }) => budget)).size).to.be.above(10);
    for (const row of search) expect(row.cost.ms).to.be.at.most(row.budget! * (1 + 1e-12));
    expect(found.output).to.match(/\d.ms/);
    writeScheduleFile(inFolder("half.json"), { common: { shares: [1, 0.5, 0.5, 0.5] }, samples: new Map() });
    const evaluated = inFolder("evaluated.json");
    const half = [
      "--schedule",
      inFolder("half.json"),
      "--calibration",
      inFolder("calibration.json"),
      "--json",
      evaluated,
    ];
    expect((await inProcess("evaluate", ...source, ...half)).code).to.equal(0);
    for (const { cost: own } of (await readResults(evaluated)).means) expect(own.ms).to.be.above(0);
  });

  it("stops at Ctrl-C, writes nothing, and says how to begin again", async () => {
    const out = inFolder("stopped.json");
    const args = ["calibrate", source[0], source[1], "--tokens", "400", "--out", out];
    let sent = false;
    const { code, errors } = await inChild(args, {
      cwd: folder,
      onErrors(text, kill) {
        if (sent || !text.includes("measuring")) return;
        sent = true;
        kill("SIGINT");
      },
    });
    expect(code, errors).to.equal(130);
    expect(errors).to.match(/Stopped; nothing was written\. This measures again: npx espalier calibrate --model/);
    expect(fs.existsSync(out)).to.equal(false);
  });

  it("says what does not fit before anything is measured", async () => {
    const damaged = inFolder("damaged.json");
    fs.writeFileSync(damaged, '{"format": "espalier.calibration", "version": 9}');
    const search = ["search", ...source];
    for (const [args, message] of [
      [measure("--out", folder), /is a folder; name a file, such as .*calibration\.json/],
      [measure("--out", inFolder("half.json/x.json")), /half\.json is a file/],
      [["calibrate", source[0], source[1], "--tokens", "600"], /600 is more than the 512 positions/],
      [["calibrate", source[0], source[1], "--tokens", "3"], /whole number from 8 up/],
      [[...search, "--cost", "latency"], /^--cost latency needs --calibration FILE/],
      [[...search, "--budget-unit", "ms"], /need the cost "latency" and not "exact"/],
      [[...search, "--cost", "latency", "--calibration", damaged], /damaged\.json is of version 9/],
      [["quickstart", "--cost", "latency"], /^--cost latency needs --calibration FILE/],
    ] as const) {
      const { code, errors } = await inProcess(...args);
      expect(code, args.join(" ")).to.equal(1);
      expect(errors, args.join(" ")).to.match(message);
      expect(errors.trim()).to.not.include("\n");
    }
  });
});
