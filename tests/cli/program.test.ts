import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { readResults } from "../../src/export/index.js";
import { writeScheduleFile } from "../../src/schedules/index.js";
import { temporaryFolder, writeTiny } from "../study/tiny.js";
import { inChild, inProcess } from "./cli.js";

const SIZES = { train: 12, validation: 4, test: 5 };
const TRAINING = ["--budgets", ".2,.5", "--epochs", "2", "--batch", "4", "--scouts", "0"];

describe("cli", function () {
  this.timeout(120_000);
  let folder: string;
  let source: string[];

  before(async () => {
    folder = temporaryFolder();
    const { model, samples } = await writeTiny(folder, SIZES);
    source = ["--model", model, "--samples", samples];
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  const inFolder = (name: string) => path.join(folder, name);
  const storage = () => ["--storage", inFolder("runs")];

  describe("search", () => {
    let json: string;
    let table: string;

    before(async () => {
      json = inFolder("results.json");
      const args = [
        "search",
        ...source,
        ...TRAINING,
        "--grid",
        "--variants",
        "singleStep",
        "--name",
        "main",
        ...storage(),
      ];
      const { code, output, errors } = await inChild([...args, "--json", json], { cwd: folder });
      expect(code, errors).to.equal(0);
      table = output;
      expect(errors).to.match(/^[^\n]+: \d+%/);
    });

    it("writes results that are valid, and every form of them", async () => {
      const results = await readResults(json);
      expect(results.study).to.equal("main");
      expect(results.means.filter(({ series }) => series === "search").map(({ budget }) => budget)).to.deep.equal([
        0.2, 0.5,
      ]);
      expect(results.rows.filter(({ series }) => series === "search:singleStep")).to.have.length(2 * SIZES.test);
      expect(results.grid!.points).to.equal(700);
      expect(results.quality).to.not.equal(null);
      const files = fs.readdirSync(inFolder("runs/main"));
      const wanted = ["index.html", "table.txt", "results.json", "rows.csv", "means.csv"];
      for (const name of ["frontier", "schedules"]) wanted.push(`${name}.svg`, `${name}.png`, `${name}.vl.json`);
      expect(files).to.include.members(wanted);
      expect(await readResults(inFolder("runs/main/results.json"))).to.deep.equal(results);
      expect(table)
        .to.match(/paired comparisons/)
        .and.to.match(/hypervolume/)
        .and.to.match(/Open .*runs\/main\/index\.html in a browser.*\nFiles in .*runs\/main/);
    });

    it("reuses everything the second time, and gives the same bytes", async () => {
      const again = inFolder("again.json");
      const args = [
        "search",
        ...source,
        ...TRAINING,
        "--grid",
        "--variants",
        "singleStep",
        "--name",
        "main",
        ...storage(),
      ];
      const { code, output, errors } = await inProcess(...args, "--json", again);
      expect(code, errors).to.equal(0);
      expect(errors).to.match(/nothing was computed again/);
      expect(fs.readFileSync(again).equals(fs.readFileSync(json))).to.equal(true);
      expect(output.replaceAll("again.json", "results.json")).to.equal(table);
    });

    it("prints the same frontier again without the model, by name or from a file", async () => {
      const head = table.slice(0, table.indexOf("Open "));
      const byName = await inProcess("frontier", "main", ...storage());
      expect(byName.output).to.contain(head);
      const fromFile = await inProcess("frontier", json, "--out", inFolder("elsewhere"));
      expect(fromFile.output).to.contain(head);
      expect(fs.existsSync(inFolder("elsewhere/index.html"))).to.equal(true);
    });

    it("leaves schedules that evaluate to the frontier's numbers", async () => {
      const results = await readResults(json);
      const [point] = results.frontier;
      const schedule = inFolder(`runs/main/schedule-${point.configuration}.json`);
      const out = inFolder("schedule.json");
      const { code, errors } = await inProcess(
        "evaluate",
        ...source,
        "--split",
        "test",
        "--schedule",
        schedule,
        "--json",
        out,
      );
      expect(code, errors).to.equal(0);
      const evaluated = await readResults(out);
      expect(evaluated.rows).to.have.length(SIZES.test);
      expect(evaluated.means[0].divergence.mean).to.be.closeTo(point.divergence.mean, 1e-9);
    });

    it("says what differs when the name is used for something else", async () => {
      const { code, errors } = await inProcess(
        "search",
        ...source,
        ...TRAINING,
        "--name",
        "main",
        ...storage(),
        "--selector",
        "random",
      );
      expect(code).to.equal(1);
      expect(errors.trim().split("\n").at(-1)).to.match(
        /^The study main in .* the selector \(fastv there, random here\)/,
      );
    });
  });

  it("evaluate runs every sample of a file, and takes schedules of single samples", async () => {
    const schedule = inFolder("own.json");
    writeScheduleFile(schedule, {
      common: { shares: [1, 1, 0.5, 0.25] },
      samples: new Map([["3", { counts: [9, 2, 1, 0] }]]),
    });
    const out = inFolder("own.results.json");
    const { code, output, errors } = await inProcess("evaluate", ...source, "--schedule", schedule, "--json", out);
    expect(code, errors).to.equal(0);
    const { rows, data } = await readResults(out);
    expect(data.split).to.equal("all");
    expect(rows.map(({ sample }) => sample)).to.deep.equal(Array.from({ length: 21 }, (_, i) => String(i)));
    expect(rows.map(({ counts }) => counts.join(" "))).to.deep.equal(
      rows.map((_, i) => (i === 3 ? "9 2 1 0" : "9 9 5 2")),
    );
    expect(output).to.match(/divergence/);
  });

  it("evaluate --certificate measures each layer's prices, keeps them, and frontier shows them again", async () => {
    const schedule = inFolder("steps.json");
    writeScheduleFile(schedule, { common: { shares: [1, 0.7, 0.5, 0.2] }, samples: new Map() });
    const args = ["evaluate", ...source, "--schedule", schedule, "--certificate", "--name", "certified", ...storage()];
    const out = inFolder("certified");
    const first = await inProcess(...args, "--out", out);
    expect(first.code, first.errors).to.equal(0);
    expect(first.output).to.match(/certificate of schedule-\w+: .*\nlayer {2}tokens {2}one token more/);
    const wanted = ["svg", "png", "vl.json"].map((kind) => `certificates.${kind}`);
    expect(fs.readdirSync(out)).to.include.members(wanted);
    expect(fs.readFileSync(path.join(out, "index.html"), "utf8")).to.include("certificates-figure");
    const results = await readResults(path.join(out, "results.json"));
    expect(results.certificates!.map(({ tokens, samples }) => [tokens, samples])).to.deep.equal([[1, 21]]);
    expect(results.layerForwards["certificate"]).to.be.greaterThan(0);

    const larger = await inProcess(...args, "--certificate-tokens", "2");
    expect(larger.code, larger.errors).to.equal(0);
    const again = await inProcess("frontier", "certified", ...storage());
    expect(again.code, again.errors).to.equal(0);
    expect(again.output)
      .to.contain(larger.output)
      .and.to.match(/one token more.*2 tokens more/s);
    expect(again.output).to.match(/Files in .*certificates\.svg/);
  });

  it("Ctrl-C stops it with the command that goes on, which then ends as if nothing had happened", async () => {
    const args = [
      "search",
      ...source,
      ...TRAINING,
      "--no-controls",
      "--name",
      "my own",
      "--storage",
      "kept",
      "--epochs",
      "12",
    ];
    let sent = false;
    const state = inFolder("kept/my own/state.safetensors");
    let timer: NodeJS.Timeout | undefined;
    const stopped = await inChild(
      args.map((argument) => argument),
      {
        cwd: folder,
        onErrors: (_, kill) => {
          timer ??= setInterval(() => {
            if (sent || !fs.existsSync(state)) return;
            sent = true;
            kill("SIGINT");
          }, 5);
        },
      },
    ).finally(() => clearInterval(timer));
    expect(stopped.code, stopped.errors).to.equal(130);
    expect(stopped.output).to.equal("");
    const last = stopped.errors.trim().split("\n").at(-1)!;
    expect(last).to.match(
      /^Stopped\. What is finished is in kept\/my own\. This goes on from there: npx espalier search /,
    );
    expect(last).to.contain(`--name 'my own' --storage kept --epochs 12`);
    const again = await inChild(args, { cwd: folder });
    expect(again.code, again.errors).to.equal(0);
  });

  it("a full disk gives a sentence, and the same command goes on when there is room", async function () {
    if (process.platform === "win32") this.skip();
    const args = ["search", ...source, ...TRAINING, "--no-controls", "--name", "full", ...storage()];
    const full = await inChild(args, { cwd: folder, shell: `trap '' XFSZ; ulimit -f 64; exec "$0" "$@"` });
    expect(full.code).to.equal(1);
    expect(full.errors.trim().split("\n").at(-1)).to.match(/^Cannot write .*: .*(full|largest size)/);
    const { code, errors } = await inChild(args, { cwd: folder });
    expect(code, errors).to.equal(0);
  });

  describe("says in one sentence what is wrong, with an exit code that is not 0:", () => {
    const broken = (name: string, change: (directory: string) => void): string[] => {
      const directory = inFolder(name);
      fs.cpSync(inFolder("model"), directory, { recursive: true });
      change(directory);
      return [
        "search",
        "--model",
        directory,
        "--samples",
        inFolder("samples.safetensors"),
        "--storage",
        inFolder("bad"),
      ];
    };
    const file = (name: string, text: string): string => {
      fs.writeFileSync(inFolder(name), text);
      return inFolder(name);
    };
    const search = (...more: string[]) => ["search", ...source, "--storage", inFolder("bad"), ...more];
    const tsv = (...lines: string[][]) => [
      "search",
      "--model",
      inFolder("model"),
      "--data",
      file("bad.tsv", lines.map((line) => line.join("\t")).join("\n")),
    ];
    const schedule = (content: object) => [
      "evaluate",
      ...source,
      "--schedule",
      file("bad.json", JSON.stringify(content)),
    ];

    const cases: [what: string, args: () => string[], wanted: RegExp][] = [
      ["--json that is a folder", () => search("--json", folder), /^--json .* is a folder; name a file, such as /],
      ["--out that is a file", () => search("--out", file("taken", "")), /^--out .*taken is a file; name a folder\.$/],
      ["an unknown command", () => ["serach"], /^Unknown command 'serach'.*The commands are quickstart, search,/],
      [
        "an unknown option",
        () => search("--budget", "3"),
        /^Unknown option '--budget'.*espalier search takes --model,/,
      ],
      [
        "a value that is not offered",
        () => search("--selector", "best"),
        /'best' is invalid\. Allowed choices are fastv/,
      ],
      [
        "a kernel function that does not exist",
        () => search("--kernel", "stairs"),
        /^There is no kernel function "stairs"; choose one of/,
      ],
      ["a variant that does not exist", () => search("--variants", "x"), /^There is no variant "x"/],
      ["budgets that are no numbers", () => search("--budgets", ".1;.2"), /Numbers separated by commas are wanted/],
      ["a budget out of range", () => search("--budgets", "1.2"), /^A budget of 1\.2 .*is above the full cost of 1;/],
      [
        "a budget below the floor",
        () => search("--budgets", ".05", "--budget-unit", "share"),
        /below the floor of 0\.\d+,/,
      ],
      ["bytes without the cost", () => search("--budget-unit", "kvBytes"), /need the cost "kvBytes"/],
      [
        "no model there",
        () => ["search", "--model", inFolder("none"), "--samples", source[3]],
        /none.*config\.json.*does not exist/,
      ],
      ["no data", () => ["search", "--model", source[1]], /needs data: give --data FILE\.tsv/],
      ["two kinds of data", () => search("--data", "x.tsv"), /Both --data and --samples/],
      [
        "a truncated checkpoint",
        () => broken("cut", (d) => fs.truncateSync(path.join(d, "model.safetensors"), 5000)),
        /model\.safetensors.*(truncated|claims)/,
      ],
      [
        "a shard that is missing",
        () =>
          broken("shards", (d) => {
            fs.rmSync(path.join(d, "model.safetensors"));
            const index = { weight_map: { "model.visual.merger.ln_q.weight": "model-00001-of-00002.safetensors" } };
            fs.writeFileSync(path.join(d, "model.safetensors.index.json"), JSON.stringify(index));
          }),
        /model-00001-of-00002\.safetensors/,
      ],
      [
        "an unknown architecture",
        () => broken("arch", (d) => fs.writeFileSync(path.join(d, "config.json"), '{"model_type":"gpt9"}')),
        /unknown architecture "gpt9"; supported: qwen2_5_vl/,
      ],
      ["a TSV without columns", () => tsv(["index", "question"], ["1", "?"]), /lacks the columns answer, image/],
      [
        "a TSV with bad base64",
        () => tsv(["index", "question", "answer", "image"], ["1", "?", "A", `${"!".repeat(80)}`]),
        /line 2.*not base64/,
      ],
      [
        "a picture that is none",
        () => tsv(["index", "question", "answer", "image"], ["1", "?", "A", Buffer.alloc(90, 7).toString("base64")]),
        /bad\.tsv, line 2/,
      ],
      [
        "a schedule that rises",
        () => schedule({ espalierSchedule: 1, shares: [1, 0.5, 0.6, 0.1] }),
        /rises at layer 2/,
      ],
      [
        "a schedule of another depth",
        () => schedule({ espalierSchedule: 1, shares: [1, 0.5] }),
        /2 layers and the model .* 4/,
      ],
      [
        "a certificate's size without one",
        () => [...schedule({ espalierSchedule: 1, shares: [1, 1, 1, 1] }), "--certificate-tokens", "2"],
        /^--certificate-tokens is the size of a certificate's changes; give --certificate too\.$/,
      ],
      [
        "a certificate by no tokens",
        () => [
          ...schedule({ espalierSchedule: 1, shares: [1, 1, 1, 1] }),
          "--certificate",
          "--certificate-tokens",
          "0",
        ],
        /A whole number from 1 up is wanted/,
      ],
      ["no schedule", () => ["evaluate", ...source], /^Required option '--schedule <file>' not specified\.$/],
      [
        "a study that is not there",
        () => ["frontier", "none", "--storage", inFolder("bad")],
        /^There is no study none in/,
      ],
    ];
    for (const [what, args, wanted] of cases) {
      it(what, async () => {
        const { code, output, errors } = await inProcess(...args());
        expect(code, errors).to.equal(1);
        expect(output).to.equal("");
        const lines = errors.trim().split("\n");
        expect(lines.at(-1)).to.match(wanted);
        // Before it, progress at most.
        for (const line of lines.slice(0, -1)) expect(line).to.match(/: \d+%|tensors that .* has no place for/);
      });
    }

    it("weights that are not numbers", async () => {
      const { openSafetensors, writeSafetensors } = await import("../../src/checkpoint/index.js");
      const args = broken("nan", (directory) => {
        const weights = path.join(directory, "model.safetensors");
        const opened = openSafetensors(weights);
        const tensors = Object.fromEntries(
          opened.names.map((name) => {
            const data = opened.readFloat32(name);
            if (name.endsWith("layers.2.mlp.down_proj.weight")) data.fill(Number.NaN);
            return [name, { dtype: "F32" as const, shape: opened.info(name).shape, data }];
          }),
        );
        opened.close();
        writeSafetensors(weights, tensors);
      });
      const { code, errors } = await inProcess(...args, ...TRAINING);
      expect(code).to.equal(1);
      expect(errors.trim().split("\n").at(-1)).to.match(/not finite|NaN/);
    });

    it("a damaged journal", async () => {
      const name = inFolder("bad/damaged");
      fs.mkdirSync(name, { recursive: true });
      fs.writeFileSync(path.join(name, "journal.jsonl"), "rubbish\nmore rubbish\n");
      const { code, errors } = await inProcess("frontier", "damaged", "--storage", inFolder("bad"));
      expect(code).to.equal(1);
      expect(errors).to.match(/^Line 1 of the journal .* is damaged/);
    });
  });

  it("prints help, with examples, on stdout", async () => {
    const { code, output } = await inProcess("search", "--help");
    expect(code).to.equal(0);
    expect(output).to.match(/Examples:\n {2}espalier search/);
    const nothing = await inProcess();
    expect(nothing.code).to.equal(0);
    expect(nothing.output).to.match(/quickstart.*\n?.*search/s);
    expect((await inProcess("--version")).output).to.match(/^\d+\.\d+\.\d+\n$/);
  });
});
