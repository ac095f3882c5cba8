import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { assert, expect } from "chai";
import { EspalierError } from "../../src/errors.js";
import { takeLock } from "../../src/study/lock.js";
import { temporaryFolder } from "./tiny.js";

describe("study/lock", () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = temporaryFolder();
    file = path.join(folder, "lock");
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  const write = (owner: object) => fs.writeFileSync(file, JSON.stringify(owner));

  it("is held by one at a time, and free again when released", () => {
    const release = takeLock(file, "mine");
    assert.throws(
      () => takeLock(file, "mine"),
      EspalierError,
      /The study mine is in use by this process.*another name/,
    );
    release();
    release();
    takeLock(file, "mine")();
    expect(fs.readdirSync(folder)).to.deep.equal([]);
  });

  it("is taken over from a process that has ended", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    write({ pid: child.pid, started: null, host: hostname() });
    takeLock(file, "mine")();
  });

  it("is taken over from a process whose id another one has got since", function () {
    if (process.platform !== "linux") this.skip();
    write({ pid: process.pid, started: "1", host: hostname() });
    takeLock(file, "mine")();
  });

  it("is taken over when it says nothing that can be read", () => {
    fs.writeFileSync(file, "{");
    takeLock(file, "mine")();
  });

  it("of another machine counts as held, and the sentence names the file to delete", () => {
    write({ pid: 1, started: null, host: "elsewhere" });
    assert.throws(() => takeLock(file, "mine"), EspalierError, /process 1 on elsewhere.*delete .*lock/);
  });

  it("keeps a second process out, and goes with the first, even when that is killed", async () => {
    const module = fileURLToPath(new URL("../../src/study/lock.js", import.meta.url));
    const program = `
      const { takeLock } = await import(${JSON.stringify(module)});
      takeLock(${JSON.stringify(file)}, "mine");
      console.log("held");
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    assert.throws(() => takeLock(file, "mine"), EspalierError, new RegExp(`in use by process ${child.pid},`));
    child.kill("SIGKILL");
    await once(child, "exit");
    takeLock(file, "mine")();
  });
});
