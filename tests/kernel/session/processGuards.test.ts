import childProcess, { execFileSync, execSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { expect } from "chai";
import { afterSyncChildren, guardExit, guardStandardDescriptors } from "../../../kernel/src/session/index.js";

describe("kernel/session: what a cell may do to the process", () => {
  it("process.exit ends the cell with its code, and the kernel keeps the real one", () => {
    const original = process.exit;
    try {
      const exit = guardExit();
      for (const code of [3, 0, "1", undefined]) {
        const error = (() => {
          try {
            return process.exit(code);
          } catch (thrown) {
            return thrown;
          }
        })() as Error & { code: unknown };
        expect(error).to.include({ name: "SystemExit", code });
        expect(error.message).to.include(`process.exit(${code ?? ""}) ends the cell`);
      }
      expect(exit).not.to.equal(process.exit);
      expect(exit.name).to.equal(`bound ${original.name}`);
    } finally {
      process.exit = original;
    }
  });

  it("synchronous children are followed by a look at what they printed, also when they fail", () => {
    const { spawnSync: spawn, execSync: exec, execFileSync: execFile } = childProcess;
    let looks = 0;
    try {
      afterSyncChildren(() => void looks++);
      expect(execFileSync("echo", ["a"], { encoding: "utf8" })).to.equal("a\n");
      expect(looks).to.equal(1);
      expect(execSync("echo b", { encoding: "utf8" })).to.equal("b\n");
      expect(spawnSync("echo", ["c"], { encoding: "utf8" }).stdout).to.equal("c\n");
      expect(looks).to.equal(3);
      expect(() => execFileSync("false", { stdio: "ignore" })).to.throw();
      expect(looks).to.equal(4);
      expect(childProcess.execSync.name).to.equal("execSync");
    } finally {
      Object.assign(childProcess, { spawnSync: spawn, execSync: exec, execFileSync: execFile });
      syncBuiltinESMExports();
    }
  });

  it("closing a standard descriptor succeeds and does nothing; others are closed", async () => {
    const { close, closeSync } = fs;
    try {
      guardStandardDescriptors();
      for (const descriptor of [0, 1, 2]) {
        fs.closeSync(descriptor);
        await new Promise<void>((resolve, reject) =>
          fs.close(descriptor, (error) => (error ? reject(error) : resolve())),
        );
        fs.fstatSync(descriptor);
      }
      const other = fs.openSync("/dev/null", "r");
      fs.closeSync(other);
      expect(() => fs.fstatSync(other)).to.throw("EBADF");
    } finally {
      Object.assign(fs, { close, closeSync });
      syncBuiltinESMExports();
    }
  });
});
