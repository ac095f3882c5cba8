import { createHash, generateKeyPairSync, verify as verifySignature } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { EspalierError } from "../../../src/errors.js";
import {
  chooseReruns,
  compareRerun,
  packBundle,
  parsePrivateKey,
  parsePublicKey,
  type Verification,
  verifyBundle,
} from "../../../src/export/bundle/index.js";
import { rejection } from "../../scripts/scripts.js";
import { openTiny, SEARCH, SIZES, wholeStudy } from "../../study/runStudy.js";
import { temporaryFolder, writeTiny } from "../../study/tiny.js";
import { Tampered } from "./tampering.js";

const FOLDER = "studies/tiny";
const JOURNAL = `${FOLDER}/journal.jsonl`;
const NOTEBOOK = { name: "paper.ipynb", bytes: Buffer.from('{"nbformat":4,"cells":[]}') };

interface Evaluation {
  kind: string;
  split: string;
  series: string;
  counts: number[][];
  divergence: number[];
  accuracy: number[];
  beforeTopUp?: Evaluation;
}

interface Header {
  settings: { seed: number };
  data: { test: Record<string, unknown[]> };
}

describe("export/bundle/verify", function () {
  this.timeout(120_000);
  let folder: string;
  let journal: Buffer;
  /** With grid, rival and recipes. */
  let whole: Buffer;
  let bundle: Buffer;
  const key = generateKeyPairSync("ed25519");
  const pem = key.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const publicPem = key.publicKey.export({ type: "spki", format: "pem" }).toString();
  const pack = (more = {}) =>
    packBundle({
      studies: [{ journal, source: "journal" }],
      notebooks: [NOTEBOOK],
      generator: { espalier: "0.0.0" },
      ...more,
    });
  const verified = (bytes: Buffer, more = {}) => verifyBundle(bytes, { source: "b.zip", ...more });
  const differing = ({ checks }: Verification) => checks.filter(({ verdict }) => verdict === "differs");
  const named = ({ checks }: Verification, what: string) => checks.find((check) => check.what === what)!;

  before(async () => {
    folder = temporaryFolder();
    await writeTiny(folder, SIZES);
    const study = await openTiny(folder, path.join(folder, "runs"), "tiny");
    const read = () => fs.readFileSync(path.join(folder, "runs", "tiny", "journal.jsonl"));
    await study.search(SEARCH);
    await study.controls();
    await study.compare();
    journal = read();
    await wholeStudy(study);
    await study.close();
    whole = read();
    ({ bytes: bundle } = await pack());
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  it("finds nothing in a bundle as it was packed", async () => {
    const { bytes } = await pack({ studies: [{ journal: whole, source: "journal" }] });
    const found = await verified(bytes);
    expect(found.ok).to.equal(true);
    expect(found.signedBy).to.equal(null);
    const whats = found.checks.map(({ what }) => what);
    for (const file of [
      "results.json",
      "table.txt",
      "rows.csv",
      "means.csv",
      "figures/frontier.svg",
      "schedules/schedule-search@0.3.json",
    ]) {
      expect(whats).to.include(`${FOLDER}/${file}`);
    }
    for (const check of found.checks) expect(check, check.what).to.include({ verdict: "same", count: 0 });
  });

  it("packs the same study into the same bytes", async () => {
    expect((await pack()).bytes.equals(bundle)).to.equal(true);
    const privateKey = parsePrivateKey(pem, "key");
    expect((await pack({ privateKey })).bytes.equals((await pack({ privateKey })).bytes)).to.equal(true);
  });

  it("says what it was made with", async () => {
    const { manifest } = await verified(bundle);
    const [study] = manifest.studies;
    expect(study.seeds).to.deep.equal({ study: 0, bootstrap: 20_260_415 });
    expect(study.data.test.ids).to.have.length(SIZES.test);
    expect(study.model.digest).to.match(/^sha256:/);
    expect(study.machines[0].versions).to.have.property("node");
    const figure = manifest.files.find(({ name }) => name.endsWith("frontier.svg"))!;
    expect(figure).to.include({ kind: "figure" });
    expect(figure.from).to.deep.equal([JOURNAL]);
  });

  describe("finds a change that was made without its digests", () => {
    const cases: [string, (files: Tampered) => Tampered, RegExp][] = [
      [
        "a score",
        (files) => files.replace(JOURNAL, /"divergence":\[0\./, '"divergence":[1.'),
        /journal\.jsonl: its digest/,
      ],
      [
        "a figure",
        (files) => files.replace(`${FOLDER}/figures/frontier.svg`, "<svg", "<svg "),
        /frontier\.svg: its digest/,
      ],
      ["a notebook", (files) => files.set("notebooks/paper.ipynb", "{}"), /paper\.ipynb: its digest/],
    ];
    for (const [what, change, phrase] of cases) {
      it(what, async () => {
        const found = await verified(change(new Tampered(bundle)).bytes);
        expect(found.ok).to.equal(false);
        expect(named(found, "files").differences.join("\n")).to.match(phrase);
      });
    }

    it("a missing file, and one too many", async () => {
      const files = new Tampered(bundle);
      files.files.delete(`${FOLDER}/table.txt`);
      const found = await verified(files.set("extra.txt", "x").bytes);
      const phrases = named(found, "files").differences;
      expect(phrases).to.include(`${FOLDER}/table.txt: missing`).and.to.include("extra.txt: not in the manifest");
    });
  });

  describe("finds a change behind which every digest was made to fit", () => {
    it("a changed score: in the results", async () => {
      const files = new Tampered(bundle).json(`${FOLDER}/results.json`, (value: { rows: { divergence: number }[] }) => {
        value.rows[4].divergence *= 1.001;
      });
      const found = await verified(files.redigest().bytes);
      expect(differing(found).map(({ what }) => what)).to.deep.equal([`${FOLDER}/results.json`]);
      expect(differing(found)[0].differences[0]).to.match(
        /^rows\[4\] \(series search, configuration search@0\.1, budget 0\.1, sample \d+\)\.divergence: [\d.]+ in the bundle, [\d.]+ recomputed$/,
      );
    });

    it("a changed score: in the journal, from which everything is recomputed", async () => {
      const files = new Tampered(bundle).journal(JOURNAL, (entries: Evaluation[]) => {
        const entry = entries.find(
          ({ kind, split, series }) => kind === "evaluation" && split === "test" && series === "search",
        )!;
        entry.divergence[0] += 0.01;
      });
      const found = await verified(files.redigest().bytes);
      const whats = differing(found).map(({ what }) => what);
      for (const name of [
        "results.json",
        "rows.csv",
        "table.txt",
        "means.csv",
        "figures/frontier.svg",
        "schedules/schedule-search@0.1.json",
      ]) {
        expect(whats).to.include(`${FOLDER}/${name}`);
      }
      expect(named(found, `${FOLDER}/results.json`).differences.join()).to.match(/divergence\.mean: .* recomputed/);
    });

    it("a changed schedule: in its file, in the journal, and one that is none", async () => {
      const file = `${FOLDER}/schedules/schedule-search@0.3.json`;
      const inFile = new Tampered(bundle).json(file, (value: { samples: { counts: number[] }[] }) => {
        value.samples[1].counts[3] = 0;
      });
      const found = await verified(inFile.redigest().bytes);
      expect(differing(found).map(({ what }) => what)).to.deep.equal([file]);
      expect(differing(found)[0].differences[0]).to.match(
        /^samples\[1\] \(id \d+\)\.counts\[3\]: 0 in the bundle, \d+ recomputed$/,
      );
      const change = (to: (row: number[]) => void) =>
        new Tampered(bundle)
          .journal(JOURNAL, (entries: Evaluation[]) => {
            const entry = entries.filter(({ split, series }) => split === "test" && series === "search")[1];
            to(entry.counts[2]);
            if (entry.beforeTopUp) to(entry.beforeTopUp.counts[2]);
          })
          .redigest().bytes;
      const moved = await verified(change((row) => row.fill(0, 1)));
      expect(differing(moved).map(({ what }) => what))
        .to.include(file)
        .and.to.include(`${FOLDER}/results.json`);
      const rising = await verified(change((row) => row.push(row.pop()! + 1_000)));
      expect(named(rising, JOURNAL).differences[0]).to.match(/has a schedule that rises/);
    });

    it("a changed figure, drawing or specification", async () => {
      for (const [name, from, to] of [
        ["figures/frontier.svg", /fill="#0072b2"/i, 'fill="#ff0000"'],
        ["figures/schedules.vl.json", /0\.\d{3,}/, "0.5"],
        ["table.txt", /\d\.\d+ \[/, "9.99 ["],
        ["means.csv", /,search@0\.1,/, ",search@0.2,"],
      ] as const) {
        const found = await verified(new Tampered(bundle).replace(`${FOLDER}/${name}`, from, to).redigest().bytes);
        expect(
          differing(found).map(({ what }) => what),
          name,
        ).to.deep.equal([`${FOLDER}/${name}`]);
        expect(differing(found)[0].differences[0]).to.match(/in the bundle.*recomputed/);
      }
    });

    it("a missing sample: in the journal, in the manifest, in the rows", async () => {
      const inJournal = new Tampered(bundle).journal(JOURNAL, (entries: (Evaluation & Header)[]) => {
        for (const list of Object.values(entries[0].data.test)) list.pop();
        for (const entry of entries.filter(({ kind }) => kind === "unpruned")) {
          entry.accuracy.pop();
          (entry as unknown as { floorDivergence: number[] }).floorDivergence.pop();
        }
        for (const entry of entries.filter(({ kind, split }) => kind === "evaluation" && split === "test")) {
          for (const one of [entry, entry.beforeTopUp]) {
            for (const list of [one?.counts, one?.divergence, one?.accuracy]) list?.pop();
          }
        }
      });
      const found = await verified(inJournal.redigest().bytes);
      expect(named(found, "samples of tiny").differences[0]).to.match(
        /test\.ids: 6 entries in the bundle, 5 recomputed.*"\d+"/,
      );
      const half = new Tampered(bundle).journal(JOURNAL, (entries: Evaluation[]) => {
        entries.find(({ kind, split }) => kind === "evaluation" && split === "test")!.divergence.pop();
      });
      expect(named(await verified(half.redigest().bytes), JOURNAL).differences[0]).to.match(
        /has 5 divergence for 6 samples/,
      );
      const inManifest = new Tampered(bundle).json(
        "manifest.json",
        (value: { studies: { data: { test: { ids: string[] } } }[] }) => {
          value.studies[0].data.test.ids.pop();
        },
      );
      expect(differing(await verified(inManifest.bytes)).map(({ what }) => what)).to.deep.equal(["samples of tiny"]);
      const rows = new Tampered(bundle).replace(`${FOLDER}/rows.csv`, /\r\n[^\r]*\r\n$/, "\r\n");
      expect(differing(await verified(rows.redigest().bytes)).map(({ what }) => what)).to.deep.equal([
        `${FOLDER}/rows.csv`,
      ]);
    });

    it("another seed: in the manifest, in the journal", async () => {
      const inManifest = new Tampered(bundle).json(
        "manifest.json",
        (value: { studies: { seeds: { study: number } }[] }) => {
          value.studies[0].seeds.study = 7;
        },
      );
      const found = await verified(inManifest.bytes);
      expect(differing(found).map(({ what, differences }) => [what, ...differences])).to.deep.equal([
        ["seeds of tiny", "study: 7 in the bundle, 0 recomputed"],
      ]);
      const inJournal = new Tampered(bundle).journal(JOURNAL, ([header]: Header[]) => {
        header.settings.seed = 3;
      });
      const other = await verified(inJournal.redigest().bytes);
      expect(named(other, "seeds of tiny").differences[0]).to.equal("study: 0 in the bundle, 3 recomputed");
      expect(named(other, `${FOLDER}/results.json`).differences[0]).to.match(/seeds\.study: 0 .* 3 recomputed/);
    });

    it("a table that was left out, and one that nothing makes", async () => {
      const files = new Tampered(bundle);
      files.files.delete(`${FOLDER}/table.txt`);
      expect(differing(await verified(files.redigest().bytes)).map(({ what }) => what)).to.deep.equal([
        `${FOLDER}/table.txt`,
      ]);
      const more = new Tampered(bundle).set(`${FOLDER}/figures/best.svg`, "<svg/>");
      more.json("manifest.json", (value: { files: object[] }) => {
        value.files.push({
          name: `${FOLDER}/figures/best.svg`,
          bytes: 0,
          sha256: "0".repeat(64),
          kind: "figure",
          from: [JOURNAL],
        });
      });
      const found = differing(await verified(more.redigest().bytes));
      expect(found.map(({ what }) => what)).to.deep.equal([`${FOLDER}/figures/best.svg`]);
    });
  });

  it("calls numbers that rounding changed within tolerance", async () => {
    const files = new Tampered(bundle).json(`${FOLDER}/results.json`, (value: { rows: { divergence: number }[] }) => {
      for (const row of value.rows) row.divergence *= 1 + 1e-12;
    });
    const found = await verified(files.redigest().bytes);
    expect(found.ok).to.equal(true);
    expect(named(found, `${FOLDER}/results.json`).verdict).to.equal("within tolerance");
  });

  it("says of a made-up journal that nothing can be made from it", async () => {
    for (const change of [
      (entries: object[]) => entries.shift(),
      (entries: object[]) => entries.push({ kind: "searcherBlock" }),
      (entries: { model?: { shape: { layers: number } } }[]) => {
        entries[0].model!.shape.layers = 1e9;
      },
      (entries: { settings?: { cost: string } }[]) => {
        entries[0].settings!.cost = "nothing";
      },
    ]) {
      const found = await verified(new Tampered(bundle).journal(JOURNAL, change as never).redigest().bytes);
      expect(found.ok).to.equal(false);
      expect(named(found, JOURNAL).verdict).to.equal("differs");
    }
    const torn = new Tampered(bundle);
    torn.set(JOURNAL, torn.text(JOURNAL).slice(0, -9));
    expect(named(await verified(torn.redigest().bytes), JOURNAL).differences[0]).to.match(/middle of a line/);
  });

  describe("signatures", () => {
    it("are checked, and demanded where a key is given", async () => {
      const { bytes } = await pack({ privateKey: parsePrivateKey(pem, "key") });
      const publicKey = parsePublicKey(publicPem, "public");
      const found = await verified(bytes, { publicKey });
      expect(found.ok).to.equal(true);
      const der = key.publicKey.export({ type: "spki", format: "der" });
      expect(found.signedBy).to.equal(`sha256:${createHash("sha256").update(der).digest("hex")}`);
      expect((await verified(bytes)).ok).to.equal(true);
      const unsigned = await verified(bundle, { publicKey });
      expect(named(unsigned, "signature").differences).to.deep.equal(["it is not signed, and a key was given"]);
      const other = await verified(bytes, { publicKey: generateKeyPairSync("ed25519").publicKey });
      expect(named(other, "signature").differences[0]).to.match(/not by the one that was given/);
      // As anybody else would check it.
      const { files } = new Tampered(bytes);
      const { signature } = JSON.parse(files.get("signature.json")!.toString()) as { signature: string };
      expect(
        verifySignature(null, files.get("manifest.json")!, key.publicKey, Buffer.from(signature, "base64")),
      ).to.equal(true);
    });

    it("fit nothing that was changed", async () => {
      const { bytes } = await pack({ privateKey: parsePrivateKey(pem, "key") });
      const files = new Tampered(bytes).replace(`${FOLDER}/table.txt`, /\d/, "9");
      const found = await verified(files.redigest().bytes);
      expect(named(found, "signature").differences[0]).to.match(/changed after it was signed/);
      expect(found.signedBy).to.equal(null);
      const broken = new Tampered(bytes).set("signature.json", "{}");
      expect(named(await verified(broken.bytes), "signature").verdict).to.equal("differs");
    });

    it("take Ed25519 keys only", () => {
      const rsa = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const pems = [rsa.privateKey.export({ type: "pkcs8", format: "pem" }), "", publicPem];
      for (const one of pems)
        expect(() => parsePrivateKey(one.toString(), "key.pem")).to.throw(EspalierError, /openssl/);
      expect(() => parsePublicKey(pem, "key.pem")).to.throw(EspalierError, /no public key/);
      expect(() => parsePublicKey("x", "key.pem")).to.throw(EspalierError, /no public key/);
    });
  });

  it("refuses newer formats, and manifests that are none, in one sentence", async () => {
    const changes: [(files: Tampered) => Tampered, RegExp][] = [
      [
        (files) => files.replace("manifest.json", '"version": 1', '"version": 2'),
        /of format 2, and this Espalier reads up to 1/,
      ],
      [(files) => files.set("manifest.json", "{"), /not JSON/],
      [(files) => files.set("manifest.json", "[]"), /not valid/],
      [(files) => files.set("manifest.json", '{"format":"espalier.bundle","version":1}'), /not valid/],
      [
        (files) =>
          files.json("manifest.json", (value: { studies: object[] }) => {
            value.studies.push(value.studies[0]);
          }),
        /named twice/,
      ],
      [(files) => files.without("manifest.json"), /no manifest\.json/],
    ];
    for (const [change, phrase] of changes) {
      const error = await rejection(verified(change(new Tampered(bundle)).bytes));
      expect(error).to.be.instanceOf(EspalierError);
      expect(error.message)
        .to.match(phrase)
        .and.to.match(/^[^\n]+\.$/);
    }
  });

  it("finds a changed byte anywhere, and never fails otherwise", async () => {
    for (let at = 3; at < bundle.length; at += Math.ceil(bundle.length / 6)) {
      const changed = Buffer.from(bundle);
      changed[at] ^= 4;
      try {
        expect((await verified(changed)).ok, `byte ${at}`).to.equal(false);
      } catch (error) {
        expect(error, `byte ${at}`).to.be.instanceOf(EspalierError);
      }
    }
  });

  it("refuses two studies of one name, and no study", async () => {
    const twice = { journal, source: "journal" };
    const error = await rejection(packBundle({ studies: [twice, twice], generator: {} }));
    expect(error.message).to.match(/are called studies\/tiny/);
    expect((await rejection(packBundle({ studies: [], generator: {} }))).message).to.match(/needs a study/);
  });

  it("chooses what is run again, and compares it sample by sample", async () => {
    const { journals } = await verified(bundle);
    const read = journals.get("tiny")!;
    const { chosen, of } = chooseReruns(read, 5);
    expect(chosen).to.have.length(5);
    expect(of).to.be.above(5);
    expect(chooseReruns(read, Number.POSITIVE_INFINITY).chosen).to.have.length(of);
    for (const { entry, selector } of chosen) {
      expect(selector).to.equal(/^control:/.test(entry.series) ? entry.series.slice(8) : "fastv");
    }
    const { entry } = chosen[0];
    const ids = read.header.data.test.ids;
    const rows = (change: (value: number, s: number) => number) =>
      ids.map((sample, s) => ({ sample, divergence: change(entry.divergence[s], s) })) as never;
    expect(
      compareRerun(
        read,
        entry,
        rows((value) => value),
      ).verdict,
    ).to.equal("same");
    expect(
      compareRerun(
        read,
        entry,
        rows((value) => value + 1e-6),
      ).verdict,
    ).to.equal("within tolerance");
    const found = compareRerun(
      read,
      entry,
      rows((value, s) => (s === 2 ? value + 1 : value)),
    );
    expect(found.differences[0]).to.match(new RegExp(`^sample ${ids[2]}: divergence`));
    expect(compareRerun(read, entry, []).count).to.equal(ids.length);
  });
});
