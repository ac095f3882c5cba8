import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { extensionFolder, installExtension, uninstallExtension } from "../../src/cli/labextension.js";
import { temporaryFolder } from "../study/tiny.js";
import { inProcess } from "./cli.js";

describe("cli/labextension", () => {
  let prefix: string;
  let data: string;
  let folder: string;
  beforeEach(() => {
    prefix = temporaryFolder();
    data = join(prefix, "share", "jupyter");
    folder = extensionFolder(data);
  });
  afterEach(() => rmSync(prefix, { recursive: true, force: true }));

  it("is installed and removed with the kernel, and says so", async () => {
    const installed = await inProcess("install", "--prefix", prefix);
    expect(installed.code, installed.errors).to.equal(0);
    expect(installed.output).to.include(`Installed the JupyterLab extension in ${folder}.`);
    const { name, jupyterlab } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    expect(name).to.equal("@espalier/labextension");
    expect(existsSync(join(folder, jupyterlab._build.load))).to.equal(true);
    expect(readdirSync(join(folder, ".."))).to.deep.equal(["labextension"]);
    const removed = await inProcess("uninstall", "--prefix", prefix);
    expect(removed.output).to.include(`Removed the JupyterLab extension from ${folder}.`);
    expect(existsSync(join(folder, ".."))).to.equal(false);
    expect((await inProcess("uninstall", "--prefix", prefix)).output).to.include("There is no JupyterLab extension");
  });

  it("does nothing the second time, renews another build, and leaves no old file", () => {
    expect(installExtension(data)).to.equal("installed");
    expect(installExtension(data)).to.equal("unchanged");
    writeFileSync(join(folder, "static", "old.js"), "");
    expect(installExtension(data)).to.equal("renewed");
    expect(existsSync(join(folder, "static", "old.js"))).to.equal(false);
  });

  it("leaves what is not its own", () => {
    mkdirSync(folder, { recursive: true });
    for (const text of ['{"name": "other"}', "{"]) {
      writeFileSync(join(folder, "package.json"), text);
      expect(() => installExtension(data)).to.throw(/left as it is/);
      expect(() => uninstallExtension(data)).to.throw(/left as it is/);
      expect(readFileSync(join(folder, "package.json"), "utf8")).to.equal(text);
    }
    rmSync(folder, { recursive: true });
    mkdirSync(join(folder, "..", "neighbour"), { recursive: true });
    installExtension(data);
    expect(uninstallExtension(data)).to.equal("removed");
    expect(readdirSync(join(folder, ".."))).to.deep.equal(["neighbour"]);
  });
});
