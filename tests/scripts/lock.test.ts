import { existsSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { inFolder, loadScript, rejection, runModule, scriptUrl } from "./scripts.js";

interface LockModule {
  withLock<T>(
    file: string,
    work: () => Promise<T>,
    options?: { onWait?: (pid?: number) => void; pollMs?: number },
  ): Promise<T>;
}

describe("scripts/setup/lock", () => {
  let withLock: LockModule["withLock"];
  before(async () => {
    withLock = (await loadScript<LockModule>("lock.mjs")).withLock;
  });

  it("holds the file while it works, returns the result, and lets go", () =>
    inFolder(async (folder) => {
      const file = join(folder, "lock");
      const result = await withLock(file, async () => {
        expect(JSON.parse(readFileSync(file, "utf8")).pid).to.equal(process.pid);
        return 7;
      });
      expect(result).to.equal(7);
      expect(existsSync(file)).to.equal(false);
    }));

  it("lets go after a failure", () =>
    inFolder(async (folder) => {
      const file = join(folder, "lock");
      const error = await rejection(withLock(file, () => Promise.reject(new Error("work failed"))));
      expect(error.message).to.equal("work failed");
      expect(existsSync(file)).to.equal(false);
    }));

  it("lets one process in at a time", () =>
    inFolder(async (folder) => {
      const log = join(folder, "log");
      const program = `
        import { appendFileSync } from "node:fs";
        import { setTimeout } from "node:timers/promises";
        const { withLock } = await import(${JSON.stringify(scriptUrl("lock.mjs"))});
        for (let i = 0; i < 3; i++) {
          await withLock(${JSON.stringify(join(folder, "lock"))}, async () => {
            appendFileSync(${JSON.stringify(log)}, "in\\n");
            await setTimeout(15);
            appendFileSync(${JSON.stringify(log)}, "out\\n");
          }, { pollMs: 3 });
        }`;
      const results = await Promise.all([runModule(program), runModule(program), runModule(program)]);
      expect(results.map(({ code }) => code)).to.deep.equal([0, 0, 0]);
      expect(readFileSync(log, "utf8")).to.equal("in\nout\n".repeat(9));
    }));

  it("takes over the lock of a process that was killed", () =>
    inFolder(async (folder) => {
      const file = join(folder, "lock");
      const { code } = await runModule(`
        const { withLock } = await import(${JSON.stringify(scriptUrl("lock.mjs"))});
        await withLock(${JSON.stringify(file)}, async () => process.kill(process.pid, "SIGKILL"));
        await new Promise(() => setInterval(() => {}, 1000));`);
      expect(code).to.equal(null);
      expect(existsSync(file)).to.equal(true);
      let waited = false;
      await withLock(file, async () => {}, {
        onWait: () => {
          waited = true;
        },
      });
      expect(waited).to.equal(false);
    }));

  it("takes over a torn lock and one that nobody renews, and waits for a living owner", () =>
    inFolder(async (folder) => {
      const file = join(folder, "lock");
      const old = new Date(Date.now() - 20 * 60_000);
      for (const text of ["{", JSON.stringify({ pid: process.pid, host: "another-machine.example" })]) {
        writeFileSync(file, text);
        utimesSync(file, old, old);
        expect(await withLock(file, async () => "in")).to.equal("in");
      }
      writeFileSync(file, JSON.stringify({ pid: process.pid, host: hostname() }));
      let waitedFor: number | undefined;
      const onWait = (pid?: number) => {
        waitedFor = pid;
        utimesSync(file, old, old);
      };
      expect(await withLock(file, async () => "in", { onWait, pollMs: 5 })).to.equal("in");
      expect(waitedFor).to.equal(process.pid);
    }));
});
