import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { KernelProcess, textOf } from "../kernelProcess.js";

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

async function gone(pid: number, withinMs: number): Promise<boolean> {
  for (const start = Date.now(); Date.now() - start < withinMs; await delay(50)) if (!isAlive(pid)) return true;
  return false;
}

describe("kernel: lifecycle", () => {
  it("ends with code 0 when it is asked to", async () => {
    const kernel = await KernelProcess.start();
    expect(await kernel.shutdown()).to.equal(0);
  });

  it("ends while a cell spins, and while one swallows everything", async () => {
    for (const code of ["while (true) {}", "for (;;) { try { while (true) {} } catch {} }"]) {
      const kernel = await KernelProcess.start();
      void kernel.execute(code).catch(() => {});
      await delay(500);
      const { pid } = kernel.child;
      const start = Date.now();
      await kernel.shutdown();
      expect(isAlive(pid!)).to.equal(false);
      expect(Date.now() - start).to.be.lessThan(9000);
    }
  });

  it("dies with its parent, also while a cell spins", async () => {
    for (const code of ["1", "while (true) {}"]) {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), "orphan-"));
      const parent = await startUnderParent(folder);
      const pid = Number(fs.readFileSync(path.join(folder, "pid"), "utf8"));
      await runThere(folder, code);
      parent.kill("SIGKILL");
      expect(await gone(pid, 8000), code).to.equal(true);
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });

  it("runs two kernels at once, each with its own names", async () => {
    const [a, b] = await Promise.all([KernelProcess.start(), KernelProcess.start()]);
    await Promise.all([a.execute("const mine = 'a'"), b.execute("const mine = 'b'")]);
    expect(textOf((await a.execute("mine")).outputs)).to.equal("'a'");
    expect(textOf((await b.execute("mine")).outputs)).to.equal("'b'");
    await Promise.all([a.shutdown(), b.shutdown()]);
  });

  it("refuses an unusable connection file with a sentence", async () => {
    const program = new URL("../../../src/notebook/main.js", import.meta.url).pathname;
    const flags = ["--expose-internals", "--no-force-async-hooks-checks"];
    const child = spawn(process.execPath, [...flags, program, "/no/such/file.json"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let text = "";
    child.stderr!.on("data", (chunk) => (text += chunk));
    const [code] = await once(child, "exit");
    expect(code).to.equal(1);
    expect(text).to.match(/^The connection file \/no\/such\/file\.json cannot be read \(ENOENT\)/);
    expect(text.trim().split("\n")).to.have.length(1);
  });
});

/** A process that starts a kernel and waits; the kernel's process id is then in the file `pid`. */
async function startUnderParent(folder: string): Promise<ChildProcess> {
  const program = new URL("./kernelParent.js", import.meta.url).pathname;
  // What the kernel needs is then in the folder, too: a parent that is killed cannot take it away.
  const env = { ...process.env, TMPDIR: folder };
  const parent = spawn(process.execPath, [program, folder], { stdio: ["pipe", "pipe", "inherit"], env });
  await once(parent.stdout!, "data");
  return parent;
}

async function runThere(folder: string, code: string): Promise<void> {
  fs.writeFileSync(path.join(folder, "code"), code);
  await delay(1500);
}
