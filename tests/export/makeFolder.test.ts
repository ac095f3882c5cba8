import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { makeFolder } from "../../src/export/index.js";

describe("making a folder", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "espalier-folder-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("makes those above it, and is content with one that is there", () => {
    const deep = join(folder, "a", "b", "c");
    makeFolder(deep);
    makeFolder(deep);
    makeFolder(`${deep}/`);
    expect(statSync(deep).isDirectory()).to.equal(true);
    makeFolder("/");
  });

  it("gives the system's reason where it cannot", () => {
    writeFileSync(join(folder, "file"), "");
    expect(() => makeFolder(join(folder, "file"))).to.throw(/EEXIST/);
    expect(() => makeFolder(join(folder, "file", "below", "deep"))).to.throw(/ENOTDIR/);
  });

  it("comes back where the system says that the parent is missing and it is not", function () {
    if (!existsSync("/proc/self")) this.skip();
    expect(() => makeFolder("/proc/espalier/x")).to.throw(/E[A-Z]+/);
  });
});
