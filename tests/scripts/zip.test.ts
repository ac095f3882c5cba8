import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { expect } from "chai";
import fc from "fast-check";
import { inFolder, loadScript, rejection } from "./scripts.js";

interface Zip {
  readonly entries: Map<string, { size: number }>;
  extract(name: string, destination: string, onBytes?: (bytes: number) => void): Promise<void>;
  close(): Promise<void>;
}

interface File {
  readonly name: string;
  readonly data: Buffer;
  readonly method: 0 | 8;
}

/** A zip archive, written from the format's description: with `wide`, every size and offset is in a zip64 field. */
function makeZip(files: readonly File[], { wide = false, comment = "" } = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data, method } of files) {
    const packed = method === 8 ? deflateRawSync(data) : data;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(method, 8);
    local.writeUInt32LE(crc32(data), 14);
    local.writeUInt32LE(packed.length, 18);
    local.writeUInt32LE(data.length, 22);
    local.writeUInt16LE(Buffer.byteLength(name), 26);
    local.writeUInt16LE(5, 28); // an extra field that only the local header has
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(crc32(data), 16);
    central.writeUInt32LE(wide ? 0xffffffff : packed.length, 20);
    central.writeUInt32LE(wide ? 0xffffffff : data.length, 24);
    central.writeUInt16LE(Buffer.byteLength(name), 28);
    central.writeUInt32LE(wide ? 0xffffffff : offset, 42);
    const extra = Buffer.alloc(wide ? 34 : 0);
    if (wide) {
      extra.writeUInt16LE(0x5455, 0); // another field before the one for zip64
      extra.writeUInt16LE(2, 2);
      extra.writeUInt16LE(1, 6);
      extra.writeUInt16LE(24, 8);
      extra.writeBigUInt64LE(BigInt(data.length), 10);
      extra.writeBigUInt64LE(BigInt(packed.length), 18);
      extra.writeBigUInt64LE(BigInt(offset), 26);
    }
    central.writeUInt16LE(extra.length, 30);
    directory.push(central, Buffer.from(name), extra);
    const whole = Buffer.concat([local, Buffer.from(name), Buffer.alloc(5), packed]);
    parts.push(whole);
    offset += whole.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(wide ? 0xffff : files.length, 10);
  end.writeUInt32LE(wide ? 0xffffffff : list.length, 12);
  end.writeUInt32LE(wide ? 0xffffffff : offset, 16);
  end.writeUInt16LE(Buffer.byteLength(comment), 20);
  const end64 = Buffer.alloc(wide ? 76 : 0);
  if (wide) {
    end64.writeUInt32LE(0x06064b50, 0);
    end64.writeBigUInt64LE(44n, 4);
    end64.writeBigUInt64LE(BigInt(files.length), 32);
    end64.writeBigUInt64LE(BigInt(list.length), 40);
    end64.writeBigUInt64LE(BigInt(offset), 48);
    end64.writeUInt32LE(0x07064b50, 56);
    end64.writeBigUInt64LE(BigInt(offset + list.length), 64);
  }
  return Buffer.concat([...parts, list, end64, end, Buffer.from(comment)]);
}

const text = Buffer.from("leaf and branch ".repeat(5000));
const sample: File[] = [
  { name: "a/stored.bin", data: Buffer.from([0, 1, 2, 255]), method: 0 },
  { name: "a/b/deflated.txt", data: text, method: 8 },
  { name: "empty", data: Buffer.alloc(0), method: 0 },
];

describe("scripts/setup/zip", () => {
  let open: (path: string) => Promise<Zip>;
  before(async () => {
    const { ZipReader } = await loadScript<{ ZipReader: { open(path: string): Promise<Zip> } }>("zip.mjs");
    open = (path) => ZipReader.open(path);
  });

  for (const wide of [false, true]) {
    it(`reads stored and deflated files${wide ? " with zip64 sizes and offsets" : ""}`, () =>
      inFolder(async (folder) => {
        const path = join(folder, "x.zip");
        writeFileSync(path, makeZip(sample, { wide, comment: "a comment" }));
        const zip = await open(path);
        expect([...zip.entries.keys()]).to.deep.equal(sample.map(({ name }) => name));
        for (const { name, data } of sample) {
          let written = 0;
          await zip.extract(name, join(folder, "out", name), (bytes) => {
            written += bytes;
          });
          expect(readFileSync(join(folder, "out", name)).equals(data), name).to.equal(true);
          expect(written).to.equal(data.length);
        }
        await zip.close();
      }));
  }

  it("gives back what went in, whatever it is", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ data: fc.uint8Array({ maxLength: 3000 }), deflate: fc.boolean() }), { maxLength: 5 }),
        fc.boolean(),
        (contents, wide) =>
          inFolder(async (folder) => {
            const files = contents.map(({ data, deflate }, i): File => {
              return { name: `f${i}`, data: Buffer.from(data), method: deflate ? 8 : 0 };
            });
            writeFileSync(join(folder, "x.zip"), makeZip(files, { wide }));
            const zip = await open(join(folder, "x.zip"));
            for (const { name, data } of files) {
              await zip.extract(name, join(folder, name));
              expect(readFileSync(join(folder, name)).equals(data)).to.equal(true);
            }
            await zip.close();
          }),
      ),
      { numRuns: 30 },
    ));

  it("notices a flipped byte and leaves no file behind", () =>
    inFolder(async (folder) => {
      const bytes = makeZip(sample);
      for (const at of [30 + "a/stored.bin".length + 5, 130]) bytes[at] ^= 4;
      writeFileSync(join(folder, "x.zip"), bytes);
      const zip = await open(join(folder, "x.zip"));
      for (const name of ["a/stored.bin", "a/b/deflated.txt"]) {
        const error = await rejection(zip.extract(name, join(folder, "out")));
        expect(error.name).to.equal("ZipError");
        expect(error.message).to.include(name);
        expect(existsSync(join(folder, "out"))).to.equal(false);
      }
      await zip.close();
    }));

  it("refuses an archive that is cut off, anywhere", () =>
    inFolder(async (folder) => {
      const bytes = makeZip(sample);
      for (let length = 0; length < bytes.length; length += 7) {
        writeFileSync(join(folder, "x.zip"), bytes.subarray(0, length));
        expect((await rejection(open(join(folder, "x.zip")))).name, `${length} bytes`).to.equal("ZipError");
      }
    }));

  it("refuses hostile bytes with its own error, never with another", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        (edits, wide) =>
          inFolder(async (folder) => {
            const bytes = makeZip(sample, { wide });
            for (const [at, value] of edits) bytes[at % bytes.length] = value;
            writeFileSync(join(folder, "x.zip"), bytes);
            try {
              const zip = await open(join(folder, "x.zip"));
              try {
                for (const name of zip.entries.keys()) await zip.extract(name, join(folder, "out"));
              } finally {
                await zip.close();
              }
            } catch (error) {
              expect((error as Error).name, String(error)).to.equal("ZipError");
            }
          }),
      ),
      { numRuns: 150 },
    ));

  it("names a file that is not there", () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, "x.zip"), makeZip(sample));
      const zip = await open(join(folder, "x.zip"));
      expect((await rejection(zip.extract("absent", join(folder, "out")))).message).to.include("has no file absent");
      await zip.close();
    }));
});
