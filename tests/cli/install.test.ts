import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { installKernel } from "../../src/cli/install.js";
import {
  describeKernelspec,
  findKernelspec,
  KERNEL_FILES,
  kernelFolder,
  readKernelspec,
  userDataFolder,
} from "../../src/cli/kernelspec.js";
import { uninstallKernel } from "../../src/cli/uninstall.js";
import { temporaryFolder } from "../study/tiny.js";
import { inProcess } from "./cli.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

interface KernelJson {
  argv: string[];
  display_name: string;
  language: string;
  interrupt_mode: string;
  metadata: { debugger: boolean; espalier: { root: string } };
}

describe("cli/install", () => {
  let prefix: string;
  let folder: string;
  beforeEach(() => {
    prefix = temporaryFolder();
    folder = kernelFolder({ prefix });
  });
  afterEach(() => rmSync(prefix, { recursive: true, force: true }));

  const kernelJson = () => JSON.parse(readFileSync(join(folder, "kernel.json"), "utf8")) as KernelJson;
  const foreign = (text: string) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "kernel.json"), text);
  };
  const snapshot = () =>
    readdirSync(prefix, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [file, readFileSync(file, "latin1")]);

  it("writes an entry that starts this Node on this checkout, with logos, and nothing else", async () => {
    const { code, output, errors } = await inProcess("install", "--prefix", prefix);
    expect(code, errors).to.equal(0);
    expect(output).to.include(folder).and.include("Next:");
    expect(readdirSync(folder)).to.have.members([...KERNEL_FILES]);
    expect(readdirSync(join(folder, ".."))).to.deep.equal(["espalier"]);
    const { argv, language, interrupt_mode, metadata } = kernelJson();
    expect(argv[0]).to.equal(process.execPath);
    expect(argv).to.include(join(ROOT, "dist/src/notebook/main.js")).and.include("{connection_file}");
    expect(argv.join()).to.not.include("{resource_dir}");
    expect([language, interrupt_mode, metadata.debugger]).to.deep.equal(["typescript", "message", true]);
    expect(existsSync(argv.find((argument) => argument.endsWith("main.js"))!)).to.equal(true);
    const logo = readFileSync(join(folder, "logo-64x64.png"));
    expect([logo.readUInt32BE(16), logo.readUInt32BE(20)]).to.deep.equal([64, 64]);
  });

  it("does nothing the second time, and renews an entry of another checkout", async () => {
    expect(await installKernel(folder)).to.equal("installed");
    const first = snapshot();
    expect(await installKernel(folder)).to.equal("unchanged");
    expect(snapshot()).to.deep.equal(first);
    const moved = kernelJson();
    moved.metadata.espalier.root = "/elsewhere/";
    moved.argv = ["/elsewhere/node", "/elsewhere/dist/src/notebook/main.js", "{connection_file}"];
    foreign(JSON.stringify(moved));
    rmSync(join(folder, "logo-32x32.png"));
    expect(describeKernelspec(readKernelspec(folder)))
      .to.include("/elsewhere")
      .and.include("espalier install");
    expect(await installKernel(folder)).to.equal("renewed");
    expect(snapshot()).to.deep.equal(first);
  });

  it("removes what it has written, and nothing of others", async () => {
    await installKernel(folder);
    const neighbour = join(folder, "..", "python3");
    mkdirSync(neighbour);
    writeFileSync(join(neighbour, "kernel.json"), "{}");
    expect(uninstallKernel(folder)).to.equal("removed");
    expect(readdirSync(join(folder, ".."))).to.deep.equal(["python3"]);
    expect(uninstallKernel(folder)).to.equal("absent");
    await installKernel(folder);
    writeFileSync(join(folder, "notes.txt"), "mine");
    expect(uninstallKernel(folder)).to.equal("kept");
    expect(readdirSync(folder)).to.deep.equal(["notes.txt"]);
    expect(uninstallKernel(folder)).to.equal("absent");
    expect(await installKernel(folder)).to.equal("installed");
    expect(readFileSync(join(folder, "notes.txt"), "utf8")).to.equal("mine");
  });

  const strangers: [what: string, text: string, says: string][] = [
    [
      "another program's kernel",
      '{"argv": ["/opt/other", "x"], "display_name": "Other"}',
      "Other (started by /opt/other)",
    ],
    ["a kernel.json that is none", '{"argv"', "cannot be read"],
  ];
  for (const [what, text, says] of strangers) {
    it(`leaves ${what} as it is and says whose it is`, async () => {
      foreign(text);
      const before = snapshot();
      for (const command of ["install", "uninstall"]) {
        const { code, output, errors } = await inProcess(command, "--prefix", prefix);
        expect(code).to.equal(1);
        expect(output).to.equal("");
        expect(errors.trim()).to.include(folder).and.include(says).and.not.include("\n");
      }
      expect(snapshot()).to.deep.equal(before);
    });
  }

  it("leaves the checkout's own entry alone", async () => {
    const { code, errors } = await inProcess("install", "--prefix", ROOT);
    expect(code).to.equal(1);
    expect(errors).to.include("has not written");
  });

  it("says in a sentence that a place may not be written, and leaves nothing there", async function () {
    if (process.platform === "win32") this.skip();
    writeFileSync(join(prefix, "share"), "a file in the way");
    const { code, errors } = await inProcess("install", "--prefix", prefix);
    expect(code).to.equal(1);
    expect(errors).to.match(/^The kernel cannot be put into .*espalier: .*\.\n$/);
    if (process.getuid?.() === 0) return;
    rmSync(join(prefix, "share"));
    chmodSync(prefix, 0o500);
    expect((await inProcess("install", "--prefix", prefix)).code).to.equal(1);
    chmodSync(prefix, 0o700);
    expect(readdirSync(prefix)).to.deep.equal([]);
  });

  it("takes one place at a time", async () => {
    const { code, errors } = await inProcess("install", "--user", "--prefix", prefix);
    expect(code).to.equal(1);
    expect(errors).to.include("--user").and.include("--prefix");
    expect(() => kernelFolder({ sysPrefix: true }, {})).to.throw(/none is active/);
    expect(kernelFolder({ sysPrefix: true }, { VIRTUAL_ENV: prefix })).to.equal(folder);
  });

  it("knows where each platform's Jupyter keeps the user's data", () => {
    expect(userDataFolder({ JUPYTER_DATA_DIR: "/d", XDG_DATA_HOME: "/x" }, "linux", "/h")).to.equal("/d");
    expect(userDataFolder({ XDG_DATA_HOME: "/x" }, "linux", "/h")).to.equal(join("/x", "jupyter"));
    expect(userDataFolder({}, "linux", "/h")).to.equal(join("/h", ".local", "share", "jupyter"));
    expect(userDataFolder({}, "darwin", "/h")).to.equal(join("/h", "Library", "Jupyter"));
    expect(userDataFolder({ APPDATA: "/a" }, "win32", "/h")).to.equal(join("/a", "jupyter"));
    expect(kernelFolder({ user: true }, {}).startsWith(homedir())).to.equal(true);
  });

  it("finds the entry that Jupyter finds, and says what becomes of it", async () => {
    const env = { JUPYTER_DATA_DIR: join(prefix, "share", "jupyter") };
    await installKernel(folder);
    const found = findKernelspec(env)!;
    expect(found.folder).to.equal(folder);
    expect(describeKernelspec(found)).to.include("of this checkout");
    const own = findKernelspec({ ...env, JUPYTER_PATH: join(ROOT, "share", "jupyter") })!;
    expect(own.installedFrom).to.equal(null);
    expect(describeKernelspec(own)).to.include("of this checkout");
    const moved = kernelJson();
    moved.argv[0] = join(prefix, "node-that-is-gone");
    foreign(JSON.stringify(moved));
    expect(describeKernelspec(findKernelspec(env)))
      .to.include("is gone")
      .and.include("espalier install");
    foreign('{"argv": ["/opt/other"], "display_name": "Other"}');
    expect(describeKernelspec(findKernelspec(env))).to.include("another program's, Other");
    expect(describeKernelspec(undefined)).to.include("espalier install");
  });

  it("does not write through a link into somebody's folder", async function () {
    if (process.platform === "win32") this.skip();
    const theirs = join(prefix, "theirs");
    mkdirSync(theirs);
    writeFileSync(join(theirs, "kernel.json"), '{"argv": ["/opt/other"], "display_name": "Other"}');
    mkdirSync(join(folder, ".."), { recursive: true });
    symlinkSync(theirs, folder);
    expect((await inProcess("install", "--prefix", prefix)).code).to.equal(1);
    expect(readdirSync(theirs)).to.deep.equal(["kernel.json"]);
  });
});
