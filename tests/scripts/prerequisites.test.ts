import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { inFolder, loadScript, rejection } from "./scripts.js";

interface PythonModule {
  findPython(candidates?: string[][]): Promise<{ command: string; version: string }>;
  pythonCandidates(env: Record<string, string>, platform: string): string[][];
}

/** A program that answers like an interpreter of that version. */
function fakePython(folder: string, name: string, version: number[], missing: string[] = []): string {
  const path = join(folder, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho '${JSON.stringify({ version, path, missing })}'\n`);
  chmodSync(path, 0o755);
  return path;
}

describe("scripts/setup: prerequisites", () => {
  it("wants Node 20.19", async () => {
    const { nodeComplaint } = await loadScript<{ nodeComplaint: (version: string) => string }>("node_version.mjs");
    for (const good of ["20.19.0", "20.20.2", "22.0.0", "24.1.0", "100.0.0"]) expect(nodeComplaint(good)).to.equal("");
    for (const bad of ["20.18.9", "18.20.4", "9.99.99"]) {
      expect(nodeComplaint(bad)).to.include("20.19").and.include(bad);
      expect(nodeComplaint(bad)).to.not.include("\n");
    }
  });

  describe("Python", () => {
    let script: PythonModule;
    before(async function () {
      if (process.platform === "win32") this.skip();
      script = await loadScript<PythonModule>("python.mjs");
    });

    it("takes the first that is new enough and complete", () =>
      inFolder(async (folder) => {
        const old = fakePython(folder, "old", [3, 9, 18]);
        const bare = fakePython(folder, "bare", [3, 12, 0], ["ensurepip"]);
        const good = fakePython(folder, "good", [3, 10, 0]);
        const found = await script.findPython([[join(folder, "absent")], [old], [bare], [good]]);
        expect(found).to.deep.equal({ command: good, version: "3.10.0" });
      }));

    it("says in one sentence what is wrong with the ones there are", () =>
      inFolder(async (folder) => {
        const old = fakePython(folder, "old", [3, 9, 18]);
        const bare = fakePython(folder, "bare", [3, 12, 1], ["ensurepip", "pip"]);
        const broken = join(folder, "broken");
        writeFileSync(broken, "#!/bin/sh\nexit 3\n", { mode: 0o755 });
        const none = await rejection(script.findPython([[join(folder, "absent")], [broken]]));
        expect(none.message).to.match(/needs Python 3\.10 or newer and finds none/);
        const tooOld = await rejection(script.findPython([[old]]));
        expect(tooOld.message).to.include("this is Python 3.9.18").and.include(old);
        const incomplete = await rejection(script.findPython([[old], [bare]]));
        expect(incomplete.message).to.include("Python 3.12.1").and.include("lacks ensurepip and pip");
        for (const error of [none, tooOld, incomplete]) {
          expect(error.name).to.equal("SetupFailure");
          expect(error.message).to.not.include("\n");
        }
      }));

    it("asks only the interpreter that ESPALIER_PYTHON names", () => {
      expect(script.pythonCandidates({ ESPALIER_PYTHON: "/x/python" }, "linux")).to.deep.equal([["/x/python"]]);
      expect(script.pythonCandidates({}, "win32")[0]).to.deep.equal(["py", "-3"]);
      expect(script.pythonCandidates({}, "linux")[0]).to.deep.equal(["python3"]);
    });
  });

  it("puts the cache where the system keeps caches", async () => {
    type Place = (env: Record<string, string>, platform: string, home: string) => string;
    const { cacheDirectory } = await loadScript<{ cacheDirectory: Place }>("cache.mjs");
    expect(cacheDirectory({ ESPALIER_CACHE: "/c", XDG_CACHE_HOME: "/x" }, "linux", "/h")).to.equal("/c");
    expect(cacheDirectory({ XDG_CACHE_HOME: "/x" }, "linux", "/h")).to.equal(join("/x", "espalier"));
    expect(cacheDirectory({ XDG_CACHE_HOME: "relative" }, "linux", "/h")).to.equal(join("/h", ".cache", "espalier"));
    expect(cacheDirectory({}, "darwin", "/h")).to.equal(join("/h", "Library", "Caches", "espalier"));
    expect(cacheDirectory({ LOCALAPPDATA: "/l" }, "win32", "/h")).to.equal(join("/l", "espalier", "Cache"));
  });
});
