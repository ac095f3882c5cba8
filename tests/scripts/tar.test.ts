import { existsSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { inFolder, loadScript, rejection } from "./scripts.js";

type Extract = (archive: string, place: (name: string) => string | null) => Promise<void>;

function entry(name: string, data: Buffer, { type = "0", target = "", prefix = "" } = {}): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(`${data.length.toString(8).padStart(11, "0")} `, 124);
  header.write(type, 156);
  header.write(target, 157);
  header.write("ustar\x0000", 257, "latin1");
  header.write(prefix, 345);
  header.fill(" ", 148, 156);
  const sum = header.reduce((a, b) => a + b, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([header, data, Buffer.alloc((512 - (data.length % 512)) % 512)]);
}

const long = `${"deep/".repeat(30)}name.so`;
const records = (name: string) => {
  const body = ` path=${name}\n`;
  const length = body.length + 3;
  return Buffer.from(`${length}${body}`);
};
const archive = Buffer.concat([
  entry("lib/", Buffer.alloc(0), { type: "5" }),
  entry("lib/one.so", Buffer.from("one")),
  entry("two.so", Buffer.alloc(1500, 7), { prefix: "lib/sub" }),
  entry("lib/link.so", Buffer.alloc(0), { type: "2", target: "one.so" }),
  entry("././@LongLink", Buffer.from(`${long}\0`), { type: "L" }),
  entry("deep/deep", Buffer.from("long")),
  entry("PaxHeader", records(`pax/${long}`), { type: "x" }),
  entry("pax", Buffer.from("pax")),
  entry("skipped.txt", Buffer.alloc(700)),
  Buffer.alloc(1024),
]);

describe("scripts/setup/tar", () => {
  let extract: Extract;
  before(async () => {
    extract = (await loadScript<{ extractTarGz: Extract }>("tar.mjs")).extractTarGz;
  });

  it("unpacks the chosen files, links and long names", () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, "x.tar.gz"), gzipSync(archive));
      const names: string[] = [];
      await extract(join(folder, "x.tar.gz"), (name) => {
        names.push(name);
        return name === "skipped.txt" ? null : join(folder, "out", name);
      });
      expect(names).to.deep.equal(["lib/one.so", "lib/sub/two.so", "lib/link.so", long, `pax/${long}`, "skipped.txt"]);
      expect(readFileSync(join(folder, "out/lib/one.so"), "utf8")).to.equal("one");
      expect(readFileSync(join(folder, "out/lib/sub/two.so")).equals(Buffer.alloc(1500, 7))).to.equal(true);
      expect(readlinkSync(join(folder, "out/lib/link.so"))).to.equal("one.so");
      expect(readFileSync(join(folder, "out", long), "utf8")).to.equal("long");
      expect(readFileSync(join(folder, "out/pax", long), "utf8")).to.equal("pax");
      expect(existsSync(join(folder, "out/skipped.txt"))).to.equal(false);
    }));

  it("refuses an archive that is cut off or damaged", () =>
    inFolder(async (folder) => {
      const place = (name: string) => join(folder, "out", name);
      const path = join(folder, "x.tar.gz");
      writeFileSync(path, gzipSync(archive.subarray(0, 1800)));
      expect((await rejection(extract(path, place))).message).to.include("cut off");
      writeFileSync(path, gzipSync(archive).subarray(0, 200));
      await rejection(extract(path, place));
      const damaged = Buffer.from(archive);
      damaged[512] ^= 1;
      writeFileSync(path, gzipSync(damaged));
      expect((await rejection(extract(path, place))).message).to.include("damaged");
    }));
});
