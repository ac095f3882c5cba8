import { expect } from "chai";
import fc from "fast-check";
import { EspalierError } from "../../../src/errors.js";
import { LIMITS, readArchive, writeArchive } from "../../../src/export/bundle/archive.js";
import { nameProblem } from "../../../src/export/bundle/names.js";
import { sealed, type ZipPart, zipOf } from "./zips.js";

const text = (value: string) => Buffer.from(value);
const part = (name: string, more: Partial<ZipPart> = {}): ZipPart => ({ name, content: text("content"), ...more });

/** The one sentence with which something is refused. */
function refusal(bytes: Buffer): string {
  try {
    readArchive(bytes, "b.zip");
  } catch (error) {
    expect(error).to.be.instanceOf(EspalierError);
    const { message } = error as Error;
    expect(message).to.match(/^[^\n]+\.$/);
    return message;
  }
  throw new Error("It was read.");
}

describe("export/bundle/archive", () => {
  it("gives back what was packed, and packs the same bytes again", () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.stringMatching(/^[a-z]{1,8}(\/[a-z0-9]{1,8}){0,2}$/),
          fc.oneof(
            fc.uint8Array({ maxLength: 300 }),
            fc.nat(50_000).map((length) => new Uint8Array(length)),
          ),
          { maxKeys: 6 },
        ),
        (contents) => {
          const files = new Map(Object.entries(contents));
          const bytes = writeArchive(files);
          expect(writeArchive(files).equals(bytes)).to.equal(true);
          const read = readArchive(bytes, "b.zip");
          expect(read.intact).to.equal(true);
          expect(read.damaged.size).to.equal(0);
          expect([...read.files.keys()]).to.deep.equal([...files.keys()]);
          for (const [name, content] of files) expect(read.files.get(name)!.equals(content)).to.equal(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("reads what an independent writer of zips makes, stored and deflated", () => {
    const { files, intact } = readArchive(zipOf([part("a/b.txt"), part("c.txt", { deflate: true })]), "b.zip");
    expect(intact).to.equal(true);
    expect([...files].map(([name, content]) => [name, content.toString()])).to.deep.equal([
      ["a/b.txt", "content"],
      ["c.txt", "content"],
    ]);
  });

  it("notices every changed byte", () => {
    const bytes = writeArchive(
      new Map([
        ["a.txt", text("some text that is packed, packed, packed")],
        ["b.txt", text("b")],
      ]),
    );
    for (let at = 0; at < bytes.length; at++) {
      for (const bit of [1, 128]) {
        const changed = Buffer.from(bytes);
        changed[at] ^= bit;
        let found = "";
        try {
          const { intact } = readArchive(changed, "b.zip");
          found = intact ? "" : "not intact";
        } catch (error) {
          expect(error, `byte ${at}`).to.be.instanceOf(EspalierError);
          found = (error as Error).message;
        }
        expect(found, `byte ${at}`).to.not.equal("");
      }
    }
  });

  it("names the file that was changed", () => {
    const bytes = zipOf([part("a.txt"), part("b.txt", { content: text("other") })]);
    const changed = Buffer.from(bytes);
    changed[changed.indexOf("other")] ^= 1;
    const { files, damaged } = readArchive(changed, "b.zip");
    expect([...files.keys()]).to.deep.equal(["a.txt"]);
    expect([...damaged]).to.deep.equal([["b.txt", "its checksum does not fit"]]);
  });

  it("refuses archives that are cut off anywhere, and what is no archive", () => {
    const bytes = writeArchive(
      new Map([
        ["a.txt", text("a")],
        ["b.txt", Buffer.alloc(500, 7)],
      ]),
    );
    for (let length = 0; length < bytes.length; length += 10) {
      expect(refusal(bytes.subarray(0, length))).to.match(/no whole archive/);
    }
    expect(refusal(Buffer.from("{}"))).to.match(/no whole archive/);
    expect(refusal(Buffer.alloc(10_000))).to.match(/no whole archive/);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => void refusal(sealed(Buffer.from(noise)))));
  });

  it("survives any bytes in the place of any others", () => {
    const bytes = zipOf([part("a.txt", { deflate: true }), part("b.txt")]).subarray(0, -80);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.uint8Array({ minLength: 1, maxLength: 8 }), (at, noise) => {
        const changed = Buffer.from(bytes);
        changed.set(noise.subarray(0, changed.length - at), at);
        try {
          readArchive(sealed(changed), "b.zip");
        } catch (error) {
          expect(error).to.be.instanceOf(EspalierError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("refuses names that lead outside, or that two systems read differently", () => {
    for (const [name, reason] of [
      ["../evil.txt", /leads outside/],
      ["a/../../evil.txt", /leads outside/],
      ["/etc/passwd", /root of a disk/],
      ["C:/evil.txt", /root of a disk/],
      ["a\\..\\evil.txt", /backslash/],
      ["a//b", /empty part/],
      ["./a", /empty part/],
      ["folder/", /empty part/],
      ["a\u0000b", /control/],
      ["a\u202eb", /control/],
      ["e\u0301", /composed/],
      ["x".repeat(501), /longer/],
      ["", /empty/],
    ] as const) {
      expect(refusal(zipOf([part(name)])), JSON.stringify(name)).to.match(reason);
      expect(() => writeArchive(new Map([[name, text("")]]))).to.throw(EspalierError, reason);
    }
    expect(nameProblem("studies/ä b/table.txt")).to.equal(null);
    expect(refusal(zipOf([part("a.txt"), part("a.txt")]))).to.match(/two files/);
    expect(refusal(zipOf([part("a.txt"), part("A.TXT")]))).to.match(/two files/);
  });

  it("refuses links, devices, encryption and other methods", () => {
    expect(refusal(zipOf([part("a", { mode: 0o120777 })]))).to.match(/link or a device/);
    expect(refusal(zipOf([part("a", { mode: 0o020666 })]))).to.match(/link or a device/);
    expect(refusal(zipOf([part("a", { flags: 1 | (1 << 11) })]))).to.match(/not as espalier bundle writes/);
    expect(refusal(zipOf([part("a", { method: 12 })]))).to.match(/method 12/);
  });

  it("refuses bombs before it unpacks them", () => {
    const zeros = Buffer.alloc(20_000_000);
    expect(refusal(zipOf([part("a", { content: zeros, deflate: true })]))).to.match(/times what it is packed in/);
    // A size that is too small to be noticed ends where it says.
    expect(refusal(zipOf([part("a", { content: zeros, deflate: true, size: 1000 })]))).to.match(
      /unpacks to more than the 1000 bytes/,
    );
    expect(refusal(zipOf([part("a", { size: 1_000 })]))).to.match(/two sizes/);
    // Files that lie over one another.
    expect(refusal(zipOf([part("a"), part("b", { offset: 0 })]))).to.match(/does not begin where/);
    const many = Array.from({ length: LIMITS.files + 1 }, (_, i) => part(`${i}`, { content: Buffer.alloc(0) }));
    expect(refusal(zipOf(many))).to.match(/files, and 10000 are the most/);
  });

  it("refuses bytes that belong to no file", () => {
    expect(refusal(zipOf([part("a")], text("hidden")))).to.match(/belong to no file/);
    const bytes = zipOf([part("a")]);
    expect(refusal(sealed(Buffer.concat([text("hidden"), bytes.subarray(0, -80)])))).to.match(/not where it should be/);
  });
});
