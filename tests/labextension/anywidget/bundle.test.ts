import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { ROOT } from "../page/bundle.js";

describe("the built anywidget", () => {
  const text = (name: string) => readFileSync(join(ROOT, "share", "anywidget", name), "utf8");

  it("is one module that needs no other, and at most 350 kB compressed", () => {
    const module = text("espalier.js");
    expect(module).to.match(/export\s*\{\s*\w+ as default\s*\};?\s*$/);
    // Text in quotes aside, as sentences of errors are.
    expect(module).to.not.match(/\bimport\s*[({"']|\brequire\(|\bnew Function\b/);
    expect(gzipSync(module, { level: 9 }).length).to.be.at.most(350_000);
    expect(module).to.include("Apache-2.0").and.include("BSD-3-Clause");
  });

  it("has the rules of both widgets, and none that loads", () => {
    const styles = text("espalier.css");
    for (const name of [".espalier-frontier", ".espalier-schedule", ".espalier-place"]) expect(styles).to.include(name);
    expect(styles).to.not.match(/@import|url\(/);
  });

  it("holds no path of the machine that built it", () => {
    expect(text("espalier.js").includes(ROOT)).to.equal(false);
  });
});
