import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert, expect } from "chai";
import fc from "fast-check";
import { EspalierError } from "../../src/errors.js";
import {
  parseResults,
  type ResultRow,
  type Results,
  readResults,
  resultsText,
  stringifyResults,
  writeAtomically,
  writeResults,
} from "../../src/export/index.js";
import { withCertificates } from "./syntheticCertificate.js";
import { syntheticResults } from "./syntheticResults.js";

const small = (): Results => syntheticResults({ gridPoints: 3, samples: 4, budgets: [0.2, 0.5] });

async function textOf(results: Results): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of resultsText(results)) pieces.push(piece);
  return pieces.join("");
}

/** A deep copy in which the value at `path` is replaced; a function gets the old value. */
function changed(results: Results, path: readonly (string | number)[], value: unknown): unknown {
  const copy = structuredClone(results) as unknown as Record<string | number, unknown>;
  let at = copy;
  for (const step of path.slice(0, -1)) at = at[step] as Record<string | number, unknown>;
  const last = path.at(-1)!;
  at[last] = typeof value === "function" ? value(at[last]) : value;
  return copy;
}

describe("results", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "espalier-results-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("come back from a file as they were written, and give the same bytes again", async () => {
    const file = join(folder, "deep", "results.json");
    const results = small();
    await writeResults(file, results);
    expect(await readResults(file)).to.deep.equal(results);
    const first = await readFile(file, "utf8");
    await writeResults(file, await readResults(file));
    expect(await readFile(file, "utf8")).to.equal(first);
    expect(parseResults(stringifyResults(results))).to.deep.equal(results);
    expect(await readdir(join(folder, "deep"))).to.deep.equal(["results.json"]);
  });

  it("write one row a line, which is JSON on its own", async () => {
    const results = small();
    const lines = (await textOf(results)).split("\n");
    const start = lines.indexOf('"rows": [') + 1;
    const rows = lines.slice(start, start + results.rows.length).map((line) => JSON.parse(line.replace(/,$/, "")));
    expect(rows).to.deep.equal(results.rows);
  });

  it("stream many rows without holding them", async () => {
    const { rows, ...head } = small();
    let made = 0;
    async function* many(): AsyncGenerator<ResultRow> {
      for (; made < 20_000; made++) yield { ...rows[made % rows.length]!, sample: `s${made}` };
    }
    let pieces = 0;
    let rowsAhead = 0;
    for await (const piece of resultsText({ ...head, rows: many() })) {
      if (piece.includes('"sample"')) pieces++;
      rowsAhead = Math.max(rowsAhead, made - pieces);
    }
    expect(pieces).to.equal(20_000);
    expect(rowsAhead).to.be.at.most(1);
  });

  it("ignore fields of a later program", () => {
    const results = small();
    const text = JSON.stringify({ ...results, later: { a: 1 } });
    expect(parseResults(text)).to.deep.equal(results);
  });

  const wrong: [string, (string | number)[], unknown, RegExp][] = [
    ["NaN", ["rows", 1, "divergence"], Number.NaN, /rows\[1\]\.divergence: found NaN, wanted number/],
    [
      "infinity",
      ["means", 0, "cost", "exactMacs"],
      Number.POSITIVE_INFINITY,
      /means\[0\]\.cost\.exactMacs: found Infinity/,
    ],
    ["an accuracy of 2", ["rows", 0, "accuracy"], 2, /rows\[0\]\.accuracy: found 2, wanted number to be <=1/],
    ["a count of 1.5", ["rows", 0, "counts", 7], 1.5, /rows\[0\]\.counts\[7\]: found 1\.5, wanted int/],
    ["counts that rise", ["rows", 2, "counts", 7], 60, /rows\[2\]\.counts: found .*never rise/],
    ["too few counts", ["rows", 0, "counts"], [64, 2], /rows\[0\]\.counts: found \[64 2\], wanted 8 counts/],
    [
      "a stranger on the frontier",
      ["frontier", 0, "configuration"],
      "ghost",
      /frontier\[0\]: found .*ghost.*listed in means/,
    ],
    ["a mean twice", ["means", 1], (_: unknown) => small().means[0], /means\[1\]: found .*once/],
    [
      "an interval upside down",
      ["means", 0, "divergence"],
      { mean: 1, low: 2, high: 0 },
      /means\[0\]\.divergence: .*low not above high/,
    ],
    ["an unknown unit", ["budgetUnit"], "furlongs", /budgetUnit: found "furlongs"/],
    ["no selector", ["selector"], undefined, /selector: found nothing/],
  ];
  for (const [what, path, value, message] of wrong) {
    it(`refuse ${what} when writing and leave the old file alone`, async () => {
      const file = join(folder, `${randomUUID()}.json`);
      await writeFile(file, "old");
      let error: unknown;
      await writeResults(file, changed(small(), path, value) as Results).catch((thrown: unknown) => {
        error = thrown;
      });
      assert.instanceOf(error, EspalierError);
      expect((error as Error).message)
        .to.match(message)
        .and.match(/\.$/);
      expect(await readFile(file, "utf8")).to.equal("old");
      expect((await readdir(folder)).filter((name) => name.endsWith(".partial"))).to.deep.equal([]);
    });
  }

  describe("with certificates", () => {
    const certified = (): Results => withCertificates(small(), [0.2, 0.5]);

    it("come back as they were written, one certificate a line", async () => {
      const results = certified();
      expect(parseResults(stringifyResults(results))).to.deep.equal(results);
      const lines = (await textOf(results)).split("\n");
      const start = lines.indexOf('"certificates": [') + 1;
      const own = lines.slice(start, start + 2).map((line) => JSON.parse(line.replace(/,$/, "")));
      expect(own).to.deep.equal(results.certificates);
    });

    const none = { samples: 0, divergence: null, cost: null, price: null };
    const bad: [string, (string | number)[], unknown, RegExp][] = [
      ["of a stranger", ["configuration"], "ghost", /certificates\[0\]: found .*ghost.*listed in means/],
      [
        "without its last layer",
        ["layers"],
        (layers: unknown[]) => layers.slice(1),
        /every layer from 1 to 7, in order/,
      ],
      [
        "of more samples than there are",
        ["layers", 0, "more", "samples"],
        9,
        /\.more\.samples: found 9, .*the 4 samples/,
      ],
      ["with a price of no sample", ["layers", 0, "more", "samples"], 0, /layers\[0\]\.more: .*null throughout/],
      [
        "with samples and no cost",
        ["layers", 0, "less"],
        { ...none, samples: 3 },
        /found 3 samples, wanted a divergence/,
      ],
      ["with an infinite price", ["layers", 0, "more", "price", "high"], Number.POSITIVE_INFINITY, /found Infinity/],
      [
        "with an interval upside down",
        ["layers", 0, "more", "price"],
        { mean: 1, low: 2, high: 0 },
        /more\.price: .*low not above high/,
      ],
      ["that exchanges a layer with itself", ["exchange", "to"], 7, /exchange: found layers 7 and 7/],
      ["that exchanges with a layer too far", ["exchange", "from"], 8, /two different layers below 8/],
      ["by no tokens", ["tokens"], 0, /tokens: found 0/],
    ];
    for (const [what, steps, value, message] of bad) {
      it(`refuse one ${what}`, () => {
        const wrong = changed(certified(), ["certificates", 0, ...steps], value) as Results;
        expect(() => stringifyResults(wrong)).to.throw(EspalierError, message);
      });
    }

    it("refuse the same one twice, and take one by other tokens", () => {
      const results = certified();
      const [first] = results.certificates!;
      expect(() => stringifyResults({ ...results, certificates: [first!, first!] })).to.throw(
        EspalierError,
        /certificates\[1\]: .*size of a change once/,
      );
      const both = { ...results, certificates: [first!, { ...first!, tokens: 2 }] };
      expect(parseResults(stringifyResults(both))).to.deep.equal(both);
    });
  });

  it("name a newer version, another format, broken JSON and a missing file", async () => {
    expect(() => parseResults(JSON.stringify({ ...small(), version: 2 }), "a.json")).to.throw(
      EspalierError,
      /a\.json.*version.*found 2.*newer/,
    );
    expect(() => parseResults('{"format":"other"}')).to.throw(
      EspalierError,
      /found "other", wanted .*espalier\.results/,
    );
    expect(() => parseResults("[]")).to.throw(EspalierError, /a list of 0/);
    expect(() => parseResults('{"format":')).to.throw(EspalierError, /not JSON/);
    const missing = await readResults(join(folder, "none.json")).catch((error: unknown) => error);
    assert.instanceOf(missing, EspalierError);
  });

  it("say so when a folder is in the way", async () => {
    const file = join(folder, "taken");
    await mkdir(join(file, "inside"), { recursive: true });
    const error = await writeAtomically(file, "text").catch((thrown: unknown) => thrown);
    assert.instanceOf(error, EspalierError);
    expect((error as Error).message).to.match(/taken cannot be written/);
  });

  it("go into a pipe as it is, and through a link into its file", async function () {
    if (process.platform === "win32") this.skip();
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const [read] = await Promise.all([readFile(pipe, "utf8"), writeAtomically(pipe, "text")]);
    expect(read).to.equal("text");
    expect((await lstat(pipe)).isFIFO()).to.equal(true);
    const [file, link] = [join(folder, "real"), join(folder, "link")];
    await writeAtomically(file, "old");
    await symlink(file, link);
    await writeAtomically(link, "new");
    expect((await lstat(link)).isSymbolicLink()).to.equal(true);
    expect(await readFile(file, "utf8")).to.equal("new");
  });

  it("answer hostile JSON with one sentence or with valid results, never otherwise", () => {
    const text = stringifyResults(small());
    const valid = JSON.parse(text) as Record<string, unknown>;
    const check = (hostile: string) => {
      try {
        stringifyResults(parseResults(hostile));
      } catch (error) {
        assert.instanceOf(error, EspalierError);
        expect((error as Error).message).to.not.match(/\p{Cc}/u);
        expect((error as Error).message.length).to.be.below(600);
      }
    };
    const keys = fc.constantFrom(...Object.keys(valid), "__proto__", "constructor", "toString");
    fc.assert(
      fc.property(fc.dictionary(keys, fc.jsonValue({ maxDepth: 4 })), (overrides) => {
        check(JSON.stringify({ ...valid, ...overrides }));
      }),
      { numRuns: 300 },
    );
    fc.assert(fc.property(fc.json(), check), { numRuns: 200 });
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), (at, insert) => {
        check(text.slice(0, at) + insert + text.slice(at + 1));
      }),
      { numRuns: 300 },
    );
    check(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
    check(text.replace('"seeds":{', '"seeds":{"__proto__":3,'));
    expect(({} as Record<string, unknown>)["search"]).to.equal(undefined);
  });

  it("round-trip any finite numbers and any names", () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
    fc.assert(
      fc.property(finite, fc.string({ minLength: 1, unit: "binary", maxLength: 40 }), (value, name) => {
        const results = small();
        results.rows[0] = { ...results.rows[0]!, divergence: value, sample: name };
        results.selector = name;
        expect(parseResults(stringifyResults(results))).to.deep.equal(results);
      }),
      { numRuns: 100 },
    );
  });
});
