import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { namedParent, type ParentWatchOptions, watchParent } from "../../../kernel/src/control/parentWatch.js";

/** How often the watch told that the parent is gone, after some looks. */
async function told(options: Partial<ParentWatchOptions>, looks = 5): Promise<number> {
  let [gone, asked] = [0, 0];
  const { parentOf = () => 77 } = options;
  const stop = watchParent({
    ...{ onGone: () => void gone++, everyMs: 1, ...options },
    parentOf: () => {
      asked++;
      return parentOf();
    },
  });
  for (let i = 0; i < 200 && gone === 0 && asked < looks; i++) await delay(2);
  await delay(10);
  stop();
  return gone;
}

describe("kernel/control/parentWatch", () => {
  it("tells once when the process gets another parent", async () => {
    let looks = 0;
    expect(await told({ parentOf: () => (++looks < 3 ? 77 : 1) })).to.equal(1);
    expect(await told({})).to.equal(0);
  });

  it("tells when the process that Jupyter names is gone, and not while it lives", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    const exit = once(child, "exit");
    expect(await told({ named: child.pid })).to.equal(0);
    child.kill("SIGKILL");
    await exit;
    expect(await told({ named: child.pid })).to.equal(1);
  });

  it("takes a process that belongs to somebody else for alive", async () => {
    const original = process.kill;
    process.kill = () => {
      throw Object.assign(new Error("not permitted"), { code: "EPERM" });
    };
    try {
      expect(await told({ named: 12345 })).to.equal(0);
    } finally {
      process.kill = original;
    }
  });

  it("tells nothing after it was stopped", async () => {
    let gone = 0;
    let parent = 77;
    const stop = watchParent({ onGone: () => void gone++, everyMs: 1, parentOf: () => parent });
    stop();
    parent = 1;
    await delay(20);
    expect(gone).to.equal(0);
  });

  it("reads the parent's id, and nothing that is none", () => {
    expect(namedParent({ JPY_PARENT_PID: "1234" })).to.equal(1234);
    for (const text of [undefined, "", "0", "1", "-5", "x", "12.5"])
      expect(namedParent({ JPY_PARENT_PID: text }), text).to.equal(undefined);
  });
});
