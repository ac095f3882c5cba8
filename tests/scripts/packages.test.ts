import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { inFolder, loadScript } from "./scripts.js";

type Packages = Record<string, object>;

describe("scripts/setup/packages", () => {
  let difference: (root: string) => string;
  before(async () => {
    difference = (await loadScript<{ packagesDifference: typeof difference }>("packages.mjs")).packagesDifference;
  });

  const one = { version: "1.0.0", integrity: "sha512-a" };
  const wanted: Packages = {
    "": {},
    kernel: {},
    "node_modules/one": one,
    "node_modules/far": { ...one, optional: true },
  };

  async function compare(present: Packages | string | null, installed = ["one"]): Promise<string> {
    let result = "";
    await inFolder(async (root) => {
      writeFileSync(join(root, "package-lock.json"), JSON.stringify({ packages: wanted }));
      for (const name of installed) {
        mkdirSync(join(root, "node_modules", name), { recursive: true });
        writeFileSync(join(root, "node_modules", name, "package.json"), "{}");
      }
      if (present !== null) {
        const text = typeof present === "string" ? present : JSON.stringify({ packages: present });
        writeFileSync(join(root, "node_modules", ".package-lock.json"), text);
      }
      result = difference(root);
    });
    return result;
  }

  it("accepts what the lock file says, without other platforms' packages", async () => {
    expect(await compare({ "node_modules/one": one })).to.equal("");
  });
  it("notices an installation that was interrupted", async () => {
    expect(await compare(null)).to.equal("they are not installed");
    expect(await compare('{"packages": {"node_mod')).to.equal("they are not installed");
    expect(await compare({ "node_modules/one": one }, ["other"])).to.equal("node_modules/one is incomplete");
  });
  it("notices a missing package and another version", async () => {
    expect(await compare({})).to.equal("node_modules/one is missing");
    expect(await compare({ "node_modules/one": { ...one, version: "1.0.1" } })).to.equal(
      "node_modules/one has another version",
    );
    expect(await compare({ "node_modules/one": { ...one, integrity: "sha512-b" } })).to.equal(
      "node_modules/one has another version",
    );
  });
});
