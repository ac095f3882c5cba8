import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { assert, expect } from "chai";
import fc from "fast-check";
import { EspalierError } from "../../src/errors.js";
import type { JournalEntry } from "../../src/study/entries.js";
import { Journal, readJournal } from "../../src/study/journal.js";
import { temporaryFolder } from "./tiny.js";

function entry(i: number): JournalEntry {
  return { kind: "teacher", split: "test", layerForwards: i, seconds: i / 3 };
}

describe("study/journal", () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = temporaryFolder();
    file = path.join(folder, "journal.jsonl");
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  function write(count: number): Buffer {
    const journal = Journal.open(file);
    for (let i = 0; i < count; i++) journal.append(entry(i));
    journal.close();
    return fs.readFileSync(file);
  }

  it("gives back what was appended, in order and to the last bit", () => {
    write(5);
    const journal = Journal.open(file);
    expect(journal.repaired).to.equal(0);
    expect(journal.entries).to.deep.equal([0, 1, 2, 3, 4].map(entry));
    journal.append(entry(5));
    journal.close();
    expect(readJournal(file)).to.deep.equal([0, 1, 2, 3, 4, 5].map(entry));
  });

  it("is one JSON object a line", () => {
    const lines = write(3).toString().trimEnd().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { entry: JournalEntry }).entry)).to.deep.equal(
      [0, 1, 2].map(entry),
    );
  });

  it("cut off anywhere, it keeps every whole line and goes on behind it", () => {
    const bytes = write(4);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length }), (length) => {
        fs.writeFileSync(file, bytes.subarray(0, length));
        const whole = bytes.subarray(0, length).toString().split("\n").length - 1;
        expect(readJournal(file)).to.have.length(whole);
        expect(fs.statSync(file).size, "reading changes nothing").to.equal(length);
        const journal = Journal.open(file);
        expect(journal.entries).to.deep.equal(Array.from({ length: whole }, (_, i) => entry(i)));
        journal.append(entry(9));
        journal.close();
        expect(readJournal(file).at(-1)).to.deep.equal(entry(9));
        expect(readJournal(file)).to.have.length(whole + 1);
      }),
      { numRuns: 60 },
    );
  });

  it("names a damaged line that is not the last, and changes nothing", () => {
    const bytes = write(4);
    const second = bytes.indexOf(10) + 60;
    bytes[second] ^= 1;
    fs.writeFileSync(file, bytes);
    for (const open of [() => Journal.open(file), () => readJournal(file)]) {
      assert.throws(open, EspalierError, /Line 2 of the journal .*journal\.jsonl is damaged/);
    }
    expect(fs.readFileSync(file).equals(bytes)).to.equal(true);
  });

  it("cuts off a last line whose checksum does not fit", () => {
    const bytes = write(3);
    bytes[bytes.length - 10] ^= 1;
    fs.writeFileSync(file, bytes);
    const journal = Journal.open(file);
    expect(journal.entries).to.have.length(2);
    expect(journal.repaired).to.be.greaterThan(0);
    journal.close();
  });

  it("says so when the disk is full, and loses nothing that was finished", function () {
    if (process.platform === "win32") this.skip();
    const module = fileURLToPath(new URL("../../src/study/journal.js", import.meta.url));
    const program = `
      const { Journal } = await import(${JSON.stringify(module)});
      const journal = Journal.open(${JSON.stringify(file)});
      let done = 0;
      try {
        for (;;) { journal.append({ kind: "teacher", split: "test", layerForwards: done, seconds: 0, pad: "x".repeat(300) }); done++; }
      } catch (error) { console.log(JSON.stringify({ done, name: error.name, message: error.message })); }`;
    // Beyond the limit of a file's size, in blocks, the system refuses to write as it does on a full disk.
    const command = `trap '' XFSZ; ulimit -f 4; exec "$0" --input-type=module -e "$1"`;
    const output = execFileSync("sh", ["-c", command, process.execPath, program]).toString();
    const { done, name, message } = JSON.parse(output) as { done: number; name: string; message: string };
    expect(name).to.equal("EspalierError");
    expect(message).to.match(
      /Cannot write .*journal\.jsonl: .*(full|largest size).* Everything that was finished before is kept/,
    );
    expect(done).to.be.greaterThan(1);
    const journal = Journal.open(file);
    expect(journal.entries).to.have.length(done);
    expect(journal.repaired, "nothing torn stays behind").to.equal(0);
    journal.close();
  });
});
