import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { Tampered } from "../export/bundle/tampering.js";
import { openTiny, SEARCH, SIZES } from "../study/runStudy.js";
import { temporaryFolder, writeTiny } from "../study/tiny.js";
import { inProcess } from "./cli.js";

describe("cli bundle and verify", function () {
  this.timeout(120_000);
  let folder: string;
  let bundle: string;
  let source: string[];
  const inFolder = (name: string) => path.join(folder, name);
  const storage = () => ["--storage", inFolder("runs")];

  before(async () => {
    folder = temporaryFolder();
    const { model, samples } = await writeTiny(folder, SIZES);
    const sizes = Object.entries(SIZES).flatMap(([name, count]) => [`--${name}`, String(count)]);
    source = ["--model", model, "--samples", samples, ...sizes];
    const study = await openTiny(folder, inFolder("runs"), "tiny");
    await study.search(SEARCH);
    await study.controls();
    await study.compare();
    await study.close();
    bundle = inFolder("runs/tiny/bundle.zip");
    fs.writeFileSync(
      inFolder("paper.ipynb"),
      JSON.stringify({ nbformat: 4, cells: [{ cell_type: "markdown", source: "# The paper's <b>tables</b>" }] }),
    );
    const { code, output, errors } = await inProcess("bundle", "tiny", ...storage());
    expect(code, errors).to.equal(0);
    expect(output).to.match(/bundle\.zip: \d+ files, [\d.]+ MB\.\nmanifest sha256:[0-9a-f]{64}\n.*espalier verify/s);
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  it("verifies what it packed", async () => {
    const { code, output } = await inProcess("verify", bundle);
    expect(code).to.equal(0);
    expect(output)
      .to.match(/tiny; packed by espalier [\d.]+; not signed/)
      .and.to.match(/studies\/tiny\/figures\/frontier\.svg +same/)
      .and.to.match(/Verified: all \d+ checks hold/);
  });

  it("prints what it found as JSON", async () => {
    const { code, output } = await inProcess("verify", bundle, "--json");
    expect(code).to.equal(0);
    const found = JSON.parse(output) as { ok: boolean; checks: { verdict: string }[]; studies: string[] };
    expect(found).to.include({ ok: true, format: "espalier.verification", version: 1 });
    expect(found.studies).to.deep.equal(["tiny"]);
    expect(new Set(found.checks.map(({ verdict }) => verdict))).to.deep.equal(new Set(["same"]));
  });

  it("says what differs, and ends with 1", async () => {
    const tampered = new Tampered(fs.readFileSync(bundle)).json(
      "studies/tiny/results.json",
      (value: { means: { divergence: { mean: number } }[] }) => {
        value.means[0].divergence.mean = 0;
      },
    );
    fs.writeFileSync(inFolder("changed.zip"), tampered.redigest().bytes);
    const { code, output } = await inProcess("verify", inFolder("changed.zip"));
    expect(code).to.equal(1);
    expect(output)
      .to.match(
        /results\.json +differs\n {4}means\[0\] \(series search, .*\)\.divergence\.mean: 0 in the bundle, [\d.]+ recomputed/,
      )
      .and.to.match(/Not verified: 1 of \d+ checks differs\./);
    const json = await inProcess("verify", inFolder("changed.zip"), "--json");
    expect(json.code).to.equal(1);
    expect(JSON.parse(json.output)).to.include({ ok: false });
  });

  it("signs with a key of openssl, and demands it", async () => {
    const [key, publicKey, signed] = ["key.pem", "public.pem", "signed.zip"].map(inFolder);
    try {
      execFileSync("openssl", ["genpkey", "-algorithm", "ed25519", "-out", key], { stdio: "ignore" });
      execFileSync("openssl", ["pkey", "-in", key, "-pubout", "-out", publicKey], { stdio: "ignore" });
    } catch {
      // Without openssl, or with one too old for Ed25519, node makes the same files.
      const { generateKeyPairSync } = await import("node:crypto");
      const pair = generateKeyPairSync("ed25519");
      fs.writeFileSync(key, pair.privateKey.export({ type: "pkcs8", format: "pem" }));
      fs.writeFileSync(publicKey, pair.publicKey.export({ type: "spki", format: "pem" }));
    }
    const packed = await inProcess("bundle", "tiny", ...storage(), "--key", key, "--out", signed);
    expect(packed.output).to.match(/signed\.zip: .*, signed\./);
    const found = await inProcess("verify", signed, "--key", publicKey);
    expect(found.code).to.equal(0);
    expect(found.output).to.match(/signed by the key sha256:[0-9a-f]{64}/);
    const unsigned = await inProcess("verify", bundle, "--key", publicKey);
    expect(unsigned.code).to.equal(1);
    expect(unsigned.output).to.match(/not signed, and a key was given/);
    const wrong = await inProcess("verify", signed, "--key", key);
    expect(wrong.errors).to.match(/holds no public key/);
  });

  it("runs evaluations again", async () => {
    const { code, output, errors } = await inProcess("verify", bundle, "--rerun", "3", ...source);
    expect(code, errors).to.equal(0);
    expect(output)
      .to.match(/Run again: divergences of 3 of the \d+ evaluations of tiny/)
      .and.to.match(/All 3 came out as in the bundle/);
  });

  it("finds scores that the model does not give, though everything was made from them", async () => {
    const { packBundle } = await import("../../src/export/bundle/index.js");
    const forged = new Tampered(fs.readFileSync(bundle)).journal(
      "studies/tiny/journal.jsonl",
      (entries: { kind: string; split: string; divergence: number[] }[]) => {
        for (const entry of entries) if (entry.kind === "evaluation") entry.divergence[1] /= 2;
      },
    );
    const { bytes } = await packBundle({
      studies: [{ journal: forged.files.get("studies/tiny/journal.jsonl")!, source: "journal" }],
      generator: { espalier: "0.0.0" },
    });
    fs.writeFileSync(inFolder("forged.zip"), bytes);
    const { code, output } = await inProcess("verify", inFolder("forged.zip"), "--rerun", "1", ...source);
    expect(code).to.equal(1);
    expect(output)
      .to.match(/Verified: all/)
      .and.to.match(/sample \d+: divergence [\d.]+ in the bundle, [\d.]+ here/)
      .and.to.match(/1 of 1 did not come out/);
  });

  it("says when the samples here are others", async () => {
    const other = source.map((word, i) => (source[i - 1] === "--test" ? "5" : word));
    const { code, errors } = await inProcess("verify", bundle, "--rerun", "1", ...other);
    expect(code).to.equal(1);
    expect(errors).to.match(/The test samples here have the digest .* and the bundle's/);
    expect((await inProcess("verify", bundle, "--rerun")).errors).to.match(/--rerun needs the model/);
    expect((await inProcess("verify", bundle, ...source)).errors).to.match(/give --rerun too/);
    expect((await inProcess("verify", bundle, "--rerun", "none")).errors).to.match(/from 1 up is wanted, or all/);
    expect((await inProcess("verify", bundle, "--rerun", "1", ...source, "--study", "x")).errors).to.match(
      /has no study x/,
    );
  });

  it("writes a page with the notebook, which loads nothing", async () => {
    const page = inFolder("supplement.html");
    const { code, output } = await inProcess(
      ...["bundle", "tiny", ...storage(), "--notebook", inFolder("paper.ipynb"), "--html", page],
      ...["--out", inFolder("with.zip")],
    );
    expect(code).to.equal(0);
    expect(output).to.match(/supplement\.html: a page/);
    const html = fs.readFileSync(page, "utf8");
    expect(html)
      .to.include("<h2>Notebook: paper.ipynb</h2>\n<h3>The paper&#39;s &lt;b&gt;tables&lt;/b&gt;</h3>")
      .and.to.include("default-src 'none'");
    expect(html).to.not.match(/(src|href)="(?!data:|https:)/);
    expect((await inProcess("verify", inFolder("with.zip"))).code).to.equal(0);
  });

  it("refuses what it cannot use, in one sentence each", async () => {
    const cut = inFolder("cut.zip");
    fs.writeFileSync(cut, fs.readFileSync(bundle).subarray(0, 5_000));
    const before = fs.readdirSync(folder);
    for (const [args, phrase] of [
      [["verify", cut], /is refused: it is no whole archive/],
      [["verify", inFolder("missing.zip")], /cannot be read/],
      [["verify", bundle, "--key", inFolder("paper.ipynb")], /holds no public key/],
      [["bundle", "nothing", ...storage()], /There is no study nothing/],
      [["bundle", "../tiny", ...storage()], /cannot be called/],
      [["bundle", "tiny", ...storage(), "--key", inFolder("paper.ipynb")], /holds no private key/],
      [["bundle", "tiny", ...storage(), "--notebook", inFolder("model/config.json")], /is no notebook/],
      [["bundle", "tiny", "tiny", ...storage(), "--html", "x.html"], /a page of one study/],
      [["bundle", "tiny", "tiny", ...storage()], /are called studies\/tiny/],
    ] as const) {
      const { code, output, errors } = await inProcess(...args);
      expect(code, errors).to.equal(1);
      expect(output).to.equal("");
      expect(errors)
        .to.match(phrase)
        .and.to.match(/^[^\n]+\n$/);
    }
    expect(fs.readdirSync(folder)).to.deep.equal(before);
  });
});
