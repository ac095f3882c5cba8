import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { CellFolder, removeAbandonedFolders } from "../../../kernel/src/debugger/cellFolder.js";

describe("kernel/debugger/cellFolder", () => {
  it("writes cells where only the user can read, and takes all of them away", () => {
    const folder = new CellFolder();
    const file = folder.dump("const a = 1");
    expect(folder.pathOf("const a = 1")).to.equal(file);
    expect(folder.read(file)).to.equal("const a = 1");
    expect(folder.read(folder.pathOf("never written"))).to.equal(undefined);
    expect(folder.read("/etc/hostname")).to.equal(undefined);
    const place = path.dirname(file);
    expect([fs.statSync(place).mode & 0o77, fs.statSync(file).mode & 0o77]).to.deep.equal([0, 0]);
    folder.remove();
    folder.remove();
    expect(fs.existsSync(place)).to.equal(false);
  });

  it("takes away what killed kernels left, and nothing of kernels that live or of somebody else", async () => {
    const { pid: dead } = spawnSync(process.execPath, ["-e", ""]);
    const make = (name: string): string => fs.mkdtempSync(path.join(os.tmpdir(), name));
    const left = make(`espalier-ipykernel_${dead}-`);
    fs.writeFileSync(path.join(left, "123.ts"), "a cell");
    const others = [make(`espalier-ipykernel_${process.pid}-`), make("espalier-ipykernel_x-"), make(`other-${dead}-`)];
    const target = make("target-");
    fs.writeFileSync(path.join(target, "kept"), "");
    const link = `${left}-link`;
    fs.symlinkSync(target, link);
    try {
      await removeAbandonedFolders();
      expect(fs.existsSync(left)).to.equal(false);
      expect(others.filter((folder) => !fs.existsSync(folder))).to.deep.equal([]);
      expect(fs.existsSync(path.join(target, "kept")), "a link is not followed").to.equal(true);
    } finally {
      for (const folder of [left, link, target, ...others]) fs.rmSync(folder, { recursive: true, force: true });
    }
  });
});
