import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { inFolder, loadScript, rejection, runModule, scriptUrl } from "./scripts.js";

type Profile = "test" | "lab";

interface JupyterModule {
  environmentFolder(profile: Profile, cache: string, env?: Record<string, string>): string;
  provideJupyter(profile: Profile, cache: string): Promise<{ python: string; folder: string }>;
}

/** What the file of an environment that is complete looks like to set-up. */
function pretend(folder: string): void {
  mkdirSync(join(folder, "bin"), { recursive: true });
  writeFileSync(join(folder, "bin", "python"), "");
  writeFileSync(join(folder, "espalier-complete.json"), "{}");
}

describe("scripts/setup/jupyter", () => {
  let script: JupyterModule;
  before(async function () {
    if (process.platform === "win32") this.skip();
    script = await loadScript<JupyterModule>("jupyter.mjs");
  });

  it("gives each profile and each interpreter that is asked for a folder of its own", () => {
    const test = script.environmentFolder("test", "/c", {});
    expect(test).to.equal(script.environmentFolder("test", "/c", {}));
    expect(test).to.match(/^\/c\/jupyter\/test-[0-9a-f]{12}$/);
    expect(script.environmentFolder("lab", "/c", {})).to.match(/^\/c\/jupyter\/lab-/);
    expect(script.environmentFolder("test", "/c", { ESPALIER_PYTHON: "/x/python" })).to.not.equal(test);
  });

  it("takes what is complete, and JupyterLab's environment for the tests", () =>
    inFolder(async (cache) => {
      const lab = script.environmentFolder("lab", cache);
      pretend(lab);
      expect(await script.provideJupyter("lab", cache)).to.deep.equal({
        python: join(lab, "bin", "python"),
        folder: lab,
      });
      expect((await script.provideJupyter("test", cache)).folder).to.equal(lab);
      const test = script.environmentFolder("test", cache);
      pretend(test);
      expect((await script.provideJupyter("test", cache)).folder).to.equal(test);
    }));

  it("builds anew what was interrupted, and says what to do when the packages cannot be had", () =>
    inFolder(async (cache) => {
      const folder = script.environmentFolder("test", cache);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "half"), "");
      // An index where nobody answers.
      const env = {
        ...{ PIP_INDEX_URL: "http://127.0.0.1:9/simple", PIP_RETRIES: "1", PIP_FIND_LINKS: "", PIP_NO_CACHE_DIR: "1" },
        ...{ PIP_CONFIG_FILE: "/dev/null", PIP_EXTRA_INDEX_URL: "" },
      };
      const program = `
        const { provideJupyter } = await import(${JSON.stringify(scriptUrl("jupyter.mjs"))});
        await provideJupyter("test", ${JSON.stringify(cache)}).catch((error) => console.error(error.name, error.message));`;
      const { output, errors } = await runModule(program, env);
      expect(output).to.include(folder);
      expect(errors).to.match(
        /^SetupFailure Jupyter for the tests could not be installed \(pip\): the network cannot be/,
      );
      expect(errors).to.include("PIP_INDEX_URL").and.not.match(/\n./);
      expect(existsSync(join(folder, "half"))).to.equal(false);
      expect(existsSync(join(folder, "espalier-complete.json"))).to.equal(false);
      expect(readdirSync(join(cache, "jupyter")).filter((name) => name.endsWith(".lock"))).to.deep.equal([]);
    }));

  it("says that Python is missing", () =>
    inFolder(async (cache) => {
      const { environmentFolder } = script;
      expect(existsSync(environmentFolder("test", cache))).to.equal(false);
      const before = process.env.ESPALIER_PYTHON;
      process.env.ESPALIER_PYTHON = join(cache, "no-python");
      try {
        const error = await rejection(script.provideJupyter("test", cache));
        expect(error.name).to.equal("SetupFailure");
        expect(error.message).to.include("needs Python 3.10");
      } finally {
        if (before === undefined) delete process.env.ESPALIER_PYTHON;
        else process.env.ESPALIER_PYTHON = before;
      }
    }));
});
