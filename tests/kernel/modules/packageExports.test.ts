import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { resolveExport } from "../../../kernel/src/modules/packageExports.js";

describe("kernel/modules/packageExports", () => {
  let folder: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "exports-"));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  /** What a name means when the package `p` has these exports. */
  function resolve(exports: unknown, specifier = "p"): string | undefined {
    for (const name of ["p", "@s/p"]) {
      fs.mkdirSync(path.join(folder, name), { recursive: true });
      fs.writeFileSync(path.join(folder, name, "package.json"), JSON.stringify({ exports }));
    }
    const found = resolveExport(specifier, ["/nowhere", folder]);
    return found && path.relative(folder, found);
  }

  it("reads a file, conditions within conditions, and lists", () => {
    expect(resolve("./a.js")).to.equal("p/a.js");
    expect(resolve({ require: "./c.cjs", import: "./m.mjs" })).to.equal("p/m.mjs");
    expect(resolve({ default: "./d.js", import: "./m.mjs" })).to.equal("p/d.js");
    expect(resolve({ node: { require: "./c.cjs", default: "./n.js" } })).to.equal("p/n.js");
    expect(resolve({ ".": [{ browser: "./b.js" }, "./l.js"] })).to.equal("p/l.js");
  });

  it("reads parts of packages, by name and by the longest pattern", () => {
    const exports = {
      ".": "./i.js",
      "./sub": "./s.js",
      "./f/*": "./all/*.js",
      "./f/deep/*.js": "./deep/*.mjs",
      "./gone/*": null,
    };
    expect(resolve(exports, "p/sub")).to.equal("p/s.js");
    expect(resolve(exports, "@s/p/f/x")).to.equal("@s/p/all/x.js");
    expect(resolve(exports, "p/f/deep/x.js")).to.equal("p/deep/x.mjs");
    expect(resolve(exports, "p/gone/x")).to.equal(undefined);
    expect(resolve(exports, "p/other")).to.equal(undefined);
  });

  it("leaves to Node what has no exports", () => {
    expect(resolve(undefined)).to.equal(undefined);
    expect(resolve({ require: "./c.cjs" })).to.equal(undefined);
    expect(resolve("./a.js", "absent")).to.equal(undefined);
  });
});
